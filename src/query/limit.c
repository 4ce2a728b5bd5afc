/*
 * limit.c - the keys "limit" and "offset" of a query.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "model/value.h"
#include "query/named_scope.h"

/* Number of objects of a page without "limit". */
#define DEFAULT_PAGE 20

/*
 * A constant limit, as text.  With a parameter a generic plan would not know the number
 * of rows, so the server would use custom plans.
 */
static const char *
literal_limit(OrmBuilder *builder, OrmJson json, OrmSlotForm form, const OrmPath *place)
{
	bool isnull;
	int64 limit = DatumGetInt64(orm_value_read(orm_type_make(INT8OID, -1, InvalidOid), json, place, &isnull));

	if (limit < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE), errmsg("limit must not be negative"),
				orm_error_place(place));
	if (form == ORM_FORM_LIMIT_AND_ONE)
	{
		builder->compiler->compiled->limit = limit;
		limit += limit < PG_INT64_MAX ? 1 : 0;
	}
	return psprintf(INT64_FORMAT, limit);
}

const char *
orm_query_limit(OrmBuilder *builder, const OrmQueryKeys *keys, OrmQueryKey key, OrmSlotForm form, const OrmPath *place)
{
	const OrmJson *json = orm_query_key(keys, key);
	OrmPath here = orm_path_key(place, orm_query_key_name(key));
	OrmOperand operand;
	OrmType *type;

	if (json == NULL)
		return NULL;
	if (orm_json_kind(*json) == ORM_JSON_ARRAY || orm_json_kind(*json) == ORM_JSON_TRUE ||
		orm_json_kind(*json) == ORM_JSON_FALSE)
		orm_members_raise_kind(*json, "a number", &here);
	if (orm_json_kind(*json) == ORM_JSON_NUMBER && form != ORM_FORM_OFFSET)
		return literal_limit(builder, *json, form, &here);
	type = orm_type_make(INT8OID, -1, InvalidOid);
	operand = orm_query_operand(NULL, builder, *json, type, &here);
	if (operand.kind == ORM_OPERAND_UNSET)
		return NULL;
	if (operand.parameter < 0 && orm_named_scope_use_of(builder->compiler, operand.json) != NULL)
		orm_members_raise_kind(operand.json, "a number", &here);
	if (operand.kind != ORM_OPERAND_VALUE)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("key \"%s\" must not be null", here.key),
				orm_error_place(&here));
	return orm_query_slot(builder, &operand, type, INT8OID, form, &here);
}

static void
page_limit(OrmLevelBuild *build)
{
	OrmBuilder *builder = build->scope->builder;
	OrmCompiled *compiled = build->compiler->compiled;

	build->limit = orm_query_limit(builder, &build->keys, ORM_KEY_LIMIT, ORM_FORM_LIMIT_AND_ONE, build->place);
	if (build->limit == NULL)
	{
		compiled->limit = DEFAULT_PAGE;
		build->limit = psprintf("%d", DEFAULT_PAGE + 1);
	}
	if (compiled->limit < 0)
		compiled->limit_slot = list_length(builder->slots) - 1;
}

void
orm_query_level_limits(OrmLevelBuild *build)
{
	bool page = build->parent == NULL && build->compiler->request->verb == ORM_QUERY_PAGE;
	const OrmJson *distinct = orm_query_key(&build->keys, ORM_KEY_DISTINCT);
	OrmPath here = orm_path_key(build->place, "distinct");
	OrmBuilder *builder = build->scope->builder;

	if (page)
		page_limit(build);
	else
		build->limit = orm_query_limit(builder, &build->keys, ORM_KEY_LIMIT, ORM_FORM_LIMIT, build->place);
	build->offset = orm_query_limit(builder, &build->keys, ORM_KEY_OFFSET, ORM_FORM_OFFSET, build->place);
	if (page && build->compiler->request->cursor != NULL)
		build->offset = NULL; /* "offset" applies to the first page only */
	if (distinct != NULL)
		build->distinct = orm_query_distinct(build->scope, *distinct, &here);
}
