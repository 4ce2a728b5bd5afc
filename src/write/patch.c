/*
 * patch.c - see patch.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/sql.h"
#include "model/value.h"
#include "write/patch.h"

typedef void (*AppendPatch) (StringInfo sql, const OrmType *type, const char *column, const char *operand);

/* What a type must be for a patch. */
typedef enum Target
{
	TARGET_NUMBER,
	TARGET_LIST,				/* an array, or json */
	TARGET_JSON
} Target;

static inline bool
is_json(const OrmType *type)
{
	return type->class == ORM_TYPE_JSON || type->class == ORM_TYPE_JSONB;
}

static inline bool
is_number(const OrmType *type)
{
	return type->class == ORM_TYPE_INT2 || type->class == ORM_TYPE_INT4 || type->class == ORM_TYPE_INT8 ||
		type->class == ORM_TYPE_FLOAT || type->class == ORM_TYPE_NUMERIC;
}

/* Appends an expression as a value of the type under all domains. */
static void
append_base(StringInfo sql, const OrmType *type, const char *expression)
{
	appendStringInfo(sql, "%s::", expression);
	orm_sql_type(sql, type->base, -1);
}

/* Appends COALESCE(t."a"::pg_catalog.int4, '0'::pg_catalog.int4) */
static void
append_coalesced(StringInfo sql, const OrmType *type, const char *column, const char *instead)
{
	appendStringInfoString(sql, "COALESCE(");
	append_base(sql, type, column);
	appendStringInfoString(sql, ", ");
	append_base(sql, type, instead);
	appendStringInfoChar(sql, ')');
}

/* (COALESCE(t."a", '0') OPERATOR(pg_catalog.+) $2) */
static void
append_inc(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	appendStringInfoChar(sql, '(');
	append_coalesced(sql, type, column, "'0'");
	appendStringInfoString(sql, " OPERATOR(pg_catalog.+) ");
	append_base(sql, type, operand);
	appendStringInfoChar(sql, ')');
}

/* (t."a" OPERATOR(pg_catalog.*) $2) */
static void
append_mul(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	appendStringInfoChar(sql, '(');
	append_base(sql, type, column);
	appendStringInfoString(sql, " OPERATOR(pg_catalog.*) ");
	append_base(sql, type, operand);
	appendStringInfoChar(sql, ')');
}

/* Begins an expression over jsonb, for a column of either json type; end casts back. */
static void
begin_jsonb(StringInfo sql, const OrmType *type)
{
	if (type->class == ORM_TYPE_JSON)
		appendStringInfoChar(sql, '(');
}

static void
end_jsonb(StringInfo sql, const OrmType *type)
{
	if (type->class == ORM_TYPE_JSON)
		appendStringInfoString(sql, ")::pg_catalog.json");
}

/* (COALESCE(t."a"::pg_catalog.jsonb, '[]'::pg_catalog.jsonb) OPERATOR(pg_catalog.||) $2::pg_catalog.jsonb) */
static void
append_concatenated(StringInfo sql, const OrmType *type, const char *column, const char *operand,
					const char *empty)
{
	begin_jsonb(sql, type);
	appendStringInfo(sql, "(COALESCE(%s::pg_catalog.jsonb, '%s'::pg_catalog.jsonb) "
					 "OPERATOR(pg_catalog.||) %s::pg_catalog.jsonb)", column, empty, operand);
	end_jsonb(sql, type);
}

/* pg_catalog.array_cat(COALESCE(t."a", '{}'), $2) */
static void
append_append(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	if (is_json(type))
	{
		append_concatenated(sql, type, column, operand, "[]");
		return;
	}
	appendStringInfoString(sql, "pg_catalog.array_cat(");
	append_coalesced(sql, type, column, "'{}'");
	appendStringInfoString(sql, ", ");
	append_base(sql, type, operand);
	appendStringInfoChar(sql, ')');
}

static void
append_merge(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	append_concatenated(sql, type, column, operand, "{}");
}

