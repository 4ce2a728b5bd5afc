/*
 * element.h - the elements of a model document: reading and printing them.
 */
#ifndef ORM_MODEL_ELEMENT_H
#define ORM_MODEL_ELEMENT_H

#include "model/declaration.h"

/* Reads an element of "elements" into the declaration; position is its index. */
extern void orm_element_read(OrmDeclaration *declaration, OrmJson element, int position, bool mapped);

/* Appends elements. */
extern void orm_element_print_column(StringInfo out, const OrmDeclaredColumn *column);
extern void orm_element_print_constraint(StringInfo out, const OrmDeclaredConstraint *constraint);
extern void orm_element_print_relationship(StringInfo out, const OrmDeclaredRelationship *relationship);
extern void orm_element_print_version(StringInfo out, const OrmDeclaredVersion *version);
extern void orm_element_print_accessors(StringInfo out, const OrmDeclaration *declaration);

/* The builder name of a constraint's kind: "primary_key"... */
extern const char *orm_element_constraint_name(OrmConstraintKind kind);

#endif
