/*
 * relationship.h - resolving declared relationships to foreign keys.
 *
 * Relationships follow foreign key constraints.  "foreign_key" of a document
 * chooses among several of them, or replaces one for relations without constraints
 * (views, foreign tables).  See relationship.c for the steps.
 */
#ifndef ORM_MODEL_RELATIONSHIP_H
#define ORM_MODEL_RELATIONSHIP_H

#include "lib/stringinfo.h"
#include "model/model.h"

/*
 * Fills in "relationship" from its declaration, in the current memory context;
 * strings are shared with the declaration.  The OIDs of all relations read are added
 * to *depends, unless it is NULL.  When the relationship cannot be resolved, returns
 * false, or raises the reason if "raise" is set.  No lock is taken on tables.
 */
extern bool orm_relationship_resolve(const OrmModel *model, const OrmDeclaredRelationship *declared,
									 OrmRelationship *relationship, List **depends, bool raise);

/*
 * Raises an error unless the relationship is resolved: 42704 for a target that does
 * not exist, 42P01 for the join table, 42703 for a column, 42702 for an ambiguous
 * foreign key (with the candidates and the text to choose one), 42P10 for a missing
 * one.
 */
extern void orm_relationship_require(const OrmModel *model, const OrmRelationship *relationship);

/* Is the join table of a many_to_many still to be made? */
extern bool orm_relationship_is_pending(const OrmModel *model, const OrmRelationship *relationship);

/* The builder name of a kind of relationship: "belongs_to"... */
extern const char *orm_relationship_kind_name(OrmRelationshipKind kind);

/* Appends a relationship to the fingerprint of a model. */
extern void orm_relationship_print(StringInfo out, const OrmRelationship *relationship);

/*
 * Raises 42P16 when "back_populates" does not name an inverse of the relationship.
 * "target" is the target's declaration; NULL, for a model not declared yet, is not
 * checked.  A missing inverse is an error only with "must_exist", as one of two
 * models must be declared first.
 */
extern void orm_relationship_check_inverse(const char *model, const OrmDeclaredRelationship *declared,
										   const OrmDeclaration *target, bool must_exist);

/*
 * Raises 42P16 unless a relationship and its inverse have the same foreign keys.
 * "inverse" may be NULL or unresolved, which is not checked.
 */
extern void orm_relationship_check_keys(const OrmModel *model, const OrmRelationship *relationship,
										const OrmRelationship *inverse);

#endif