/*
 * CASE WHEN t."a" IS NOT NULL THEN
 *     (SELECT COALESCE(pg_catalog.jsonb_agg(r.e ORDER BY r.n), '[]'::pg_catalog.jsonb)
 *      FROM pg_catalog.jsonb_array_elements(t."a") WITH ORDINALITY AS r(e, n)
 *      WHERE NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements($2) AS x(v)
 *                        WHERE x.v OPERATOR(pg_catalog.=) r.e)) END
 */
static void
append_remove_json(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	begin_jsonb(sql, type);
	appendStringInfo(sql, "CASE WHEN %s IS NOT NULL THEN "
					 "(SELECT COALESCE(pg_catalog.jsonb_agg(r.e ORDER BY r.n), '[]'::pg_catalog.jsonb) "
					 "FROM pg_catalog.jsonb_array_elements(%s::pg_catalog.jsonb) WITH ORDINALITY AS r(e, n) "
					 "WHERE NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(%s::pg_catalog.jsonb) AS x(v) "
					 "WHERE x.v OPERATOR(pg_catalog.=) r.e)) END", column, column, operand);
	end_jsonb(sql, type);
}

/*
 * CASE WHEN pg_catalog.array_ndims(t."a") OPERATOR(pg_catalog.>) 1 THEN pg_catalog.array_remove(t."a", NULL)
 *      WHEN t."a" IS NOT NULL THEN
 *     (SELECT COALESCE(pg_catalog.array_agg(r.e ORDER BY r.n), '{}')
 *      FROM pg_catalog.unnest(t."a") WITH ORDINALITY AS r(e, n)
 *      WHERE NOT EXISTS (SELECT FROM pg_catalog.unnest($2) AS x(v)
 *                        WHERE x.v OPERATOR(pg_catalog.=) r.e OR (x.v IS NULL AND r.e IS NULL))) END
 *
 * (array_remove refuses what has more dimensions; here that is all it is for.)
 */
static void
append_remove(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	const OrmType *element = type->element;

	if (is_json(type))
	{
		append_remove_json(sql, type, column, operand);
		return;
	}
	appendStringInfo(sql, "CASE WHEN pg_catalog.array_ndims(%s) OPERATOR(pg_catalog.>) 1 "
					 "THEN pg_catalog.array_remove(", column);
	append_base(sql, type, column);
	appendStringInfo(sql, ", NULL) WHEN %s IS NOT NULL THEN "
					 "(SELECT COALESCE(pg_catalog.array_agg(r.e ORDER BY r.n), '{}')::", column);
	orm_sql_type(sql, type->base, -1);
	appendStringInfo(sql, " FROM pg_catalog.unnest(%s) WITH ORDINALITY AS r(e, n) "
					 "WHERE NOT EXISTS (SELECT FROM pg_catalog.unnest(%s) AS x(v) WHERE ", column, operand);
	orm_sql_comparison(sql, orm_type_equality(element->oid), "x.v", element->oid, "r.e", element->oid);
	appendStringInfoString(sql, " OR (x.v IS NULL AND r.e IS NULL))) END");
}

/*
 * (WITH RECURSIVE s(i, d) AS (
 *      SELECT 0, t."a"
 *      UNION ALL
 *      SELECT s.i + 1, s.d #- ARRAY(SELECT pg_catalog.jsonb_array_elements_text($2 -> s.i))
 *      FROM s WHERE s.i < pg_catalog.jsonb_array_length($2))
 *  SELECT s.d FROM s ORDER BY s.i DESC LIMIT 1)
 */
static void
append_unset(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	begin_jsonb(sql, type);
	appendStringInfo(sql, "(WITH RECURSIVE s(i, d) AS (SELECT 0, %s::pg_catalog.jsonb UNION ALL "
					 "SELECT s.i OPERATOR(pg_catalog.+) 1, s.d OPERATOR(pg_catalog.#-) "
					 "ARRAY(SELECT pg_catalog.jsonb_array_elements_text("
					 "%s::pg_catalog.jsonb OPERATOR(pg_catalog.->) s.i)) "
					 "FROM s WHERE s.i OPERATOR(pg_catalog.<) pg_catalog.jsonb_array_length(%s::pg_catalog.jsonb)) "
					 "SELECT s.d FROM s ORDER BY s.i DESC LIMIT 1)", column, operand, operand);
	end_jsonb(sql, type);
}

