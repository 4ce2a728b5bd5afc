/*
 * label.h - the labels of enum types.
 */
#ifndef ORM_DIFFER_LABEL_H
#define ORM_DIFFER_LABEL_H

#include "differ/differ.h"

/*
 * Appends the steps that make the enum types of a declaration what it says; raises 42501 where "owner", the
 * model's, has not the rights of the owners of the type and of the tables that have columns of it.
 */
extern void orm_label_compare(const OrmDeclaration *declaration, Oid owner, List **steps);

#endif
