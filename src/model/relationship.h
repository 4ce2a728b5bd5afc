/*
 * relationship.h - resolving declared relationships to join columns.
 *
 * The catalogs' foreign keys join; a document's foreign_key chooses among
 * them, or stands for one where a relation can have none (views, foreign
 * tables).  For the steps see relationship.c.
 */
#ifndef ORM_MODEL_RELATIONSHIP_H
#define ORM_MODEL_RELATIONSHIP_H

#include "lib/stringinfo.h"
#include "model/model.h"

/*
 * Fills in "relationship" from its declaration; memory of the current context.
 * Appends to *depends (when not NULL) every relation it looks at.  What cannot
 * be resolved: false, or, with "raise", the error that says why.
 */
extern bool orm_relationship_resolve(const OrmModel *model, const OrmDeclaredRelationship *declared,
									 OrmRelationship *relationship, List **depends, bool raise);

/*
 * Resolves a relationship again, raising what is wrong with it: 42704 unknown
 * target, 42703 no such column, 42702 two foreign keys (with the candidates and
 * the text that chooses), 42P10 no foreign key.
 */
extern void orm_relationship_require(const OrmModel *model, const OrmRelationship *relationship);

/* The builder name of a relationship's kind: "belongs_to"... */
extern const char *orm_relationship_kind_name(OrmRelationshipKind kind);

/* Appends a relationship to the fingerprint of a model. */
extern void orm_relationship_print(StringInfo out, const OrmRelationship *relationship);

/*
 * Raises 42P16 when back_populates names what is no inverse of the
 * relationship, as far as the target's declaration (NULL: not known yet) tells.
 * That it names nothing at all is an error only where it "must_exist": of two
 * models one has to be declared first.
 */
extern void orm_relationship_check_inverse(const char *model, const OrmDeclaredRelationship *declared,
										   const OrmDeclaration *target, bool must_exist);

/*
 * Raises 42P16 unless a relationship and its inverse (NULL, or not resolved:
 * not comparable) are joined by the same columns.
 */
extern void orm_relationship_check_keys(const OrmModel *model, const OrmRelationship *relationship,
										const OrmRelationship *inverse);

#endif