/* The patches, by OrmPatch. */
static const struct
{
	const char *name;
	Target		target;
	bool		makes_value;	/* the operand is the value of a new row */
	AppendPatch append;
}			patches[] = {
	[ORM_PATCH_SET] = {NULL},
	[ORM_PATCH_INC] = {"$inc", TARGET_NUMBER, true, append_inc},
	[ORM_PATCH_MUL] = {"$mul", TARGET_NUMBER, false, append_mul},
	[ORM_PATCH_APPEND] = {"$append", TARGET_LIST, true, append_append},
	[ORM_PATCH_REMOVE] = {"$remove", TARGET_LIST, false, append_remove},
	[ORM_PATCH_MERGE] = {"$merge", TARGET_JSON, true, append_merge},
	[ORM_PATCH_UNSET] = {"$unset", TARGET_JSON, false, append_unset},
};

void
orm_patch_append(StringInfo sql, OrmPatch patch, const OrmType *type, const char *column, const char *operand)
{
	patches[patch].append(sql, type, column, operand);
}

/*
 * Which patch a value is; ORM_PATCH_SET: none.  An object on a json attribute
 * is one only if it is exactly that, and if patches may stand here at all.
 */
static OrmPatch
find_patch(const OrmType *type, OrmJson json, OrmVerb verb)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_next(&walk) ||
		(is_json(type) && (json.node->count != 1 || verb == ORM_VERB_CREATE)))
		return ORM_PATCH_SET;
	for (int i = 1; i < (int) lengthof(patches); i++)
		if (orm_json_equals(walk.key, patches[i].name))
			return (OrmPatch) i;
	return ORM_PATCH_SET;
}

/* Raises 22023 for an instruction that is neither a patch nor "$value"; on a json attribute it is data. */
static void
refuse_unknown(const OrmType *type, OrmJson json, const OrmPath *path)
{
	const char *names[lengthof(patches)] = {"$value"};
	OrmJsonWalk walk = orm_json_walk(json);
	OrmPath		here;

	if (is_json(type) || orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_next(&walk) ||
		orm_json_equals(walk.key, "$value") || walk.key.node->length == 0 || orm_json_bytes(walk.key)[0] != '$')
		return;
	for (int i = 1; i < (int) lengthof(patches); i++)
		names[i] = patches[i].name;
	here = orm_path_key(path, orm_json_string(walk.key));
	ereport(ERROR,
			errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unknown instruction \"%s\"", here.key),
			orm_error_place(&here),
			orm_error_nearest("instruction", here.key, names, lengthof(names)));
}

/* Does a patch work on values of a type? */
static bool
fits(OrmPatch patch, const OrmType *type)
{
	switch (patches[patch].target)
	{
		case TARGET_NUMBER:
			return is_number(type);
		case TARGET_JSON:
			return is_json(type);
		case TARGET_LIST:
			if (type->class != ORM_TYPE_ARRAY)
				return is_json(type);
			return patch == ORM_PATCH_APPEND ||
				(type->element->class != ORM_TYPE_COMPOSITE && OidIsValid(orm_type_equality(type->element->oid)));
	}
	return false;
}

/* Raises for a patch that cannot be here. */
static void
check_patch(const OrmModel *model, const OrmAttribute *attribute, OrmPatch patch, OrmVerb verb, const OrmPath *here)
{
	if (attribute->in_key)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("key attribute \"%s\" of model \"%s\" cannot be changed", attribute->name, model->name),
				orm_error_place(here));
	if (verb == ORM_VERB_CREATE || (verb != ORM_VERB_UPDATE && !patches[patch].makes_value))
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" cannot stand here", patches[patch].name),
				orm_error_place(here),
				verb == ORM_VERB_CREATE ? errhint("A new object has no value that could be changed.")
				: errhint("It needs an object that exists: use orm.update."));
	if (!fits(patch, attribute->type))
		ereport(ERROR,
				errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("\"%s\" does not work on attribute \"%s\", which is of type %s",
					   patches[patch].name, attribute->name, format_type_be(attribute->type->oid)),
				orm_error_place(here));
}

