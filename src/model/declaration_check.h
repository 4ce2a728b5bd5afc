/*
 * declaration_check.h - what takes more than one key, or more than one element, of a model document to see.
 */
#ifndef ORM_MODEL_DECLARATION_CHECK_H
#define ORM_MODEL_DECLARATION_CHECK_H

#include "model/declaration.h"

/* Everything that takes more than one element to see; and what a column's parts say together. */
extern void orm_declaration_check(const OrmDeclaration *declaration, bool mapped);

#endif
