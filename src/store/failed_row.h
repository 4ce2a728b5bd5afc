/*
 * failed_row.h - finding the row that made a statement of many rows fail.
 */
#ifndef ORM_STORE_FAILED_ROW_H
#define ORM_STORE_FAILED_ROW_H

#include "store/batch.h"

/* The rows of a failed statement. */
typedef struct OrmSuspects
{
	Oid relid;
	int n;

	/* The text of a row's value for a column; NULL if the row has no value for it, or NULL, which sets "isnull". */
	char *(*text)(const void *argument, int row, const char *column, bool *isnull);
	const void *argument;
} OrmSuspects;

/* In a PG_CATCH block only: the number of the row that an error is about, or -1. */
extern int orm_failed_row_row(const OrmSuspects *suspects, const ErrorData *error);

/*
 * In a PG_CATCH block only: rethrows the error of a statement for the records
 * of a batch, with the place of the failed record, or the common place of all
 * records where it is not found.  "caller" as for orm_error_rethrow_at().
 */
extern void orm_failed_row_rethrow(const OrmBatch *batch, MemoryContext caller) pg_attribute_noreturn();

#endif
