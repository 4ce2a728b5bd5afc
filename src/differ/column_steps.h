/*
 * column_steps.h - added and changed columns.
 */
#ifndef ORM_DIFFER_COLUMN_STEPS_H
#define ORM_DIFFER_COLUMN_STEPS_H

#include "differ/differ.h"

/* Appends the steps of all declared columns; sets differ->retyped. */
extern void orm_column_steps_compare(OrmDiffer *differ);

#endif
