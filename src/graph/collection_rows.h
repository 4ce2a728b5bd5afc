/*
 * collection_rows.h - the rows of has_many and has_one collections, by the foreign key.
 *
 * Every statement here has the foreign key in its WHERE (model/join.h).  A row
 * that another transaction moves to another owner, or deletes, while a statement
 * waits for it is therefore passed over.
 */
#ifndef ORM_GRAPH_COLLECTION_ROWS_H
#define ORM_GRAPH_COLLECTION_ROWS_H

#include "graph/graph.h"
#include "store/columns.h"
#include "store/record.h"
#include "store/tuples.h"

/* Owners of collections of one edge and, where "named", a row of each; numbered from 0 as they are added. */
typedef struct OrmCollectionRows
{
	const OrmEdge *edge;
	OrmJoin join; /* of the edge, or the columns of it that are in the primary key */
	int owner_key[INDEX_MAX_KEYS];
	int nown;
	int own_key[INDEX_MAX_KEYS]; /* attributes by which rows are named */
	bool others;				 /* not the rows that are kept */
	OrmJoinColumns columns;		 /* asked: the owner's referenced key, the row's own key */
	OrmJoinColumns primary;		 /* of the rows that are kept */
	OrmTuples rows;
	OrmTuples kept;
} OrmCollectionRows;

/*
 * Nothing asked; it is not copied afterwards.  Rows are "named" by their
 * primary keys.  Raises 0A000 for keys that cannot come in arrays.
 */
extern void orm_collection_rows_init(OrmCollectionRows *asked, const OrmEdge *edge, bool named, bool others);

/*
 * The same for rows of any owner that are named by their primary keys, of which
 * the owner's key supplies the part that is in the foreign key.
 */
extern void orm_collection_rows_init_shared(OrmCollectionRows *asked, const OrmEdge *edge);

/* Adds an owner, whose key is known, and the row of a record (NULL: none is named). */
extern void orm_collection_rows_add(OrmCollectionRows *asked, const OrmObject *owner, const OrmRecord *record);

/* Adds the row of an object, as far as its key is known, to the kept rows. */
extern void orm_collection_rows_keep(OrmCollectionRows *asked, const OrmObject *item);

/* Takes a row: its number, its primary key in key order; called in a per-row context. */
typedef void (*OrmCollectionTake)(void *argument, int number, const Datum *key);

/* Reads the rows; "lock": and locks them, in the order of their keys, where the caller can. */
extern void orm_collection_rows_read(const OrmCollectionRows *asked, bool lock, OrmCollectionTake take, void *argument);

/*
 * Sets the foreign keys of named rows NULL, or deletes the rows; gone[], by
 * number, is set for existing rows.
 */
extern void orm_collection_rows_unlink(const OrmCollectionRows *asked, bool *gone);
extern void orm_collection_rows_delete(const OrmCollectionRows *asked, bool *gone);

#endif
