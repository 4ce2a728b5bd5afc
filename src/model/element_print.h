/*
 * element_print.h - printing the elements of a model document.
 */
#ifndef ORM_MODEL_ELEMENT_PRINT_H
#define ORM_MODEL_ELEMENT_PRINT_H

#include "model/declaration.h"

/* Appends an element as JSON: a record of that builder, which is the only one of its kind. */
extern void orm_element_print(StringInfo out, const char *builder, const void *record);

/* Append an element as JSON. */
extern void orm_element_print_column(StringInfo out, const OrmDeclaredColumn *column);
extern void orm_element_print_constraint(StringInfo out, const OrmDeclaredConstraint *constraint);
extern void orm_element_print_relationship(StringInfo out, const OrmDeclaredRelationship *relationship);
extern void orm_element_print_accessors(StringInfo out, const OrmDeclaration *declaration);
extern void orm_element_print_comment(StringInfo out, const OrmDeclaration *declaration);

#endif
