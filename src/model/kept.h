/*
 * kept.h - what the trigger of a table keeps of its attributes.
 *
 *     CREATE TRIGGER "~orm" BEFORE INSERT OR UPDATE ON users FOR EACH ROW
 *     WHEN (true OR orm.normalizes(NEW.email, lower(NEW.email)) OR orm.write_once(NEW.code))
 *     EXECUTE FUNCTION orm.keep_attributes();
 *
 * The condition is the trigger's list of records, one call each: the function says the kind,
 * its first argument the column, its second one, if there is one, an expression.  It follows
 * renames of columns and functions, is dumped with their present names, and depends on them.
 * "true OR" stands before expressions, so that the server does not evaluate them itself.  The
 * trigger's name makes it the last one of a row.
 */
#ifndef ORM_MODEL_KEPT_H
#define ORM_MODEL_KEPT_H

#include "nodes/pg_list.h"
#include "utils/relcache.h"

/* The name of the trigger. */
#define ORM_KEPT_TRIGGER "~orm"

/* What is kept, in the order in which the trigger does it. */
typedef enum OrmKeptKind
{
	ORM_KEPT_NORMALIZED, /* the column gets the value of the expression */
	ORM_KEPT_CREATED,	 /* likewise in a new row, where it is NULL */
	ORM_KEPT_UPDATED,	 /* likewise in a row that changes, where its own value does not */
	ORM_KEPT_ONCE		 /* a value is not changed */
} OrmKeptKind;

#define ORM_KEPT_KINDS (ORM_KEPT_ONCE + 1)

/* A record of the condition. */
typedef struct OrmKept
{
	OrmKeptKind kind;
	AttrNumber column;
	struct Node *expression; /* over the row as range table entry 1; NULL: the kind has none */
	bool names_others;		 /* it names other columns, or the old row: it cannot be evaluated */
} OrmKept;

/* The function of the trigger, or InvalidOid. */
extern Oid orm_kept_function(void);

/* The function of schema orm that stands for a kind in the condition, and the key of columns that declares it. */
extern const char *orm_kept_word(OrmKeptKind kind);

/* The records of a trigger's condition (node string, or NULL), by kind and column: a list of OrmKept *. */
extern List *orm_kept_read(char *condition);

/* Puts records into the order of the condition. */
extern void orm_kept_sort(List *kept);

/* The record of a column, or NULL; none that names other columns. */
extern const OrmKept *orm_kept_find(const List *kept, OrmKeptKind kind, AttrNumber column);

/* The same of the enabled trigger of a relation; NIL: there is none. */
extern List *orm_kept_of(Relation relation);
extern List *orm_kept_of_relation(Oid relid);

#endif
