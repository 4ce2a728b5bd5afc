/*
 * print_column.h - columns in CREATE TABLE, and the statements about them.
 */
#ifndef ORM_DDL_PRINT_COLUMN_H
#define ORM_DDL_PRINT_COLUMN_H

#include "ddl/ddl.h"

/* Appends a column as it stands in CREATE TABLE. */
extern void orm_print_column_append(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column);

/* Appends the type of a column; that of an enum type need not exist yet. */
extern void orm_print_column_type(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column);

/* Appends GENERATED ... AS IDENTITY with its options. */
extern void orm_print_column_identity(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column);

/* Appends the default of a serial column: pg_catalog.nextval(...). */
extern void orm_print_column_nextval(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column);

/* Adds the statements before CREATE TABLE: the sequence of a serial column. */
extern void orm_print_column_before(OrmDdlTable *table, const OrmDdlColumn *column);

/* Adds the statements after CREATE TABLE: the owner of the sequence, storage, comment. */
extern void orm_print_column_after(OrmDdlTable *table, const OrmDdlColumn *column);

#endif
