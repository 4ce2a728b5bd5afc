/*
 * returning.h - running statements for records, and matching returned rows to
 * the records.
 */
#ifndef ORM_STORE_RETURNING_H
#define ORM_STORE_RETURNING_H

#include "store/batch.h"
#include "store/statement.h"

/* A statement for records that all give the same attributes, by a key. */
extern OrmStatement orm_returning_statement(OrmPlanKind kind, const OrmBatch *part, const OrmKey *key);

/*
 * Runs a statement for the records of a batch, which all give the same
 * attributes: once for all when "match", a key, can tell which row is whose,
 * otherwise record by record.  Rows are handed over as they come back, and
 * their records are done.  A _STORED statement with changed_only marks records
 * that differ instead.  The statement comes without many and key_back.
 */
extern void orm_returning_run(OrmStatement *statement, const OrmBatch *batch, const OrmKey *match);

#endif
