/*
 * impact.h - the impact of a delete, without deleting.
 *
 * Rows are followed along foreign keys as the server's own triggers would
 * follow them, breadth first:
 *
 * 0. From the object along relationships with the cascade "delete", as a delete
 *    does (remove/delete.h).
 * 1. From the rows that would be deleted, along every key with ON DELETE CASCADE, one
 *    statement for each key and round, until a round brings no row that was not
 *    there before.  A row is known by its table and ctid, so cycles end and a
 *    row that is reached twice counts once.
 * 2. Along the other keys, once all deleted rows are known: rows that stay and
 *    would be unlinked (SET NULL, SET DEFAULT), or would prevent the delete.
 *
 * Everything is read under one snapshot with the caller's privileges: rows
 * hidden by row security are not counted, although a cascade deletes them.
 * The effects of users' triggers and rules are not known.
 */
#ifndef ORM_REMOVE_IMPACT_H
#define ORM_REMOVE_IMPACT_H

#include "model/model.h"

/* The effect of a delete on a row. */
typedef enum OrmImpactEffect
{
	ORM_IMPACT_DELETED,
	ORM_IMPACT_UNLINKED,
	ORM_IMPACT_DEFAULTED,
	ORM_IMPACT_BLOCKING,
} OrmImpactEffect;

#define ORM_IMPACT_NEFFECTS (ORM_IMPACT_BLOCKING + 1)

/*
 * The impact of deleting the object with a primary key (values in key order):
 *
 *     {"deleted": {"Author": 1, "Post": 3}, "unlinked": {"public.notes": 1},
 *      "defaulted": {...}, "blocked_by": {"Order (orders_author_fkey)": 2}}
 *
 * by model, or by table without a model; empty members are left out.  False
 * when the object does not exist.  Raises 0A000 for a view.
 */
extern bool orm_impact_read(const OrmModel *model, const Datum *key, Datum *json);

/* A number of rows of a table; a partition is a table of its own. */
typedef struct OrmImpactRows
{
	Oid relid;
	OrmImpactEffect effect;
	int64 n;
} OrmImpactRows;

/* The impact as a list of OrmImpactRows *; NIL: the object does not exist. */
extern List *orm_impact_rows(const OrmModel *model, const Datum *key);

#endif
