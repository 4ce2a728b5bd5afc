/*
 * patch.c - instructions that change the current value of a column; see patch.h.
 */
#include "postgres.h"

#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "base/sql.h"
#include "base/members.h"
#include "model/hidden.h"
#include "model/patch.h"
#include "model/value.h"

typedef void (*AppendPatch)(StringInfo sql, const OrmType *type, const char *column, const char *operand);

/* Types to which a patch applies. */
typedef enum Target
{
	TARGET_NUMBER,
	TARGET_LIST, /* an array, or json */
	TARGET_JSON,
	TARGET_OBJECT /* json, or a composite value */
} Target;

static inline bool
is_number(const OrmType *type)
{
	return type->class == ORM_TYPE_INT2 || type->class == ORM_TYPE_INT4 || type->class == ORM_TYPE_INT8 ||
		type->class == ORM_TYPE_FLOAT || type->class == ORM_TYPE_NUMERIC;
}

/* Appends an expression, cast to the base type. */
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

/* Begins a jsonb expression for a column of either json type; end_jsonb casts it back. */
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
append_concatenated(StringInfo sql, const OrmType *type, const char *column, const char *operand, const char *empty)
{
	begin_jsonb(sql, type);
	appendStringInfo(sql,
					 "(COALESCE(%s::pg_catalog.jsonb, '%s'::pg_catalog.jsonb) "
					 "OPERATOR(pg_catalog.||) %s::pg_catalog.jsonb)",
					 column, empty, operand);
	end_jsonb(sql, type);
}

/* pg_catalog.array_cat(COALESCE(t."a", '{}'), $2) */
static void
append_append(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	if (orm_type_is_json(type))
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
	appendStringInfo(sql,
					 "CASE WHEN %s IS NOT NULL THEN "
					 "(SELECT COALESCE(pg_catalog.jsonb_agg(r.e ORDER BY r.n), '[]'::pg_catalog.jsonb) "
					 "FROM pg_catalog.jsonb_array_elements(%s::pg_catalog.jsonb) WITH ORDINALITY AS r(e, n) "
					 "WHERE NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(%s::pg_catalog.jsonb) AS x(v) "
					 "WHERE x.v OPERATOR(pg_catalog.=) r.e)) END",
					 column, column, operand);
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
 * For arrays of several dimensions array_remove is called for its error.
 */
static void
append_remove(StringInfo sql, const OrmType *type, const char *column, const char *operand)
{
	const OrmType *element = type->element;

	if (orm_type_is_json(type))
	{
		append_remove_json(sql, type, column, operand);
		return;
	}
	appendStringInfo(sql,
					 "CASE WHEN pg_catalog.array_ndims(%s) OPERATOR(pg_catalog.>) 1 "
					 "THEN pg_catalog.array_remove(",
					 column);
	append_base(sql, type, column);
	appendStringInfo(sql,
					 ", NULL) WHEN %s IS NOT NULL THEN "
					 "(SELECT COALESCE(pg_catalog.array_agg(r.e ORDER BY r.n), '{}')::",
					 column);
	orm_sql_type(sql, type->base, -1);
	appendStringInfo(sql,
					 " FROM pg_catalog.unnest(%s) WITH ORDINALITY AS r(e, n) "
					 "WHERE NOT EXISTS (SELECT FROM pg_catalog.unnest(%s) AS x(v) WHERE ",
					 column, operand);
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
	appendStringInfo(sql,
					 "(WITH RECURSIVE s(i, d) AS (SELECT 0, %s::pg_catalog.jsonb UNION ALL "
					 "SELECT s.i OPERATOR(pg_catalog.+) 1, s.d OPERATOR(pg_catalog.#-) "
					 "ARRAY(SELECT pg_catalog.jsonb_array_elements_text("
					 "%s::pg_catalog.jsonb OPERATOR(pg_catalog.->) s.i)) "
					 "FROM s WHERE s.i OPERATOR(pg_catalog.<) pg_catalog.jsonb_array_length(%s::pg_catalog.jsonb)) "
					 "SELECT s.d FROM s ORDER BY s.i DESC LIMIT 1)",
					 column, operand, operand);
	end_jsonb(sql, type);
}

/* The patches, by OrmPatch. */
static const struct
{
	const char *name;
	Target target;
	const char *operand; /* expected operand, for messages */
	bool makes_value;	 /* see orm_patch_makes_value */
	AppendPatch append;
} patches[] = {
	[ORM_PATCH_SET] = {NULL},
	[ORM_PATCH_INC] = {"$inc", TARGET_NUMBER, "a number", true, append_inc},
	[ORM_PATCH_MUL] = {"$mul", TARGET_NUMBER, "a number", false, append_mul},
	[ORM_PATCH_APPEND] = {"$append", TARGET_LIST, "an array", true, append_append},
	[ORM_PATCH_REMOVE] = {"$remove", TARGET_LIST, "an array", false, append_remove},
	[ORM_PATCH_MERGE] = {"$merge", TARGET_OBJECT, "an object", true, append_merge},
	[ORM_PATCH_UNSET] = {"$unset", TARGET_JSON, "an array", false, append_unset},
};

void
orm_patch_append(StringInfo sql, OrmPatch patch, const OrmType *type, const char *column, const char *operand)
{
	patches[patch].append(sql, type, column, operand);
}

OrmPatch
orm_patch_named(OrmJson key)
{
	for (int i = ORM_PATCH_SET + 1; i < (int) lengthof(patches); i++)
		if (orm_json_equals(key, patches[i].name))
			return (OrmPatch) i;
	return ORM_PATCH_SET;
}

const char *
orm_patch_name(OrmPatch patch)
{
	switch (patch)
	{
		case ORM_PATCH_ATTRIBUTE:
			return "$attribute";
		case ORM_PATCH_EXPRESSION:
			return "$expr";
		case ORM_PATCH_MEMBERS:
			return patches[ORM_PATCH_MERGE].name;
		default:
			return patches[patch].name;
	}
}

int
orm_patch_source(const OrmModel *model, const OrmAttribute *target, OrmJson json, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "$attribute");
	const OrmAttribute *source;
	OrmJson name;
	int number;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || json.node->count != 1 || !orm_json_member(json, "$attribute", &name))
		return -1;
	if (orm_json_kind(name) != ORM_JSON_STRING)
		orm_members_raise_kind(name, "the name of an attribute", &here);
	number = orm_model_attribute(model, orm_json_bytes(name), name.node->length);
	if (number < 0)
		orm_model_no_attribute(model, orm_json_string(name), &here);
	source = &model->attributes[number];
	orm_hidden_refuse(model, source, &here);
	if (!can_coerce_type(1, &source->type->oid, &target->type->oid, COERCION_ASSIGNMENT))
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("attribute \"%s\" of type %s cannot become a value of type %s", source->name,
					   format_type_be(source->type->oid), format_type_be(target->type->oid)),
				orm_error_place(&here));
	return number;
}

