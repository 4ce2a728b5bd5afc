/*
 * computed.h - computed attributes: expressions over a row, by name.
 *
 *     CREATE FUNCTION s.total(t s.items) RETURNS numeric
 *     LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (t.price * t.quantity)
 *
 * A computed attribute is a SQL function of the table's schema over its row type, so plain
 * SQL has it as item.total.  Its body is the expression that queries of documents have in
 * its place: analyzed once, it follows renames.  Other computed attributes that it names
 * are parts of the body.
 */
#ifndef ORM_MODEL_COMPUTED_H
#define ORM_MODEL_COMPUTED_H

#include "model/model.h"
#include "nodes/primnodes.h"

/* How the function calls the row. */
#define ORM_COMPUTED_ROW "t"

/* How the body begins that the function has while its table is changed (define/compute.h). */
#define ORM_COMPUTED_LOOSE "/* while the table changes */ SELECT "

/* Raises 42P17 for computed attributes that are made of each other, with the place. */
extern void orm_computed_check_circles(const OrmDeclaration *declaration);

/*
 * Analyzes the expression of a declared computed attribute (model/row_expression.h); its
 * type is the declared one.  Raises with the place.
 */
extern Node *orm_computed_analyze(Oid relid, const OrmDeclaration *declaration, const OrmDeclaredColumn *computed);

/* The functions that are computed attributes of a relation: List of Oid. */
extern List *orm_computed_functions(Oid relid);

/* That of a name, or InvalidOid. */
extern Oid orm_computed_find(Oid relid, const char *name);

/* The expression of such a function, over the row. */
extern Node *orm_computed_expression(Oid function);

/*
 * Fills in the computed attributes of a model; the names of the ones without a function are
 * added to the pending ones.  *depends receives the relations of sub-selects.
 */
extern void orm_computed_fill(OrmModel *model, List **depends);

/* Index of the computed attribute of that name, or -1. */
extern int orm_computed_number(const OrmModel *model, const char *name, int length);

/* Are the columns that a computed attribute uses among the readable ones (flags by attribute; NULL: all are)? */
extern bool orm_computed_is_readable(const OrmModel *model, int computed, const bool *readable);

/* Raises 428C9 for a computed attribute that is given at "path". */
extern void orm_computed_raise_given(const OrmModel *model, const char *name, const OrmPath *path)
	pg_attribute_noreturn();

/*
 * Puts into a declaration of a relation the texts that its functions have: where a written one
 * does not mean anything now, as after a rename, and with "in_force" where it means something
 * else.
 */
extern void orm_computed_follow(Oid relid, OrmDeclaration *declaration, bool in_force);

#endif
