/*
 * normalized.h - values of rows that are there, of columns that are to be normalized.
 */
#ifndef ORM_DIFFER_NORMALIZED_H
#define ORM_DIFFER_NORMALIZED_H

#include "differ/differ.h"

/*
 * Appends the steps that normalize the values of a column, when its expression is new or another
 * one.  The trigger goes before, as it would keep the old expression and values written once;
 * the functions of the model, which come later, make it anew.
 */
extern void orm_normalized_compare(const OrmDiffer *differ, const OrmDdlColumn *column, AttrNumber number,
								   char *object);

#endif
