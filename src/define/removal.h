/*
 * removal.h - what a declaration leaves out of the one before it.
 *
 * A column, constraint or index that the declaration before named and this one
 * does not is written into it as removed, as long as the table has it.  What a
 * removed column takes along is not written.
 */
#ifndef ORM_DEFINE_REMOVAL_H
#define ORM_DEFINE_REMOVAL_H

#include "model/declaration.h"

/* Completes the removals of "now", the next declaration of a model whose table is relid. */
extern void orm_removal_complete(OrmDeclaration *now, const OrmDeclaration *before, Oid relid);

/* Takes out the removals of what the table does not have. */
extern void orm_removal_sweep(OrmDeclaration *declaration, Oid relid);

#endif
