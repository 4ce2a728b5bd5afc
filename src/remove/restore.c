/*
 * restore.c - see restore.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/sql.h"
#include "exec/receiver.h"
#include "model/key.h"
#include "remove/collect.h"
#include "remove/delete.h"
#include "remove/restore.h"

/* Raises 22023 for a model that does not mark deleted rows. */
static void
need_mark(const OrmModel *model)
{
	if (!orm_soft_delete_any(model))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("model \"%s\" does not mark deleted rows", model->name),
				errhint("The element orm.soft_delete() of the model does."));
}

/* Appends FROM "s"."t" AS t WHERE <deleted>. */
static void
append_deleted(StringInfo sql, const OrmModel *model)
{
	appendStringInfoString(sql, " FROM ");
	orm_sql_qualified(sql, model->schema, model->relation);
	appendStringInfo(sql, " AS t WHERE %s", orm_soft_delete_condition(model, "t", ORM_DELETED_ONLY));
}

/* The mark of a row. */
typedef struct Mark
{
	bool found;
	TimestampTz instant;
} Mark;

/* Receives a mark. */
static void
take_mark(void *argument, TupleTableSlot *slot)
{
	Mark *mark = argument;
	bool isnull;

	mark->found = true;
	mark->instant = DatumGetTimestampTz(slot_getattr(slot, 1, &isnull));
}

/* SELECT CAST(t."deleted_at" AS timestamptz) FROM "s"."t" AS t WHERE <deleted> AND t."id" = $1 FOR UPDATE OF t */
static void
append_mark_query(StringInfo sql, const OrmModel *model, Oid *types)
{
	const OrmKey *key = model->primary_key;

	if (orm_soft_delete_is_flag(model))
		appendStringInfoString(sql, "SELECT pg_catalog.now()");
	else
		appendStringInfo(sql, "SELECT CAST(t.%s AS pg_catalog.timestamptz)",
						 orm_sql_quoted(model->attributes[model->soft_delete].column));
	append_deleted(sql, model);
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		types[i] = attribute->type->oid;
		appendStringInfoString(sql, " AND ");
		orm_sql_comparison(sql, orm_key_equality(model, key->attributes[i]),
						   psprintf("t.%s", orm_sql_quoted(attribute->column)), types[i], psprintf("$%d", i + 1),
						   types[i]);
	}
	if (orm_collect_locks(model))
		appendStringInfoString(sql, " FOR UPDATE OF t");
}

/* Reads and locks the mark of a row. */
static Mark
read_mark(const OrmModel *model, const Datum *key)
{
	static const Oid result = TIMESTAMPTZOID;
	Oid types[INDEX_MAX_KEYS];
	OrmPlanText text = {
		.nparams = model->primary_key->nattributes,
		.types = types,
		.nresults = 1,
		.results = &result,
		.planning = ORM_PLAN_GENERIC,
	};
	OrmReceiver receiver;
	Mark mark = {false, 0};
	OrmPlan *plan;

	initStringInfo(&text.sql);
	append_mark_query(&text.sql, model, types);
	plan = orm_plan_get_by_text(ORM_KIND_ALONG, &text);
	orm_execute_plan(plan, key, NULL, ORM_WRITE, 1, orm_receiver_init(&receiver, take_mark, &mark));
	orm_plan_release(plan);
	return mark;
}

void
orm_restore_object(const OrmModel *model, const Datum *key)
{
	OrmDelete *delete;
	Mark mark;

	(void) orm_model_need_key(model);
	need_mark(model);
	mark = read_mark(model, key);
	if (!mark.found)
		return;
	delete = orm_delete_make(ORM_DELETE_RESTORE);
	delete->instant = mark.instant;
	orm_delete_add(delete, model, key);
	orm_delete_run(delete);
}

/* The rows to be removed for good. */
typedef struct Purged
{
	OrmDelete *delete;
	const OrmModel *model;
} Purged;

/* Adds the key of a row. */
static void
take_key(void *argument, TupleTableSlot *slot)
{
	Purged *purged = argument;
	Datum key[INDEX_MAX_KEYS];

	if (orm_collect_read_key(purged->model, slot, key))
		orm_delete_add(purged->delete, purged->model, key);
}

/* SELECT t."id" FROM "s"."t" AS t WHERE <deleted> AND t."deleted_at" < $1 */
static void
append_purge_query(StringInfo sql, const OrmModel *model, bool timed)
{
	const OrmKey *key = model->primary_key;

	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(sql, "%st.%s", i == 0 ? "SELECT " : ", ",
						 orm_sql_quoted(model->attributes[key->attributes[i]].column));
	append_deleted(sql, model);
	if (timed)
		appendStringInfo(sql, " AND t.%s OPERATOR(pg_catalog.<) $1",
						 orm_sql_quoted(model->attributes[model->soft_delete].column));
}

/* Raises for an instant that is missing, or where marks have none. */
static void
check_instant(const OrmModel *model, const TimestampTz *before)
{
	if (orm_soft_delete_is_flag(model) && before != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"before\" must be null"),
				errdetail("Deleted rows of model \"%s\" are marked by a boolean, without a time.", model->name));
	if (!orm_soft_delete_is_flag(model) && before == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("\"before\" must not be null"),
				errhint("With now() all rows that earlier transactions have deleted are removed."));
}

int64
orm_restore_purge(const OrmModel *model, const TimestampTz *before)
{
	static Oid type = TIMESTAMPTZOID;
	const OrmKey *key = orm_model_need_key(model);
	Purged purged = {.model = model};
	Oid results[INDEX_MAX_KEYS];
	OrmPlanText text = {
		.nparams = before != NULL ? 1 : 0,
		.types = &type,
		.nresults = key->nattributes,
		.results = results,
		.planning = ORM_PLAN_GENERIC,
	};
	OrmReceiver receiver;
	OrmPlan *plan;
	Datum value;

	need_mark(model);
	check_instant(model, before);
	for (int i = 0; i < key->nattributes; i++)
		results[i] = model->attributes[key->attributes[i]].type->oid;
	value = before != NULL ? TimestampTzGetDatum(*before) : (Datum) 0;
	initStringInfo(&text.sql);
	append_purge_query(&text.sql, model, before != NULL);
	purged.delete = orm_delete_make(ORM_DELETE_HARD | ORM_DELETE_MAY_SKIP);
	plan = orm_plan_get_by_text(ORM_KIND_ALONG, &text);
	orm_execute_plan(plan, &value, NULL, ORM_WRITE, 0, orm_receiver_init(&receiver, take_key, &purged));
	orm_plan_release(plan);
	return orm_delete_run(purged.delete);
}
