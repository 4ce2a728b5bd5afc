/*
 * delete_sql.h - the text of the statements that collect and delete rows.
 * Private to this folder.
 *
 * <keys> are the parameters of orm_collect_keys(), starting at $1 or $first.  Behind them is the
 * instant, where rows are restored.
 */
#ifndef ORM_REMOVE_DELETE_SQL_H
#define ORM_REMOVE_DELETE_SQL_H

#include "remove/collect.h"
#include "remove/row_key.h"

/*
 * The keys of existing rows, locked with "lock":
 *
 *     SELECT t."id" FROM <keys> AS k, "s"."t" AS t WHERE ... ORDER BY t."id" FOR UPDATE OF t
 */
extern void orm_delete_sql_named(StringInfo sql, const OrmDeleteSet *set, bool lock);

/*
 * The keys of the rows that cascade from the set along a relationship, locked
 * with "lock":
 *
 *     SELECT u."id" FROM <keys> AS k, "s"."t" AS t, "s"."u" AS u WHERE ... ORDER BY u."id" FOR UPDATE OF u
 */
extern void orm_delete_sql_along(StringInfo sql, const OrmDeleteSet *set, int from, const OrmRelationship *relationship,
								 const OrmModel *target, bool lock);

/* Columns of rows of the set, or of their join table rows: SELECT t."id" FROM ..., SELECT u."a", u."b" FROM ... */
extern void orm_delete_sql_read(StringInfo sql, const OrmDeleteSet *set, const OrmRowKey *columns);
extern void orm_delete_sql_read_links(StringInfo sql, const OrmDeleteSet *set, const OrmRelationship *relationship,
									  const OrmRowKey *columns);

/*
 * DELETE FROM "s"."t" AS t WHERE t."id" OPERATOR(pg_catalog.=) $1, or of a row that is marked, with the instant
 * behind the key, UPDATE "s"."t" AS t SET "deleted_at" = $2 WHERE t."id" OPERATOR(pg_catalog.=) $1 AND
 * t."deleted_at" IS NULL
 */
extern void orm_delete_sql_row(StringInfo sql, const OrmModel *model, OrmDeleteWay way);

/*
 * DELETE FROM "s"."t" AS t USING <keys> AS k WHERE ... RETURNING k.n, or for rows that are marked
 * UPDATE "s"."t" AS t SET "deleted_at" = <instant> FROM <keys> AS k WHERE ... RETURNING k.n; where they are
 * restored, SET "deleted_at" = NULL, of rows with that instant
 */
extern void orm_delete_sql_rows(StringInfo sql, const OrmDeleteSet *set, int first, int instant);

/*
 * DELETE FROM "s"."j" AS u USING <keys> AS k, "s"."t" AS t WHERE ... RETURNING 1; with the name of
 * a query of orm_delete_sql_rows(), "gone", only the join table rows of the rows that it deleted.
 */
extern void orm_delete_sql_links(StringInfo sql, const OrmDeleteSet *set, const OrmRelationship *relationship,
								 int first, const char *gone);

#endif
