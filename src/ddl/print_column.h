/*
 * print_column.h - columns in CREATE TABLE, and the statements about them.
 */
#ifndef ORM_DDL_PRINT_COLUMN_H
#define ORM_DDL_PRINT_COLUMN_H

#include "ddl/ddl.h"

/* Appends a column as it stands in CREATE TABLE. */
extern void orm_print_column_append(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column);

/* Adds the statements before CREATE TABLE: the sequence of a serial column. */
extern void orm_print_column_before(OrmDdlTable *table, const OrmDdlColumn *column);

/* Adds the statements after CREATE TABLE: the owner of the sequence, storage, comment. */
extern void orm_print_column_after(OrmDdlTable *table, const OrmDdlColumn *column);

#endif
