/*
 * impact.h - the impact of a delete, without deleting.
 *
 * Rows are followed along foreign keys breadth first, as the server's triggers
 * would follow them:
 *
 * 0. From the object along relationships with the cascade "delete", and to join
 * table rows, as remove/delete.h does. 1. From deleted rows along every foreign key ON DELETE
 * CASCADE, one statement per key and round, until a round finds no new row.  A
 * row is identified by its key (remove/row_key.h), so cycles end, and a row reached
 * twice counts once. 2. Along the other foreign keys, once all deleted rows are
 * known, to rows that would be unlinked (SET NULL, SET DEFAULT) or would
 * prevent the delete.
 *
 * All statements share one snapshot and run with the caller's privileges.  Rows
 * hidden by row security are not counted, although a cascade deletes them.  The
 * effects of user triggers and rules are not known.
 */
#ifndef ORM_REMOVE_IMPACT_H
#define ORM_REMOVE_IMPACT_H

#include "model/model.h"

/* The effect of a delete on a row. */
typedef enum OrmImpactEffect
{
	ORM_IMPACT_DELETED,
	ORM_IMPACT_SOFT_DELETED, /* marked, see model/soft_delete.h; nothing follows from that */
	ORM_IMPACT_UNLINKED,
	ORM_IMPACT_DEFAULTED,
	ORM_IMPACT_BLOCKING,
} OrmImpactEffect;

#define ORM_IMPACT_NEFFECTS (ORM_IMPACT_BLOCKING + 1)

/*
 * The impact of deleting the object of a primary key, values in key order:
 *
 *     {"deleted": {"Author": 1, "Post": 3}, "soft_deleted": {...}, "unlinked": {"public.notes": 1},
 *      "defaulted": {...}, "blocked_by": {"Order (orders_author_fkey)": 2}}
 *
 * by model, or by table without a model; empty members are left out.  *json is
 * allocated in the current context.  Takes AccessShareLock on the tables.
 * False if the object does not exist.  Raises 0A000 for a view.
 */
extern bool orm_impact_read(const OrmModel *model, const Datum *key, Datum *json);

/* A number of affected rows of a table, partitioned or a partition: as their foreign key has it. */
typedef struct OrmImpactRows
{
	Oid relid;
	OrmImpactEffect effect;
	int64 n;
} OrmImpactRows;

/* The impact as a list of OrmImpactRows *, in the current context; NIL if the object does not exist. */
extern List *orm_impact_rows(const OrmModel *model, const Datum *key);

#endif
