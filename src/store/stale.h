/*
 * stale.h - detecting rows changed since they were read.  Private to this
 * folder.
 *
 * An object can give the state of the row that it was read from: a value, not
 * NULL, of the version attribute declared by orm.version, or "$etag".  Before
 * such objects are written, one statement locks their rows in the order of the
 * key and reads them:
 *
 *     SELECT t."id", t."title", t."version", orm.etag(ROW(t."id", t."title", t."version"))
 *         FROM "s"."t" AS t, ROWS FROM (pg_catalog.unnest($1)) WITH ORDINALITY AS u("id", n)
 *         WHERE t."id" OPERATOR(pg_catalog.=) u."id"
 *         ORDER BY t."id" FOR NO KEY UPDATE OF t
 *
 * In READ COMMITTED this waits for concurrent updates and reads their result;
 * in REPEATABLE READ the server raises 40001 for a concurrently updated row.
 * The lock is held until the end of the transaction, so the state compared is
 * the state overwritten.
 *
 * A record is compared once.  A graph compares all objects with known keys
 * before it writes anything, so that its own changes to a row (moving it out of
 * a collection, a trigger, an object given twice) are not taken for concurrent
 * changes.
 *
 * Objects that give neither cost nothing.  Objects of orm.create, and objects
 * that are only looked up or connected, are not compared.
 */
#ifndef ORM_STORE_STALE_H
#define ORM_STORE_STALE_H

#include "store/batch.h"
#include "store/statement.h"

/* Treatment of a record whose row does not exist. */
typedef enum OrmAbsence
{
	ORM_ABSENCE_IS_STALE, /* raise 40001: the row was deleted since */
	ORM_ABSENCE_IS_FINE	  /* left to the caller */
} OrmAbsence;

/* Does a pending record give a version or an etag that has not been compared yet? */
extern bool orm_stale_is_asked(const OrmModel *model, const OrmRecord *record);

/* Do two records of one row give the same version and etag? */
extern bool orm_stale_is_same(const OrmModel *model, const OrmRecord *a, const OrmRecord *b);

/*
 * Locks the rows, by "key", of the pending records that give the key and a
 * version or an etag, and compares.  Raises 40001 for the first record, in
 * document order, whose row was changed, with the differences as detail, or was
 * deleted (ORM_ABSENCE_IS_STALE).  Raises 55000 if the table has no enabled
 * trigger that counts versions.  Records that were compared are marked
 * "checked".
 */
extern void orm_stale_check(const OrmBatch *batch, const OrmKey *key, OrmAbsence absence);

/* For statement.c: appends , orm.etag(ROW(t."id", ...)), the expression that queries use (query/selection.c). */
extern void orm_stale_append_etag(StringInfo sql, const OrmModel *model);

/* For statement.c: appends ORDER BY t."id" FOR NO KEY UPDATE OF t */
extern void orm_stale_append_lock(StringInfo sql, const OrmStatement *statement);

#endif
