/*
 * element_form.h - which keys of an element go together.
 */
#ifndef ORM_MODEL_ELEMENT_FORM_H
#define ORM_MODEL_ELEMENT_FORM_H

#include "base/members.h"

/*
 * Raises 22023 unless a unique constraint has one of "columns" and "column_name", and an index "columns" or
 * "definition"; "given" are its keys, as bits, "kind" is its OrmConstraintKind.
 */
extern void orm_element_form_check_constraint(const OrmMemberTable *table, int kind, uint64 given, const OrmPath *path);

/* Raises 22023 unless something is removed, and one thing only. */
extern void orm_element_form_check_removal(uint64 given, const OrmPath *path);

#endif
