/*
 * impact.h - what a delete would take with it: an answer, and nothing written.
 *
 * Rows are followed along foreign keys as the server's own triggers would
 * follow them, breadth first:
 *
 * 0. From the object along relationships with the cascade "delete", as a delete
 *    does (remove/delete.h).
 * 1. From the rows that would go, along every key with ON DELETE CASCADE, one
 *    statement for each key and round, until a round brings no row that was not
 *    there before.  A row is known by its table and ctid, so cycles end and a
 *    row that is reached twice counts once.
 * 2. Along the other keys, once all that goes is known: rows that stay and would
 *    lose the link (SET NULL, SET DEFAULT), or would forbid the delete.
 *
 * All of it is read under one snapshot and with the caller's rights: rows that
 * row security hides from him are not counted, although a cascade takes them.
 * What triggers and rules of users would do is not known.
 */
#ifndef ORM_REMOVE_IMPACT_H
#define ORM_REMOVE_IMPACT_H

#include "model/model.h"

/* What a delete does to a row. */
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
 * by model, or table where there is none; what is empty is left out.  False
 * when there is no such object.  Raises 0A000 for a view.
 */
extern bool orm_impact_read(const OrmModel *model, const Datum *key, Datum *json);

/* A number of rows of a table; a partition is a table of its own. */
typedef struct OrmImpactRows
{
	Oid relid;
	OrmImpactEffect effect;
	int64 n;
} OrmImpactRows;

/* The same as a list of OrmImpactRows *; NIL: there is no such object. */
extern List *orm_impact_rows(const OrmModel *model, const Datum *key);

#endif
