/*
 * collect.h - collecting the rows that a delete cascades to.
 *
 * Rows are collected breadth first, by one SELECT for each relationship and
 * round, from the rows found in the round before.  They are locked in the order
 * of their keys, so that no session adds referencing rows meanwhile.  A row is
 * identified by its model and primary key: circles end.  Rows with a foreign key
 * ON DELETE CASCADE are left to the server, unless rows must be collected from
 * them in turn.
 */
#ifndef ORM_REMOVE_COLLECT_H
#define ORM_REMOVE_COLLECT_H

#include "exec/execute.h"
#include "exec/keyset.h"
#include "remove/delete.h"
#include "store/columns.h"

/* The rows of one model to be deleted. */
typedef struct OrmDeleteSet
{
	const OrmModel *model;
	OrmKeySet *keys;		/* in key order; the added objects come first */
	int named;				/* number of added objects */
	int followed;			/* number of rows whose relationships have been followed */
	bool known;				/* the rest is set: */
	List *along;			/* of OrmRelationship *: to follow; NIL: none, or the server cascades */
	OrmJoinColumns columns; /* of the key; n 0: its types do not fit into arrays, and nothing is followed */
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
	OrmExecution access; /* ORM_READ: nothing will be deleted, rows are not locked */
	bool by_server;		 /* collect also the rows that the server deletes, whatever the cascade */
	List *sets;			 /* of OrmDeleteSet *, in the order of discovery */
	List *refused;		 /* of OrmDeleteRefused * */
};

/* The set of a model, made when there is none; the context of "delete" is current. */
extern OrmDeleteSet *orm_collect_set(OrmDelete *delete, const OrmModel *model);

/* Collects all rows that cascade from the added ones; the context of "delete" is current. */
extern void orm_collect_run(OrmDelete *delete);

/*
 * The keys of a set, from one on, as parameters, and their types: an array for
 * each column; the plain values of a single key, which the planner estimates
 * better.  Returns the number of parameters.
 */
extern int orm_collect_keys(const OrmDeleteSet *set, int from, Oid *types, Datum *values);

/*
 * May the caller lock rows of the model before they are deleted?  That takes
 * the UPDATE privilege, which a caller with DELETE need not have; and row
 * security would hide rows that may be deleted but not updated.
 */
extern bool orm_collect_may_lock(const OrmModel *model);

/* Are rows of the model locked when they are collected?  Not those of views, nor where orm_collect_may_lock says no. */
extern bool orm_collect_locks(const OrmModel *model);

/* Reads the key at the beginning of a row; false when a part of it is NULL. */
extern bool orm_collect_read_key(const OrmModel *model, TupleTableSlot *slot, Datum *key);

/* Has the set a single key from there on? */
static inline bool
orm_collect_is_single(const OrmDeleteSet *set, int from)
{
	return orm_keyset_count(set->keys) - from == 1;
}

/* Has the relationship join table rows that the server does not delete? */
static inline bool
orm_collect_has_links(const OrmRelationship *relationship)
{
	return relationship->kind == ORM_MANY_TO_MANY && !relationship->deleted_by_server;
}

#endif
