/*
 * index.h - index columns for lookups, and unique indexes.
 */
#ifndef ORM_MODEL_INDEX_H
#define ORM_MODEL_INDEX_H

#include "access/attnum.h"
#include "access/htup.h"
#include "nodes/bitmapset.h"
#include "utils/relcache.h"

/*
 * The numbers of the columns that lead an index by which `column = ANY ($1)`
 * finds its rows, whatever plan is made: btree or hash, valid, over all rows,
 * with the column's own collation and its type's equality.  Empty for
 * relations that have no indexes, and for tables with children, whose indexes
 * are their own.  The caller has the relation open.
 */
extern Bitmapset *orm_index_leaders(Relation relation);

/* Is the column of the relation of that OID one of them?  No lock is taken; of one that is gone: false. */
extern bool orm_index_leads(Oid relid, AttrNumber column);

/*
 * Has no query of the relation ever two rows with equal values in the columns of
 * a unique index, one over whole columns and all rows?  Not so when the index
 * goes by another equality than the columns, nor when the table has children.
 */
extern bool orm_index_tells_apart(Relation relation, HeapTuple index);

#endif
