/*
 * soft_delete.h - rows that are deleted by a mark: orm.soft_delete.
 *
 *     {"soft_delete": {"column_name": "deleted_at", "guard": true}}
 *
 * A row is deleted when the column has a time, or is true.  Deleted rows are hidden at every
 * mention of the model (query/named_scope.h), but over a belongs_to: an order line still knows
 * its product.  remove/delete.h sets the column in place of a DELETE, and remove/restore.h
 * empties it.
 *
 * The element also stands for triggers (model/hook.h): the guard, BEFORE DELETE, and for each
 * hook of rows after delete one more, AFTER UPDATE of the column.
 */
#ifndef ORM_MODEL_SOFT_DELETE_H
#define ORM_MODEL_SOFT_DELETE_H

#include "model/model.h"

/* Which rows of a model are meant. */
typedef enum OrmDeleted
{
	ORM_DELETED_NO,	  /* rows that are not deleted */
	ORM_DELETED_TOO,  /* all */
	ORM_DELETED_ONLY, /* the deleted ones */
} OrmDeleted;

/* The element of a declaration, or NULL. */
extern const OrmDeclaredSoftDelete *orm_soft_delete_of(const OrmDeclaration *declaration);

/* Adds the column, a timestamptz, unless an element declares it. */
extern void orm_soft_delete_imply(OrmDeclaration *declaration);

/* Checks the element: raises 42701, 22023 and 42P16 with the place. */
extern void orm_soft_delete_check(const OrmDeclaration *declaration);

/* Raises 42804 and 42P16, with the place, for a column of a relation that cannot be it; not if it is missing. */
extern void orm_soft_delete_check_column(const OrmDeclaration *declaration, Oid relid);

/* Raises 42P16 if neither the relation nor the declaration has a primary key: when it is declared. */
extern void orm_soft_delete_check_key(const OrmDeclaration *declaration, Oid relid);

/* Fills in the attribute of a model, once its keys are known.  Raises as the above. */
extern void orm_soft_delete_fill(OrmModel *model);

/* The hooks that the element stands for: a List of OrmDeclaredHook *. */
extern List *orm_soft_delete_hooks(const OrmDeclaration *declaration);

/* Does the model mark deleted rows? */
static inline bool
orm_soft_delete_any(const OrmModel *model)
{
	return model->soft_delete >= 0;
}

/* The rows that a relationship (NULL: none) leads to: a deleted row is still what a foreign key refers to. */
static inline OrmDeleted
orm_soft_delete_over(const OrmRelationship *relationship)
{
	return relationship != NULL && relationship->kind == ORM_BELONGS_TO ? ORM_DELETED_TOO : ORM_DELETED_NO;
}

/* Is the mark a boolean, without a time? */
extern bool orm_soft_delete_is_flag(const OrmModel *model);

/* Which rows are meant, as a condition on the columns of an alias, palloc'd; NULL: all. */
extern char *orm_soft_delete_condition(const OrmModel *model, const char *alias, OrmDeleted deleted);

#endif
