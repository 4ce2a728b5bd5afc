/*
 * marked_key.h - unique keys of a model that marks deleted rows (model/soft_delete.h).
 *
 * What is declared as unique is kept by a partial index over the rows that are not deleted,
 *
 *     CREATE UNIQUE INDEX users_email_key ON users (email) WHERE deleted_at IS NULL
 *
 * under the name that the constraint would have, so that a deleted row does not hold its key.  A
 * constraint stays one where a foreign key of anybody refers to it, or it is deferrable.
 */
#ifndef ORM_MODEL_MARKED_KEY_H
#define ORM_MODEL_MARKED_KEY_H

#include "model/model.h"

/* The condition of the indexes, palloc'd; "flag": the mark is a boolean. */
extern char *orm_marked_key_condition(const char *column, bool flag);

/* The name of an index for columns (List of char *), those included last. */
extern char *orm_marked_key_name(const char *relation, const List *columns, const List *include);

/* Does a foreign key refer to the unique constraint of a relation over these columns, in any order? */
extern bool orm_marked_key_is_referenced(Oid relid, const List *columns);

/*
 * Writes the reflected keys of a model as they are declared: its partial indexes as unique, and
 * constraints that are none of the above as they are in SQL.
 */
extern void orm_marked_key_fold(OrmDeclaration *full, const OrmModel *model);

#endif
