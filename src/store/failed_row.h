/*
 * failed_row.h - which of many rows a failed statement is about.
 */
#ifndef ORM_STORE_LOCATE_H
#define ORM_STORE_LOCATE_H

#include "store/batch.h"

/* Rows of a table that a failed statement was to write. */
typedef struct OrmSuspects
{
	Oid relid;
	int n;

	/* What a row gives for a column, as text; NULL: nothing, or NULL, which sets "isnull". */
	char *(*text)(const void *argument, int row, const char *column, bool *isnull);
	const void *argument;
} OrmSuspects;

/* In a PG_CATCH block only: which row an error is about, or -1. */
extern int orm_failed_row_row(const OrmSuspects *suspects, const ErrorData *error);

/*
 * In a PG_CATCH block only: raises the error of a statement for the records of
 * a batch again, with the place of the record that it is about if that can be
 * told; see failed_row.c.  "caller" as for orm_error_rethrow_at.
 */
extern void orm_failed_row_rethrow(const OrmBatch *batch, MemoryContext caller) pg_attribute_noreturn();

#endif
