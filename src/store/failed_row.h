/*
 * failed_row.h - finding the row that made a statement of many rows fail.
 */
#ifndef ORM_STORE_FAILED_ROW_H
#define ORM_STORE_FAILED_ROW_H

#include "store/batch.h"
#include "store/statement.h"

/* The rows of a failed statement. */
typedef struct OrmSuspects
{
	Oid relid;
	int n;

	/* The text of a row's value for a column; NULL if the row has no value for it, or NULL, which sets "isnull". */
	char *(*text)(const void *argument, int row, const char *column, bool *isnull);
	const void *argument;
	bool inserted; /* the rows are new: a column without a value gets its default */
} OrmSuspects;

/*
 * The number of the row that an error is about, or -1.  The error must have
 * been taken, see orm_error_take(): expressions of an index are evaluated in a
 * subtransaction.
 */
extern int orm_failed_row_row(const OrmSuspects *suspects, const ErrorData *error);

/*
 * In a PG_CATCH block only: rethrows the error of a statement for the records
 * of a batch, with the place of the failed record, or the common place of all
 * records where it is not found.  "statement" is NULL if it is none of
 * store/statement.h.  "caller" as for orm_error_rethrow_at().
 */
extern void orm_failed_row_rethrow(const OrmBatch *batch, const OrmStatement *statement, MemoryContext caller)
	pg_attribute_noreturn();

/* The same for a statement for one record, that of the batch. */
extern void orm_failed_row_rethrow_only(const OrmBatch *batch, MemoryContext caller) pg_attribute_noreturn();

/* Adds the hint that rows could have exchanged unique values to a violation, unless it has a hint. */
extern void orm_failed_row_hint_exchange(ErrorData *error);

#endif
