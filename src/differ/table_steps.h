/*
 * table_steps.h - what the table is as a whole.
 */
#ifndef ORM_DIFFER_TABLE_STEPS_H
#define ORM_DIFFER_TABLE_STEPS_H

#include "differ/differ.h"

/*
 * Appends the steps for the options of a table (model/table_option.h) that are given and different.
 * How a table is partitioned cannot be changed: that is a row with a note.
 */
extern void orm_table_steps_compare(OrmDiffer *differ);

#endif
