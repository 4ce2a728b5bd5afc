/*
 * delete.h - deleting objects and the rows that cascade from them.
 *
 * A delete cascades along the relationships with the cascade "delete", to
 * any depth:
 *
 *     has_many, has_one   the referencing rows
 *     belongs_to          the referenced row
 *     many_to_many        the linked rows, and the join table rows
 *
 * Rows are collected first (collect.h), then deleted by one statement:
 *
 *     WITH d0 AS (DELETE FROM "s"."a" AS t USING <keys> AS k WHERE ... RETURNING k.n),
 *          d1 AS (DELETE FROM "s"."b" AS t USING <keys> AS k WHERE ... RETURNING k.n)
 *     SELECT ...
 *
 * The server checks foreign keys at the end of a statement, so the order does
 * not matter, and rows that reference each other, or themselves, can be
 * deleted.  The server of foreign tables checks at once: rows that were found
 * last are deleted first.
 *
 * Everything is done with the caller's privileges.  Rows that row security
 * hides are not deleted; where a row is visible but a policy keeps it, the rows
 * that belong to it alone must stay too: 42501.
 */
#ifndef ORM_REMOVE_DELETE_H
#define ORM_REMOVE_DELETE_H

#include "base/document.h"
#include "exec/query.h"
#include "model/model.h"

typedef struct OrmDelete OrmDelete;

/* An empty delete, in a memory context of its own below the current one, until it is run. */
extern OrmDelete *orm_delete_make(void);

/* Adds an object, by its primary key: values in key order, which are copied. */
extern void orm_delete_add(OrmDelete *delete, const OrmModel *model, const Datum *key);

/* Refuses to delete an object that the document at this place writes. */
extern void orm_delete_refuse(OrmDelete *delete, const OrmModel *model, const Datum *key, const OrmPath *place);

/*
 * Raises 21000 where a refused object would be deleted, also by a key with ON
 * DELETE CASCADE that a relationship follows; locks rows with "lock", but
 * deletes nothing.
 */
extern void orm_delete_probe(OrmDelete *delete, bool lock);

/*
 * Deletes the objects and what cascades from them; returns how many of the
 * added objects existed.  Raises 21000 for a refused object, whatever
 * orm_relationship_require raises, 42P10 for a target model without primary
 * key, and what the server raises.
 */
extern int64 orm_delete_run(OrmDelete *delete);

/* Deletes one object by its primary key, in key order, with what cascades from it; false: it did not exist. */
extern bool orm_delete_object(const OrmModel *model, const Datum *key);

/*
 * Raises 09000 for an object that should have been deleted and still exists,
 * because a trigger or a rule passed over it.  (An object kept by a policy
 * counts as not found.)
 */
extern void orm_delete_check_skipped(const OrmModel *model, const Datum *key, const OrmPath *place);

/* Deletes the rows found by a request of the kind ORM_QUERY_DELETE; otherwise as orm_run_change_rows. */
extern int64 orm_delete_query(const OrmQueryRequest *request, int64 expect);

#endif