/* Raises 22023: the operand is not what the patch takes. */
static void
refuse_operand(OrmPatch patch, const char *wanted, OrmJson json, const OrmPath *here)
{
	ereport(ERROR,
			errcode(orm_json_kind(json) == ORM_JSON_NULL ? ERRCODE_NULL_VALUE_NOT_ALLOWED
					: ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("\"%s\" takes %s, not %s", patches[patch].name, wanted, orm_json_kind_name(orm_json_kind(json))),
			orm_error_place(here));
}

/* Checks the paths of "$unset": arrays of keys. */
static void
check_paths(OrmJson paths, const OrmPath *here)
{
	OrmJsonWalk walk = orm_json_walk(paths);

	while (orm_json_next(&walk))
	{
		OrmPath		place = orm_path_index(here, walk.index);
		OrmJsonWalk keys;

		if (orm_json_kind(walk.value) != ORM_JSON_ARRAY)
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("a path is an array of keys, not %s", orm_json_kind_name(orm_json_kind(walk.value))),
					orm_error_place(&place),
					errhint("For example: {\"$unset\": [[\"a\"], [\"b\", \"c\"]]}."));
		keys = orm_json_walk(walk.value);
		while (orm_json_next(&keys))
			if (orm_json_kind(keys.value) != ORM_JSON_STRING && orm_json_kind(keys.value) != ORM_JSON_NUMBER)
			{
				OrmPath		key = orm_path_index(&place, keys.index);

				refuse_operand(ORM_PATCH_UNSET, "keys that are strings or numbers", keys.value, &key);
			}
	}
}

/* Checks what kind of JSON the operand is. */
static void
check_operand(OrmPatch patch, OrmJson json, const OrmPath *here)
{
	OrmJsonKind kind = orm_json_kind(json);

	if (patch == ORM_PATCH_MERGE)
	{
		if (kind != ORM_JSON_OBJECT)
			refuse_operand(patch, "an object", json, here);
	}
	else if (patches[patch].target != TARGET_NUMBER)
	{
		if (kind != ORM_JSON_ARRAY)
			refuse_operand(patch, "an array", json, here);
	}
	else if (kind != ORM_JSON_NUMBER && kind != ORM_JSON_STRING)
		refuse_operand(patch, "a number", json, here);
	if (patch == ORM_PATCH_UNSET)
		check_paths(json, here);
}

bool
orm_patch_read(const OrmModel *model, int i, OrmJson json, const OrmPath *path, OrmVerb verb, OrmRecord *record)
{
	const OrmAttribute *attribute = &model->attributes[i];
	OrmPatch	patch = find_patch(attribute->type, json, verb);
	OrmPath		here;
	OrmJsonWalk walk;

	if (patch == ORM_PATCH_SET)
	{
		refuse_unknown(attribute->type, json, path);
		return false;
	}
	here = orm_path_key(path, patches[patch].name);
	if (json.node->count != 1)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" must be the only key of its object", patches[patch].name),
				orm_error_place(path));
	check_patch(model, attribute, patch, verb, &here);
	walk = orm_json_walk(json);
	orm_json_next(&walk);
	check_operand(patch, walk.value, &here);
	if (record->patch == NULL)
		record->patch = palloc0(sizeof(uint8) * model->nattributes);
	record->patch[i] = patch;
	/* an operand is no value of the column: neither its length nor its domain binds it */
	record->values[i] = orm_value_read(orm_type_make(attribute->type->base, -1, attribute->type->collation),
									   walk.value, &here, &record->isnull[i]);
	record->given[i] = true;
	return true;
}

int
orm_patch_compare(const OrmRecord *a, const OrmRecord *b, int nattributes)
{
	if (a->patch == NULL && b->patch == NULL)
		return 0;
	if (a->patch != NULL && b->patch != NULL)
		return memcmp(a->patch, b->patch, nattributes);
	return a->patch != NULL ? 1 : -1;
}
