/*
 * kept.h - what the trigger of a table keeps of its attributes.
 *
 *     CREATE TRIGGER "~orm" BEFORE INSERT OR UPDATE ON users FOR EACH ROW
 *     WHEN (orm.normalizes(NEW.email, lower(NEW.email)) OR orm.write_once(NEW.code))
 *     EXECUTE FUNCTION orm.keep_attributes();
 *
 * The condition is the trigger's list: it follows renames of columns and functions, is
 * dumped with their present names, and depends on them.  The trigger's name makes it the
 * last one of a row.
 */
#ifndef ORM_MODEL_KEPT_H
#define ORM_MODEL_KEPT_H

#include "access/attnum.h"
#include "commands/trigger.h"
#include "nodes/pg_list.h"
#include "nodes/primnodes.h"

/* The name of the trigger. */
#define ORM_KEPT_TRIGGER "~orm"

/* One call of the condition. */
typedef struct OrmKept
{
	AttrNumber column;
	bool write_once;
	Node *normalizes; /* what is stored, over the row as range table entry 1; NULL: what is given */
} OrmKept;

/* The function of the trigger, or InvalidOid. */
extern Oid orm_kept_function(void);

/* The list of a trigger's condition (node string, or NULL): List of OrmKept *. */
extern List *orm_kept_read(char *condition);

/* The list of the enabled trigger of a relation; NIL: there is none. */
extern List *orm_kept_of(const TriggerDesc *triggers);

/* The item of a column that is written once, or normalized; NULL: there is none. */
extern const OrmKept *orm_kept_find(const List *list, AttrNumber column, bool write_once);

#endif
