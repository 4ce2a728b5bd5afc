/*
 * delete.h - deleting objects and the rows that cascade from them.
 *
 * A delete cascades along relationships with the cascade "delete", to any
 * depth:
 *
 *     has_many, has_one   to the referencing rows
 *     belongs_to          to the referenced row
 *     many_to_many        to the linked rows, and the join table rows
 *
 * Join table rows are deleted with an object also without that cascade: see
 * collect.h.
 *
 * Rows are collected first (collect.h), then deleted by one statement:
 *
 *     WITH d0 AS (DELETE FROM "s"."a" AS t USING <keys> AS k WHERE ... RETURNING k.n),
 *          d0l0 AS (DELETE FROM "s"."j" AS u USING <keys> AS k WHERE ... RETURNING 1),
 *          d1 AS (DELETE FROM "s"."b" AS t USING <keys> AS k WHERE ... RETURNING k.n)
 *     SELECT (SELECT count(*) FROM d0l0), (SELECT count(*) FROM d0), ...
 *
 * The server checks foreign keys at the end of a statement, so the order does
 * not matter to them, and rows that reference each other, or themselves, can be
 * deleted.  It matters to the remote server of foreign tables, which checks at
 * once, and to triggers that delete join table rows before an object: join
 * table rows are deleted first, then the rows found last.  A DELETE runs when
 * its count is read.  Where a trigger skips rows, and the caller allows it, the
 * statement is undone, and repeated with join table rows after, and of, the rows
 * that it deleted.
 *
 * Rows of a model with orm.soft_delete are not removed but marked, by an UPDATE in place of the
 * DELETE, all with one instant, and so are the rows that cascade from them and are of such models;
 * what else refers to a row that stays is left alone, and so are join table rows.  Rows that cascade
 * from one that is removed are removed.
 *
 * The caller's privileges apply.  Rows hidden by row security are not deleted.
 * If a policy prevents the delete of a visible row, rows that cascade from it
 * must not be deleted either: 42501.
 */
#ifndef ORM_REMOVE_DELETE_H
#define ORM_REMOVE_DELETE_H

#include "base/document.h"
#include "exec/query.h"
#include "model/model.h"

typedef struct OrmDelete OrmDelete;

/* How to delete, as bits. */
typedef enum OrmDeleteFlags
{
	ORM_DELETE_MAY_SKIP = 1, /* a trigger may skip rows */
	ORM_DELETE_HARD = 2,	 /* rows that a mark would delete (model/soft_delete.h) go for good */
	ORM_DELETE_RESTORE = 4	 /* marks are taken off; see restore.h */
} OrmDeleteFlags;

/*
 * Creates an empty delete in a memory context of its own below the current one;
 * orm_delete_run() and orm_delete_probe() free it.
 */
extern OrmDelete *orm_delete_make(int flags);

/* Adds an object by its primary key, values in key order, which are copied. */
extern void orm_delete_add(OrmDelete *delete, const OrmModel *model, const Datum *key);

/* Refuses to delete an object that the document writes at this place.  "key" and "place" must outlive the delete. */
extern void orm_delete_refuse(OrmDelete *delete, const OrmModel *model, const Datum *key, const OrmPath *place);

/*
 * Raises 21000 if a refused object would be deleted, also by a foreign key ON
 * DELETE CASCADE along a relationship.  Collects and, with "lock", locks the
 * rows, but deletes nothing.  Frees the delete.
 */
extern void orm_delete_probe(OrmDelete *delete, bool lock);

/*
 * Deletes the objects and the rows that cascade from them; returns the number
 * of added objects that existed.  Frees the delete.  Raises 21000 for a refused
 * object, 42501 if row security prevents a part of the delete, 42P16 for a
 * target model without primary key, the errors of orm_relationship_require(),
 * and the server's; 09000 if a trigger skipped a cascading row, unless it may.
 */
extern int64 orm_delete_run(OrmDelete *delete);

/*
 * Deletes an object by its primary key, values in key order, with the rows that
 * cascade from it; false if it did not exist.  Raises P0002 if it is marked as
 * deleted, and 09000 if a trigger or a rule skipped its row, unless it may: then it
 * is false as well.
 */
extern bool orm_delete_object(const OrmModel *model, const Datum *key, int flags);

/*
 * Raises 09000 if an object still exists after its delete, because a trigger or
 * a rule skipped the row.  (An object kept by a policy counts as not found.)
 */
extern void orm_delete_check_skipped(const OrmModel *model, const Datum *key, const OrmPath *place);

#endif
