/*
 * kept.h - what the trigger of a table keeps of its attributes.
 *
 *     CREATE TRIGGER "~orm" BEFORE INSERT OR UPDATE ON users FOR EACH ROW
 *     WHEN (orm.write_once(NEW.email) OR orm.write_once(NEW.code))
 *     EXECUTE FUNCTION orm.keep_attributes();
 *
 * The condition is the trigger's list: it follows renames of columns and functions, is
 * dumped with their present names, and depends on them.  The trigger's name makes it the
 * last one of a row.
 */
#ifndef ORM_MODEL_KEPT_H
#define ORM_MODEL_KEPT_H

#include "commands/trigger.h"
#include "nodes/pg_list.h"

/* The name of the trigger. */
#define ORM_KEPT_TRIGGER "~orm"

/* The function of the trigger, or InvalidOid. */
extern Oid orm_kept_function(void);

/* The numbers of the columns of a trigger's condition (node string, or NULL): a list of integers. */
extern List *orm_kept_read(char *condition);

/* The same of the enabled trigger of a relation; NIL: there is none. */
extern List *orm_kept_of(const TriggerDesc *triggers);

#endif
