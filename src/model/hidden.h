/*
 * hidden.h - hidden attributes: their values are in no result and in no message.
 *
 * Documents name them in conditions with "eq" and "in", and in "omit".
 */
#ifndef ORM_MODEL_HIDDEN_H
#define ORM_MODEL_HIDDEN_H

#include "model/model.h"
#include "nodes/pg_list.h"

/* How messages and lists show a hidden value. */
#define ORM_HIDDEN "(hidden)"

/* Raises 42501 for a hidden attribute named at "path". */
extern void orm_hidden_refuse(const OrmModel *model, const OrmAttribute *attribute, const OrmPath *path);

/*
 * The columns (List of char *) of a relation, and of another one (InvalidOid: of none), that
 * are hidden by models of it, or of a table that it is a partition or an inheritance child of.
 */
extern List *orm_hidden_columns(Oid relid, Oid other);

/* The columns hidden by models of views over these relations, under the names that the views have for them. */
extern List *orm_hidden_of_views(Oid relid, Oid other);

/* An object of a document with its hidden values replaced, also of nested objects; palloc'd. */
extern char *orm_hidden_mask(const OrmModel *model, OrmJson object);

#endif
