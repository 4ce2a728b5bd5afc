/*
 * new_column.h - added, filled and dropped columns.
 *
 * A column that is not there is added as CREATE TABLE makes it, with its sequence, storage and
 * comment.  One with "fill" is added empty, filled, and made NOT NULL.
 */
#ifndef ORM_DIFFER_NEW_COLUMN_H
#define ORM_DIFFER_NEW_COLUMN_H

#include "differ/differ.h"

/* How a column is called in steps: column s.t.c */
extern char *orm_new_column_object(const OrmDiffer *differ, const char *column);

/* Adds a declared column. */
extern void orm_new_column_add(const OrmDiffer *differ, const OrmDdlColumn *column, char *object);

/* Gives rows that have no value the declared one. */
extern void orm_new_column_fill(const OrmDiffer *differ, const OrmDdlColumn *column, char *object);

/* Drops a column; its reverse adds it, empty. */
extern void orm_new_column_drop(const OrmDiffer *differ, AttrNumber number, const char *name);

#endif
