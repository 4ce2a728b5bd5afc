/*
 * element.h - reading and printing the elements of a model document.
 */
#ifndef ORM_MODEL_ELEMENT_H
#define ORM_MODEL_ELEMENT_H

#include "model/declaration.h"

/* Reads an element into the declaration; "position" is its index in "elements".  Raises errors with the place. */
extern void orm_element_read(OrmDeclaration *declaration, OrmJson element, int position, bool mapped);

/* Appends an element as JSON: a record of that builder, which is the only one of its kind. */
extern void orm_element_print(StringInfo out, const char *builder, const void *record);

/* Append an element as JSON. */
extern void orm_element_print_column(StringInfo out, const OrmDeclaredColumn *column);
extern void orm_element_print_constraint(StringInfo out, const OrmDeclaredConstraint *constraint);
extern void orm_element_print_relationship(StringInfo out, const OrmDeclaredRelationship *relationship);
extern void orm_element_print_accessors(StringInfo out, const OrmDeclaration *declaration);
extern void orm_element_print_comment(StringInfo out, const OrmDeclaration *declaration);

/* The builder name of a kind of constraint: "primary_key"... */
extern const char *orm_element_constraint_name(OrmConstraintKind kind);

/* The kind of builder of a constraint: ORM_CONSTRAINT_VERBATIM if it is given as SQL. */
extern OrmConstraintKind orm_element_constraint_kind(const OrmDeclaredConstraint *constraint);

#endif
