/*
 * label.h - the labels of enum types.
 */
#ifndef ORM_DIFFER_LABEL_H
#define ORM_DIFFER_LABEL_H

#include "differ/differ.h"

/* Appends the steps that make the enum types of a declaration what it says. */
extern void orm_label_compare(const OrmDeclaration *declaration, List **steps);

#endif
