/*
 * canonical.h - declarations in a form in which they can be compared as texts.
 *
 * Without the words that count once, and with the elements in an order of their own.
 * No OID, owner or setting has an influence.
 */
#ifndef ORM_MODEL_CANONICAL_H
#define ORM_MODEL_CANONICAL_H

#include "model/declaration.h"

/* The canonical text of a declaration, palloc'd; words that count once leave it, and its lists are sorted. */
extern char *orm_canonical_text(OrmDeclaration *declaration);

/* The hash of declarations (List of OrmDeclaration *) in the order of their names: 64 hexadecimal digits, palloc'd. */
extern char *orm_canonical_hash(const List *declarations);

#endif
