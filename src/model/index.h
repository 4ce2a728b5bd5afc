/*
 * index.h - indexes usable for lookups, and unique indexes.
 */
#ifndef ORM_MODEL_INDEX_H
#define ORM_MODEL_INDEX_H

#include "access/attnum.h"
#include "access/htup.h"
#include "nodes/bitmapset.h"
#include "utils/relcache.h"

/*
 * The leading columns of indexes usable for `column = ANY ($1)` on all rows: valid
 * btree or hash indexes without predicate, with the collation of the column and
 * the equality operator of its type.  Empty for tables with inheritance children,
 * whose indexes are separate.  The caller has opened and locked the relation.
 */
extern Bitmapset *orm_index_leaders(Relation relation);

/* Is the column in orm_index_leaders of the relation?  False when it does not exist.  No lock is taken. */
extern bool orm_index_leads(Oid relid, AttrNumber column);

/*
 * Does a unique index without expressions and predicate guarantee that a query by
 * its columns returns at most one row?  Not with another collation or equality
 * operator than the column's, and not on tables with inheritance children.
 */
extern bool orm_index_tells_apart(Relation relation, HeapTuple index);

#endif
