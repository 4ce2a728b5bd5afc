/*
 * collect.h - collecting the rows that a delete cascades to.
 *
 * Rows are collected breadth first, by one SELECT per relationship and round,
 * from the rows found in the round before.  They are locked in the order of
 * their keys, so that no other transaction adds referencing rows.  A row is
 * identified by its model and primary key, so cycles end.  Rows with a foreign
 * key ON DELETE CASCADE are left to the server, unless the cascade continues
 * from them to rows that must be collected.
 *
 * The rows of a join table are the relationship's own and are deleted with the
 * object, whatever the cascade.  Not collected, but left to their foreign key,
 * are the rows of a join table that is a model itself (they are objects), those
 * that the server deletes, and those of relations that have rules, or that no
 * DELETE is possible from.
 */
#ifndef ORM_REMOVE_COLLECT_H
#define ORM_REMOVE_COLLECT_H

#include "datatype/timestamp.h"
#include "exec/execute.h"
#include "exec/keyset.h"
#include "model/soft_delete.h"
#include "remove/delete.h"
#include "store/columns.h"

/* What is done with rows. */
typedef enum OrmDeleteWay
{
	ORM_DELETE_REMOVES,
	ORM_DELETE_MARKS,	/* as deleted, see model/soft_delete.h */
	ORM_DELETE_RESTORES /* rows that have been marked at the instant */
} OrmDeleteWay;

/* The rows of one model to be deleted: a model has a set of rows that are removed, and one of rows that are marked. */
typedef struct OrmDeleteSet
{
	const OrmModel *model;
	OrmDeleteWay way;
	OrmKeySet *keys;		/* key values in key order; the added objects come first */
	int named;				/* number of added objects */
	int followed;			/* number of rows whose relationships have been followed */
	bool known;				/* "along", "links" and "columns" are set */
	List *along;			/* of OrmRelationship *: to follow; NIL: none, or the server cascades */
	List *links;			/* of OrmRelationship *: whose join table rows are deleted with the rows */
	OrmJoinColumns columns; /* of the key; n = 0: its types cannot be passed as arrays, and nothing is followed */
} OrmDeleteSet;

/* A row that must not be deleted. */
typedef struct OrmDeleteRefused
{
	const OrmModel *model;
	const OrmPath *place;
	Datum key[FLEXIBLE_ARRAY_MEMBER];
} OrmDeleteRefused;

struct OrmDelete
{
	MemoryContext context;
	MemoryContext step;	 /* reset after each collecting statement */
	OrmExecution access; /* ORM_READ: nothing is deleted, and rows are not locked */
	int flags;			 /* OrmDeleteFlags */
	TimestampTz instant; /* when rows are marked, or were; 0: none are */
	bool by_server;		 /* collect also the rows that the server deletes, regardless of the cascade */
	List *sets;			 /* of OrmDeleteSet *, in the order of discovery */
	List *refused;		 /* of OrmDeleteRefused * */
};

/* The set of a model, created on demand; the context of "delete" must be current. */
extern OrmDeleteSet *orm_collect_set(OrmDelete *delete, const OrmModel *model, OrmDeleteWay way);

/* What is done with the objects of a model that are added. */
static inline OrmDeleteWay
orm_collect_way(const OrmDelete *delete, const OrmModel *model)
{
	if (!orm_soft_delete_any(model) || (delete->flags & ORM_DELETE_HARD))
		return ORM_DELETE_REMOVES;
	return delete->flags & ORM_DELETE_RESTORE ? ORM_DELETE_RESTORES : ORM_DELETE_MARKS;
}

/*
 * Collects all rows that cascade from the added objects and drops missing
 * objects from their sets; the context of "delete" must be current.  Locks the
 * rows of each set where orm_collect_locks() allows, unless access is ORM_READ.
 */
extern void orm_collect_run(OrmDelete *delete);

/*
 * Stores the keys of a set, starting at a number, as parameters with their
 * types: an array per column, or the plain values of a single key, which the
 * planner estimates better.  Returns the number of parameters.
 */
extern int orm_collect_keys(const OrmDeleteSet *set, int from, Oid *types, Datum *values);

/*
 * May the caller lock rows of the model before they are deleted?  This needs
 * the UPDATE privilege, which a caller with DELETE need not have, and row
 * security would hide rows that may be deleted but not updated.
 */
extern bool orm_collect_may_lock(const OrmModel *model);

/* Can the primary keys of the model be passed as arrays? */
extern bool orm_collect_has_arrays(const OrmModel *model);

/* Are rows of the model locked when collected?  Not those of views, nor without orm_collect_may_lock(). */
extern bool orm_collect_locks(const OrmModel *model);

/* Reads the primary key from the first columns of a row; false if a part of it is NULL. */
extern bool orm_collect_read_key(const OrmModel *model, TupleTableSlot *slot, Datum *key);

/* Does the set have exactly one key, starting at a number? */
static inline bool
orm_collect_is_single(const OrmDeleteSet *set, int from)
{
	return orm_keyset_count(set->keys) - from == 1;
}

#endif
