/*
 * delete.h - deleting objects, and what goes with them.
 *
 * With an object go those that its relationships with the cascade "delete" lead
 * to, and with these, likewise, others:
 *
 *     has_many, has_one   the rows that refer to it
 *     belongs_to          the row that it refers to
 *     many_to_many        the rows linked with it, and these links
 *
 * Rows are collected first, breadth first, by one SELECT for each relationship
 * and round, from the rows that the round before has found; they are locked, in
 * the order of their keys, so that nobody adds to them meanwhile.  A row is known
 * by its model and primary key: circles end.  Rows that refer by a foreign key
 * with ON DELETE CASCADE are left to the server, unless something must be
 * collected from them on.
 *
 * Then all of them are deleted by one statement:
 *
 *     WITH d0 AS (DELETE FROM "s"."a" AS t USING <keys> AS k WHERE ... RETURNING k.n),
 *          d1 AS (DELETE FROM "s"."b" AS t USING <keys> AS k WHERE ... RETURNING k.n)
 *     SELECT ...
 *
 * The server looks at foreign keys when a statement ends, so it needs no order,
 * and rows that refer to each other, or to themselves, can go.  The server of
 * foreign tables looks at once: so what was found last goes first.
 *
 * Everything is done with the caller's rights.  What row security hides from
 * him does not go; where it shows him a row but keeps him from deleting it, he
 * must not delete what belongs to that row alone: this raises 42501.
 */
#ifndef ORM_REMOVE_DELETE_H
#define ORM_REMOVE_DELETE_H

#include "base/document.h"
#include "exec/query.h"
#include "model/model.h"

typedef struct OrmDelete OrmDelete;

/* Are rows of the model locked when they are found to be deleted?  Not views, nor where orm_delete_may_lock says no. */
extern bool orm_delete_locks(const OrmModel *model);

/* An empty one; it lives in a memory context of its own, below the current one, until it is run. */
extern OrmDelete *orm_delete_make(void);

/* Names an object that is to go, by its primary key: values in key order, which are copied. */
extern void orm_delete_add(OrmDelete *delete, const OrmModel *model, const Datum *key);

/* Names one that is written by the same document, at this place: it must not go. */
extern void orm_delete_refuse(OrmDelete *delete, const OrmModel *model, const Datum *key, const OrmPath *place);

/*
 * Raises 21000 where one that must not go would, also by a key with ON DELETE
 * CASCADE that a relationship follows; locks rows with "lock", but deletes nothing.
 */
extern void orm_delete_probe(OrmDelete *delete, bool lock);

/*
 * Deletes them, and what goes with them; returns how many of those that were
 * named were there.  Raises 21000 where one would go that must not, what
 * orm_relationship_require raises, 42P10 for a model that is led to and has no
 * primary key, and what the server raises.
 */
extern int64 orm_delete_run(OrmDelete *delete);

/*
 * Deletes what a request of the kind ORM_QUERY_DELETE finds, and what goes with
 * it; otherwise as orm_run_change_rows.
 */
extern int64 orm_delete_query(const OrmQueryRequest *request, int64 expect);

#endif
