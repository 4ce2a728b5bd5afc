/*
 * declaration_check.h - checks across the keys and elements of a model document.
 */
#ifndef ORM_MODEL_DECLARATION_CHECK_H
#define ORM_MODEL_DECLARATION_CHECK_H

#include "model/declaration.h"

/*
 * Checks names, the version, keys and, unless "mapped", columns.  Raises 42701,
 * 42703, 42710, 42602, 42601, 42P16, 42830, 22023 and others, with the place.
 */
extern void orm_declaration_check(OrmDeclaration *declaration, bool mapped);

#endif
