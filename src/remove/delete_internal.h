/*
 * delete_internal.h - what is to be deleted, as it is collected, and the texts
 * of the statements that do it; see delete.h.  Private to this folder.
 */
#ifndef ORM_REMOVE_DELETE_INTERNAL_H
#define ORM_REMOVE_DELETE_INTERNAL_H

#include "exec/execute.h"
#include "exec/keyset.h"
#include "remove/delete.h"
#include "store/arrays.h"

/* The rows of a model that go. */
typedef struct OrmDeleteSet
{
	const OrmModel *model;
	OrmKeySet *keys;		/* in key order; those that were named first */
	int named;				/* so many were named */
	int followed;			/* so many have been followed along the relationships */
	bool known;				/* the rest is set: */
	List *along;			/* of OrmRelationship *: what is followed; NIL: rows go alone, or the server does it */
	OrmJoinColumns columns; /* of the key; n 0: it cannot come in arrays, and nothing is followed */
} OrmDeleteSet;

/* A row that must not go. */
typedef struct OrmDeleteRefused
{
	const OrmModel *model;
	const OrmPath *place;
	Datum key[FLEXIBLE_ARRAY_MEMBER];
} OrmDeleteRefused;

struct OrmDelete
{
	MemoryContext context;
	MemoryContext step;	 /* emptied after each statement that collects */
	OrmExecution access; /* ORM_READ: nothing will be deleted, rows are not locked */
	bool by_server;		 /* what the server deletes is collected as well, whatever the cascade */
	List *sets;			 /* of OrmDeleteSet *, as they were found */
	List *refused;		 /* of OrmDeleteRefused * */
};

/*
 * In collect.c: may the caller lock rows of the model before they go?
 * That takes the right to update, which who may delete need not have; and row
 * security would hide what he may delete but not update.
 */
extern bool orm_delete_may_lock(const OrmModel *model);

/* In collect.c: reads the key that a row begins with; false when a part of it is NULL. */
extern bool orm_delete_read_key(const OrmModel *model, TupleTableSlot *slot, Datum *key);

/* In collect.c: finds all that goes, with the context of "delete" current. */
extern void orm_delete_collect(OrmDelete *delete);

/*
 * The keys of a set, from one on, as parameters, and their types: for each
 * column an array; of a single key the value itself, for which the planner
 * knows better what to do.  Returns how many.
 */
extern int orm_delete_keys(const OrmDeleteSet *set, int from, Oid *types, Datum *values);

/* Is there just one? */
static inline bool
orm_delete_is_single(const OrmDeleteSet *set, int from)
{
	return orm_keyset_count(set->keys) - from == 1;
}

/* Has the relationship a join table whose rows have to be deleted, because the server does not? */
static inline bool
orm_delete_has_links(const OrmRelationship *relationship)
{
	return relationship->kind == ORM_MANY_TO_MANY && !relationship->deleted_by_server;
}

/*
 * The texts; <keys> are the parameters of orm_delete_keys from $1 on, or $first.
 * In delete_sql.c.
 *
 * The rows that have the keys, their keys, locked if they can be:
 * SELECT t."id" FROM <keys> AS k, "s"."t" AS t WHERE ... ORDER BY t."id" FOR UPDATE OF t
 */
extern void orm_delete_sql_named(StringInfo sql, const OrmDeleteSet *set, bool lock);

/*
 * What a relationship leads to from them:
 * SELECT u."id" FROM <keys> AS k, "s"."t" AS t, "s"."u" AS u WHERE ... ORDER BY u."id" FOR UPDATE OF u
 */
extern void orm_delete_sql_along(StringInfo sql, const OrmDeleteSet *set, int from, const OrmRelationship *relationship,
								 const OrmModel *target, bool lock);

/* Where the rows are, and where those of the join table: SELECT t.tableoid, t.ctid FROM ... */
extern void orm_delete_sql_places(StringInfo sql, const OrmDeleteSet *set);
extern void orm_delete_sql_link_places(StringInfo sql, const OrmDeleteSet *set, const OrmRelationship *relationship);

/* DELETE FROM "s"."t" AS t USING <keys> AS k WHERE ... RETURNING k.n */
extern void orm_delete_sql_rows(StringInfo sql, const OrmDeleteSet *set, int first);

/* DELETE FROM "s"."j" AS u USING <keys> AS k, "s"."t" AS t WHERE ... */
extern void orm_delete_sql_links(StringInfo sql, const OrmDeleteSet *set, const OrmRelationship *relationship,
								 int first);

#endif
