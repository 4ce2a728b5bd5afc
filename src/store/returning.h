/*
 * returning.h - running statements for records, and matching returned rows to
 * them.
 */
#ifndef ORM_STORE_RETURNING_H
#define ORM_STORE_RETURNING_H

#include "store/batch.h"
#include "store/statement.h"

/* A statement by a key for records that all give the same attributes. */
extern OrmStatement orm_returning_statement(OrmPlanKind kind, const OrmBatch *part, const OrmKey *key);

/*
 * Runs a statement for the records of a batch, which all give the same
 * attributes: once for all records if returned rows can be matched to them by
 * the key "match", else record by record.  Passes returned rows to the write's
 * "stored" function and marks their records done.  An ORM_KIND_STORED statement
 * with changed_only adds records whose rows differ to its "differing" instead.
 * The caller leaves many, numbered and key_back unset.  Errors get the place of
 * the record that they are about.
 */
extern void orm_returning_run(OrmStatement *statement, const OrmBatch *batch, const OrmKey *match);

#endif
