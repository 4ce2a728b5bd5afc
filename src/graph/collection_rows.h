/*
 * collection_rows.h - statements on the rows of has_many and has_one
 * collections.
 *
 * Every statement has the foreign key in its WHERE (model/join.h), so a row
 * that another transaction moves to another owner, or deletes, while the
 * statement waits for it is skipped.
 */
#ifndef ORM_GRAPH_COLLECTION_ROWS_H
#define ORM_GRAPH_COLLECTION_ROWS_H

#include "graph/graph.h"
#include "store/columns.h"
#include "store/record.h"
#include "store/tuples.h"

/* Owners of collections of one edge and, with "named", a row of each; numbered from 0 in the order they are added. */
typedef struct OrmCollectionRows
{
	const OrmEdge *edge;
	OrmJoin join; /* join of the edge, or its columns in the primary key */
	int owner_key[INDEX_MAX_KEYS];
	int nown;
	int own_key[INDEX_MAX_KEYS]; /* attributes that identify named rows */
	bool others;				 /* exclude the kept rows */
	bool filtered;				 /* only rows that the relationship's filter lets through */
	const char *scopes;			 /* default scopes, " AND ..." on "t": other rows are not in the collection; or NULL */
	OrmJoinColumns columns;		 /* of "rows": the owner's referenced key, the row's own key */
	OrmJoinColumns primary;		 /* of "kept": the primary key */
	OrmTuples rows;
	OrmTuples kept;
	const OrmPath *place; /* while statements are watched: common to the rows */
} OrmCollectionRows;

/*
 * Initializes an empty query, which must not be copied afterwards.  Rows are
 * "named" by their primary keys.  Raises 0A000 for keys that cannot be passed
 * as arrays.
 */
extern void orm_collection_rows_init(OrmCollectionRows *asked, const OrmEdge *edge, bool named, bool others);

/*
 * As orm_collection_rows_init(), for rows named by their primary keys whose
 * part in the foreign key is taken from the owner.
 */
extern void orm_collection_rows_init_shared(OrmCollectionRows *asked, const OrmEdge *edge);

/* Adds an owner, whose key must be known, and the row of a record (NULL: not named), which are at a place. */
extern void orm_collection_rows_add(OrmCollectionRows *asked, const OrmObject *owner, const OrmRecord *record,
									const OrmPath *place);

/* Adds the row of an object, if its key is known, to the kept rows. */
extern void orm_collection_rows_keep(OrmCollectionRows *asked, const OrmObject *item);

/* Receives a row: its number, and its primary key in key order; called in a per-row context. */
typedef void (*OrmCollectionTake)(void *argument, int number, const Datum *key);

/* Reads the rows; with "lock", locks them in the order of their keys, if the caller may (orm_collect_locks()). */
extern void orm_collection_rows_read(const OrmCollectionRows *asked, bool lock, OrmCollectionTake take, void *argument);

/*
 * Sets the foreign keys of named rows to NULL, or deletes the rows; sets
 * gone[], by number, for rows that were changed.
 */
extern void orm_collection_rows_unlink(const OrmCollectionRows *asked, bool *gone);
extern void orm_collection_rows_delete(const OrmCollectionRows *asked, bool *gone);

#endif
