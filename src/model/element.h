/*
 * element.h - reading and printing the elements of a model document.
 */
#ifndef ORM_MODEL_ELEMENT_H
#define ORM_MODEL_ELEMENT_H

#include "model/declaration.h"

/* Reads an element into the declaration; "position" is its index in "elements".  Raises errors with the place. */
extern void orm_element_read(OrmDeclaration *declaration, OrmJson element, int position, bool mapped);

/* Append an element as JSON. */
extern void orm_element_print_column(StringInfo out, const OrmDeclaredColumn *column);
extern void orm_element_print_computed(StringInfo out, const OrmDeclaredColumn *computed);
extern void orm_element_print_constraint(StringInfo out, const OrmDeclaredConstraint *constraint);
extern void orm_element_print_relationship(StringInfo out, const OrmDeclaredRelationship *relationship);
extern void orm_element_print_scope(StringInfo out, const OrmDeclaredScope *scope);
extern void orm_element_print_validation(StringInfo out, const OrmDeclaredValidation *validation);
extern void orm_element_print_hook(StringInfo out, const OrmDeclaredHook *hook);
extern void orm_element_print_version(StringInfo out, const OrmDeclaredVersion *version);
extern void orm_element_print_accessors(StringInfo out, const OrmDeclaration *declaration);
extern void orm_element_print_enum(StringInfo out, const OrmDeclaredEnum *enumeration);
extern void orm_element_print_comment(StringInfo out, const OrmDeclaration *declaration);
extern void orm_element_print_table(StringInfo out, const OrmDeclaredTable *table);
extern void orm_element_print_removal(StringInfo out, const OrmDeclaredRemoval *removal);

/* The builder name of a kind of constraint: "primary_key"... */
extern const char *orm_element_constraint_name(OrmConstraintKind kind);

/* The kind of builder of a constraint: ORM_CONSTRAINT_VERBATIM if it is given as SQL. */
extern OrmConstraintKind orm_element_constraint_kind(const OrmDeclaredConstraint *constraint);

#endif