bool
orm_patch_is_of_members(const OrmAttribute *attribute, OrmPatch patch)
{
	return patch == ORM_PATCH_MERGE && attribute->type->class == ORM_TYPE_COMPOSITE;
}

/*
 * (ROW(CASE WHEN $2 OPERATOR(pg_catalog.?) 'zip' THEN ($1)."zip" ELSE (t."a")."zip" END, ...)::"s"."address")
 */
void
orm_patch_append_members(StringInfo sql, const OrmType *type, const char *column, const char *value, const char *given)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc(type->base, -1);
	bool first = true;

	appendStringInfoString(sql, "(ROW(");
	for (int i = 0; i < descriptor->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(descriptor, i)->attname);

		if (TupleDescAttr(descriptor, i)->attisdropped)
			continue;
		orm_sql_comma(sql, &first);
		appendStringInfo(sql, "CASE WHEN %s OPERATOR(pg_catalog.?) ", given);
		orm_sql_literal(sql, name);
		appendStringInfo(sql, " THEN (%s).%s ELSE (%s).%s END", value, orm_sql_quoted(name), column,
						 orm_sql_quoted(name));
	}
	appendStringInfoString(sql, ")::");
	orm_sql_type(sql, type->oid, -1);
	appendStringInfoChar(sql, ')');
	ReleaseTupleDesc(descriptor);
}

/* Raises 22023 for an instruction with other keys beside it. */
static void
pg_attribute_noreturn() raise_not_alone(OrmPatch patch, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("\"%s\" must be the only key of its object", orm_patch_name(patch)), orm_error_place(place));
}

bool
orm_patch_makes_value(OrmPatch patch)
{
	return patch < ORM_PATCH_ATTRIBUTE && patches[patch].makes_value;
}

bool
orm_patch_expression(const OrmType *type, OrmJson json, OrmJson *expression, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_next(&walk) ||
		!orm_json_equals(walk.key, orm_patch_name(ORM_PATCH_EXPRESSION)) ||
		(orm_type_is_json(type) && json.node->count != 1))
		return false;
	if (json.node->count != 1)
		raise_not_alone(ORM_PATCH_EXPRESSION, place);
	*expression = walk.value;
	return true;
}

OrmPatch
orm_patch_find(const OrmType *type, OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_next(&walk) ||
		(orm_type_is_json(type) && json.node->count != 1))
		return ORM_PATCH_SET;
	return orm_patch_named(walk.key);
}

/* Does the patch apply to the type? */
static bool
fits(OrmPatch patch, const OrmType *type)
{
	switch (patches[patch].target)
	{
		case TARGET_NUMBER:
			return is_number(type);
		case TARGET_JSON:
			return orm_type_is_json(type);
		case TARGET_OBJECT:
			return orm_type_is_json(type) || type->class == ORM_TYPE_COMPOSITE;
		case TARGET_LIST:
			if (type->class != ORM_TYPE_ARRAY)
				return orm_type_is_json(type);
			return patch == ORM_PATCH_APPEND ||
				(type->element->class != ORM_TYPE_COMPOSITE && OidIsValid(orm_type_equality(type->element->oid)));
	}
	return false;
}

