/*
 * follow.h - binding the names in a model document to columns.
 */
#ifndef ORM_MODEL_FOLLOW_H
#define ORM_MODEL_FOLLOW_H

#include "model/model.h"

/*
 * Sets the foreign key column names of all resolved relationships in the
 * declaration, so that a foreign key added later does not make them ambiguous and
 * renamed columns are followed.  Returns whether any was not set before.
 */
extern bool orm_follow_pin(OrmDeclaration *declaration, const OrmModel *model);

/*
 * The whole declaration of a model, its names as they are now.  Of one that has
 * a table SQL is text, not looked at; else it is checked as a new one.
 */
extern OrmDeclaration *orm_follow_declaration(const OrmRegistered *row);

/* Replaces names in a declaration by the current names of the bound columns and tables; see registry.h. */
extern void orm_follow_names(OrmDeclaration *declaration, const OrmRegistered *row);

/*
 * Adds a ref for the former name of a renamed column, or of a join table (attnum
 * 0), to a row that has no binding.
 */
extern void orm_follow_renamed(const OrmDeclaration *declaration, OrmRegistered *row, Oid relation, AttrNumber attnum,
							   const char *old_name);

/* Binds the column names of a declaration to column numbers: fills in the refs of the row, palloc'd. */
extern void orm_follow_bind(const OrmDeclaration *declaration, OrmRegistered *row);

/*
 * The table of a model, or InvalidOid when the model does not exist or has no
 * table, or, with "declaration", its text is no declaration.  Unless NULL,
 * *declaration receives it with current names, or NULL.  No lock is taken.
 */
extern Oid orm_follow_table(const char *name, OrmDeclaration **declaration);

/* The name of a table in documents, "schema.table", palloc'd; raises 42P01 when it does not exist. */
extern char *orm_follow_table_name(Oid relation);

#endif
