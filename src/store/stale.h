/*
 * stale.h - was the row changed since the object that is written was read?
 * Private to this folder.
 *
 * An object says which state of its row it was read from: by the attribute of
 * orm.version, given and not NULL, or by "$etag".  Before such objects are
 * written one statement locks their rows, in the order of the key, and reads
 * them:
 *
 *     SELECT t."id", t."title", t."version", orm.etag(ROW(t."id", t."title", t."version"))
 *         FROM "s"."t" AS t, ROWS FROM (pg_catalog.unnest($1)) AS u("id")
 *         WHERE t."id" OPERATOR(pg_catalog.=) u."id"
 *         ORDER BY t."id" FOR NO KEY UPDATE OF t
 *
 * In READ COMMITTED this waits for whoever is changing a row, and sees what he
 * has made of it; in REPEATABLE READ the server itself refuses the row then
 * (40001 as well).  From here to the end of the transaction nobody else can
 * change it, so what is compared now is what is written over.
 *
 * A record is asked once.  A graph asks for all objects whose keys are known
 * before it writes anything, so that what it does to a row itself (moving it
 * out of a collection, a trigger, the same object twice) is not taken for
 * somebody else's change.
 *
 * Objects that give neither cost nothing.  orm.create, and what is only found
 * or connected, is not asked.
 */
#ifndef ORM_STORE_STALE_H
#define ORM_STORE_STALE_H

#include "store/batch.h"
#include "store/statement.h"

/* What it means that there is no row. */
typedef enum OrmAbsence
{
	ORM_ABSENCE_IS_STALE, /* it was deleted since: an error */
	ORM_ABSENCE_IS_FINE	  /* the caller sees to it */
} OrmAbsence;

/* Does a record say which state of its row it was read from, and has it not been asked yet? */
extern bool orm_stale_is_asked(const OrmModel *model, const OrmRecord *record);

/* Do two records of one row say the same of the state it was read from? */
extern bool orm_stale_is_same(const OrmModel *model, const OrmRecord *a, const OrmRecord *b);

/*
 * Raises 40001, with what is different now, for a record of the batch whose
 * row (found by "key", where the record has it) is not in the state that the
 * record was read from; of several, for the first.
 */
extern void orm_stale_check(const OrmBatch *batch, const OrmKey *key, OrmAbsence absence);

/* For statement.c: appends , orm.etag(ROW(t."id", ...)) as reads have it (query/selection.c). */
extern void orm_stale_append_etag(StringInfo sql, const OrmModel *model);

/* For statement.c: appends ORDER BY t."id" FOR NO KEY UPDATE OF t */
extern void orm_stale_append_lock(StringInfo sql, const OrmStatement *statement);

#endif
