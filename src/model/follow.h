/*
 * follow.h - binding the names in a model document to columns.
 */
#ifndef ORM_MODEL_FOLLOW_H
#define ORM_MODEL_FOLLOW_H

#include "model/model.h"

/*
 * Sets the foreign key column names of all resolved relationships in the
 * declaration, so that a foreign key added later does not make them ambiguous and
 * renamed columns are followed.
 */
extern void orm_follow_pin(OrmDeclaration *declaration, const OrmModel *model);

/* Replaces names in a declaration by the current names of the bound columns and tables; see registry.h. */
extern void orm_follow_names(OrmDeclaration *declaration, const OrmRegistered *row);

/* Binds the column names of a declaration to column numbers: fills in the refs of the registry row, palloc'd. */
extern void orm_follow_bind(const OrmDeclaration *declaration, OrmRegistered *row);

/*
 * The table of a model, or InvalidOid when the model does not exist or has no
 * table.  Unless NULL, *declaration receives its declaration with current names,
 * or NULL.  No lock is taken.
 */
extern Oid orm_follow_table(const char *name, OrmDeclaration **declaration);

/* The name of a table in documents, "schema.table", palloc'd; raises 42P01 when it does not exist. */
extern char *orm_follow_table_name(Oid relation);

#endif
