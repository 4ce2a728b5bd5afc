/*
 * counter.h - the element "counter": a column that counts the rows of a relationship.
 *
 *     orm.counter('post_count', 'posts', where_expr => 'published')
 *     orm.counter('total', 'lines', sum_of => 'price * quantity')
 *
 * The rows are those of the table at the other end (of a many_to_many, of its join table), the
 * holder.  Its triggers (model/shared_trigger.h) keep all counters over a relationship together: they
 * add what a statement has changed (model/counter_sql.h).  What is counted is said by the model
 * alone, so that renamed columns need no other trigger.  The expressions are over a row of the holder;
 * a sum has the type of the column.  A column that no element declares is implied, where the table is
 * made here: an integer, of a sum a numeric.  Documents do not set it.
 */
#ifndef ORM_MODEL_COUNTER_H
#define ORM_MODEL_COUNTER_H

#include "model/model.h"

/* The counter of a column, or NULL. */
extern const OrmDeclaredCounter *orm_counter_find(const OrmDeclaration *declaration, const char *column);

/* The counters over a relationship (List of OrmDeclaredCounter *). */
extern List *orm_counter_over(const OrmDeclaration *declaration, const char *relationship);

/* The names of the relationships that a declaration counts (List of char *). */
extern List *orm_counter_relationships(const OrmDeclaration *declaration);

/* Are the same things counted over a relationship by two declarations of a model? */
extern bool orm_counter_is_same(const OrmDeclaration *one, const OrmDeclaration *other, const char *relationship);

/* Adds the columns that no element declares. */
extern void orm_counter_imply(OrmDeclaration *declaration);

/*
 * Checks counters: 42701 for a column twice, 42703 for a relationship that is not declared, 22023 for one
 * that is no collection, 0A000 for one with a path or a filter and for sub-selects, with the place.
 */
extern void orm_counter_check(const OrmDeclaration *declaration);

/* What a counter is called while it is pending. */
extern char *orm_counter_label(const OrmDeclaredCounter *counter);

/* The table whose rows are counted over a resolved relationship. */
extern Oid orm_counter_holder(const OrmRelationship *relationship);

/* The relationship of a counter if it is resolved and can be counted now, or NULL. */
extern const OrmRelationship *orm_counter_relationship(const OrmModel *model, const char *name);

/* The labels of counters of a model that are not kept: List of char *. */
extern List *orm_counter_pending(const OrmModel *model);

/* The place of a key of a counter. */
extern const OrmPath *orm_counter_place(OrmElementPlace *place, const OrmDeclaredCounter *counter, const char *key);

#endif