/* The names of the instructions that a value of the type may be, in "names"; returns how many. */
static int
name_instructions(const OrmType *type, bool sources, const char **names)
{
	int n = 0;

	names[n++] = "$value";
	for (int i = ORM_PATCH_SET + 1; i < (int) lengthof(patches); i++)
		if (!orm_type_is_json(type) || fits((OrmPatch) i, type))
			names[n++] = patches[i].name;
	names[n++] = orm_patch_name(ORM_PATCH_EXPRESSION);
	if (sources && orm_type_is_json(type))
		names[n++] = orm_patch_name(ORM_PATCH_ATTRIBUTE);
	return n;
}

void
orm_patch_refuse_unknown(const OrmType *type, OrmJson json, bool sources, const OrmPath *path)
{
	const char *names[lengthof(patches) + 2];
	int n = name_instructions(type, sources, names);
	OrmJsonWalk walk = orm_json_walk(json);
	OrmPath here;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || !orm_json_next(&walk) || orm_json_equals(walk.key, "$value") ||
		walk.key.node->length == 0 || orm_json_bytes(walk.key)[0] != '$')
		return;
	if (orm_type_is_json(type))
	{
		orm_value_refuse_near(type, json, path, names, n);
		return;
	}
	here = orm_path_key(path, orm_json_string(walk.key));
	orm_members_raise_unrecognized("instruction", here.key, &here, names, n);
}

void
orm_patch_check_attribute(const OrmModel *model, const OrmAttribute *attribute, OrmPatch patch, const OrmPath *here)
{
	if (attribute->in_key)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("key attribute \"%s\" of model \"%s\" cannot be changed", attribute->name, model->name),
				orm_error_place(here));
	if (attribute - model->attributes == model->version)
		orm_members_raise_not_allowed("instruction", orm_patch_name(patch), here,
									  "The attribute is the version, which counts by itself.");
}

OrmJson
orm_patch_operand(const OrmModel *model, const OrmAttribute *attribute, OrmPatch patch, OrmJson json,
				  const OrmPath *here)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (json.node->count != 1)
		raise_not_alone(patch, here->parent);
	orm_patch_check_attribute(model, attribute, patch, here);
	if (!fits(patch, attribute->type))
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("\"%s\" is not allowed for attribute \"%s\" of type %s", patches[patch].name, attribute->name,
					   format_type_be(attribute->type->oid)),
				orm_error_place(here));
	orm_json_next(&walk);
	return walk.value;
}

/* Checks the paths of "$unset": arrays of keys. */
static void
check_paths(OrmJson paths, const OrmPath *here)
{
	OrmJsonWalk walk = orm_json_walk(paths);

	while (orm_json_next(&walk))
	{
		OrmPath place = orm_path_index(here, walk.index);
		OrmJsonWalk keys;

		if (orm_json_kind(walk.value) != ORM_JSON_ARRAY)
			orm_members_raise_kind_hint(walk.value, "an array of keys", NULL, &place,
										"For example: {\"$unset\": [[\"a\"], [\"b\", \"c\"]]}.");
		keys = orm_json_walk(walk.value);
		while (orm_json_next(&keys))
			if (orm_json_kind(keys.value) != ORM_JSON_STRING && orm_json_kind(keys.value) != ORM_JSON_NUMBER)
			{
				OrmPath key = orm_path_index(&place, keys.index);

				orm_members_raise_kind(keys.value, "a key, which is a string or a number", &key);
			}
	}
}

/* Does the patch accept an operand of this kind of JSON? */
static bool
takes(OrmPatch patch, OrmJsonKind kind)
{
	if (patch == ORM_PATCH_MERGE)
		return kind == ORM_JSON_OBJECT;
	if (patches[patch].target == TARGET_NUMBER)
		return kind == ORM_JSON_NUMBER || kind == ORM_JSON_STRING;
	return kind == ORM_JSON_ARRAY;
}

/* Checks an operand without "$value". */
static void
check_plain(OrmPatch patch, OrmJson operand, const OrmPath *here)
{
	if (!takes(patch, orm_json_kind(operand)))
		orm_members_raise_kind(operand, patches[patch].operand, here);
	if (patch == ORM_PATCH_UNSET)
		check_paths(operand, here);
}

void
orm_patch_check(OrmPatch patch, OrmJson operand, const OrmPath *here)
{
	OrmPath inside = orm_path_key(here, "$value");
	OrmJson plain = orm_value_unescape(operand);

	check_plain(patch, plain, plain.node != operand.node ? &inside : here);
}

void
orm_patch_check_value(OrmPatch patch, const OrmType *type, Datum value, bool isnull, const OrmPath *here)
{
	char *text;

	if (isnull)
		orm_members_raise_null(patches[patch].operand, here);
	if (!orm_type_is_json(type))
		return;
	text = OutputFunctionCall(&unconstify(OrmType *, type)->output, value);
	check_plain(patch, orm_document_root(orm_document_parse(text, strlen(text))), here);
}

OrmType *
orm_patch_type(const OrmAttribute *attribute)
{
	return orm_type_make(attribute->type->base, -1, attribute->type->collation);
}
