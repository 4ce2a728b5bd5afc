/*
 * index_row.h - rows that are not stored, as a unique index sees them.
 * Private to this folder.
 *
 * The values of the columns that an index reads are collected for one row after the
 * other: the given ones, and of new rows also generated columns and defaults, unless
 * they are volatile or numbers of an identity.  Then the index's predicate and its
 * expressions are evaluated over them, as the caller, as an INSERT would.
 */
#ifndef ORM_STORE_INDEX_ROW_H
#define ORM_STORE_INDEX_ROW_H

#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "utils/relcache.h"

typedef struct OrmIndexRow
{
	/*
	 * Gives the value of a column of the current row, allocated in the current context;
	 * false: it is not given, or given in a form that is not its value.
	 */
	bool (*value)(void *argument, Form_pg_attribute column, Datum *value, bool *isnull);
	void *argument;
	bool inserted; /* columns that are not given take their defaults */

	Relation index;
	Relation heap;
	IndexInfo *info;
	ExprState *predicate; /* NULL: true */
	EState *executor;
	TupleTableSlot *slot; /* the current row */
	Bitmapset *columns;	  /* that the index reads, as of pull_varattnos */

	/* The key of the current row, by column of the index, until the next one is read. */
	Datum values[INDEX_MAX_KEYS];
	bool isnull[INDEX_MAX_KEYS];
} OrmIndexRow;

/* Opens an index; "value", "argument" and "inserted" are set. */
extern void orm_index_row_open(OrmIndexRow *row, Oid index);

/*
 * Reads the next row, the one that "value" tells of now; false if it is not in the
 * index, or a column that the index reads is not known.
 */
extern bool orm_index_row_read(OrmIndexRow *row);

extern void orm_index_row_close(OrmIndexRow *row);

#endif
