/*
 * key.c - reading key values of objects; see key.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/jsonapi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/members.h"
#include "base/settings.h"
#include "model/key.h"
#include "model/normalize.h"
#include "model/value.h"

bool
orm_key_has(const OrmKey *key, int attribute)
{
	for (int i = 0; key != NULL && i < key->nattributes; i++)
		if (key->attributes[i] == attribute)
			return true;
	return false;
}

bool
orm_key_has_column(const OrmKey *key, int attribute)
{
	for (int i = 0; key != NULL && i < key->nattributes - key->nexpressed; i++)
		if (key->attributes[i] == attribute)
			return true;
	return false;
}

Oid
orm_key_equality(const OrmModel *model, int i)
{
	const OrmAttribute *attribute = &model->attributes[i];

	if (!OidIsValid(attribute->equality))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("attribute \"%s\" of model \"%s\" cannot be compared", attribute->name, model->name),
				errdetail("Type %s has no equality operator.", format_type_be(attribute->type->oid)));
	return attribute->equality;
}

bool
orm_key_is_generated(const OrmModel *model, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (model->attributes[key->attributes[i]].generated)
			return true;
	return false;
}

bool *
orm_key_flags(const OrmModel *model, const OrmKey *key)
{
	bool *flags = palloc0(sizeof(bool) * Max(model->nattributes, 1));

	for (int i = 0; i < key->nattributes; i++)
		flags[key->attributes[i]] = true;
	return flags;
}

/* A hint with the accepted forms of a key of the model. */
static char *
hint_forms(const OrmModel *model)
{
	const OrmKey *key = model->primary_key;
	StringInfoData hint;

	initStringInfo(&hint);
	appendStringInfoString(&hint, "A key is a row or an object of these attributes: ");
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(&hint, "%s%s", i ? ", " : "", model->attributes[key->attributes[i]].name);
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

/* Raises 22023 for an input that is no key of the model. */
static void
raise_wrong_form(const OrmModel *model, const OrmPath *path, const char *given)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s is not a key of model \"%s\"", given, model->name), orm_error_place(path),
			errhint("%s", hint_forms(model)));
}

/* The i-th attribute of the primary key. */
static const OrmAttribute *
key_attribute(const OrmModel *model, int position)
{
	return &model->attributes[model->primary_key->attributes[position]];
}

/* The position in the key of a member of a key object; raises 42703 or 22023. */
static int
position_of(const OrmModel *model, OrmJson name, const OrmPath *path)
{
	int attribute = orm_model_attribute(model, orm_json_bytes(name), name.node->length);
	char *text;
	OrmPath here;

	for (int i = 0; attribute >= 0 && i < model->primary_key->nattributes; i++)
		if (model->primary_key->attributes[i] == attribute)
			return i;
	text = orm_json_string(name);
	here = orm_path_key(path, text);
	if (attribute < 0)
		orm_model_no_attribute(model, text, &here);
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("attribute \"%s\" is not part of the key of model \"%s\"", text, model->name),
			orm_error_place(&here));
	return -1;
}

/*
 * The type to read a key with: the attribute's type without its modifier.  A value
 * rounded or truncated by the modifier would match a different row.
 */
static const OrmType *
look_up_type(const OrmAttribute *attribute)
{
	OrmType *type;

	if (attribute->type->typmod < 0)
		return attribute->type;
	type = palloc(sizeof(OrmType));
	*type = *attribute->type;
	type->typmod = -1;
	type->context = CurrentMemoryContext;
	type->domain_cache = NULL;
	fmgr_info_copy(&type->input, &attribute->type->input, CurrentMemoryContext);
	return type;
}

/* Reads an object of the key attributes. */
static bool
read_object(const OrmModel *model, OrmJson object, const OrmPath *path, Datum *values)
{
	int nattributes = model->primary_key->nattributes;
	bool *given = palloc0(nattributes);
	bool complete = true;
	OrmJsonWalk walk = orm_json_walk(object);

	while (orm_json_next(&walk))
	{
		int position = position_of(model, walk.key, path);
		const OrmAttribute *attribute = key_attribute(model, position);
		OrmPath here = orm_path_key(path, attribute->name);
		bool isnull = true;

		if (given[position])
			orm_members_raise_twice("attribute", attribute->name, &here);
		given[position] = true;
		if (orm_json_kind(walk.value) != ORM_JSON_NULL)
			values[position] = orm_value_read(look_up_type(attribute), walk.value, &here, &isnull);
		complete = complete && !isnull;
	}
	for (int i = 0; i < nattributes; i++)
		if (!given[i])
			orm_members_raise_missing("attribute", key_attribute(model, i)->name, path, hint_forms(model));
	return complete;
}

/* Reads JSON; see orm_key_read_json. */
static bool
read_json(const OrmModel *model, OrmJson key, const OrmPath *path, Datum *values)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	bool isnull;

	if (orm_json_kind(key) == ORM_JSON_NULL)
		return false;
	if (orm_json_kind(key) == ORM_JSON_OBJECT)
		return read_object(model, key, path, values);
	if (primary_key->nattributes > 1)
		raise_wrong_form(model, path, orm_json_kind_name(orm_json_kind(key)));
	values[0] = orm_value_read(look_up_type(key_attribute(model, 0)), key, path, &isnull);
	return !isnull;
}

/* Reads JSON text that was given as a key. */
static bool
read_json_text(const OrmModel *model, const char *text, Datum *values)
{
	OrmDocument *document = orm_document_parse(text, strlen(text));

	document = orm_document_open(PointerGetDatum(document));
	return read_json(model, orm_document_root(document), NULL, values);
}

/* The row type of a composite key, registered with the server. */
static TupleDesc
key_row_type(const OrmModel *model)
{
	TupleDesc descriptor = CreateTemplateTupleDesc(model->primary_key->nattributes);

	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = key_attribute(model, i);

		TupleDescInitEntry(descriptor, i + 1, attribute->column, attribute->type->oid, -1, 0);
	}
	return BlessTupleDesc(descriptor);
}

/* Deforms a row. */
static void
take_apart(HeapTupleHeader row, TupleDesc descriptor, Datum *values, bool *isnull)
{
	HeapTupleData tuple = {0};

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	tuple.t_data = row;
	heap_deform_tuple(&tuple, descriptor, values, isnull);
}

/* Reads "(a,b)". */
static bool
read_row_text(const OrmModel *model, const char *text, Datum *values)
{
	TupleDesc descriptor = key_row_type(model);
	bool *isnull = palloc(sizeof(bool) * descriptor->natts);
	Datum row = OidInputFunctionCall(F_RECORD_IN, unconstify(char *, text), RECORDOID, descriptor->tdtypmod);

	take_apart(DatumGetHeapTupleHeader(row), descriptor, values, isnull);
	for (int i = 0; i < descriptor->natts; i++)
		if (isnull[i])
			return false;
	return true;
}

/*
 * Reads the text of a one-column key of the form {"id": 1}, for types that do not
 * accept such input.  False when the text has another form; *given is the result
 * of reading the key.
 */
static bool
read_object_text(const OrmModel *model, const char *text, Datum *value, bool *given)
{
	const OrmAttribute *attribute = key_attribute(model, 0);
	const OrmType *type = attribute->type;
	int length = strlen(text);
	OrmJsonWalk walk;
	OrmJson root;

	if (text[strspn(text, " \t\r\n")] != '{' || TypeCategory(type->base) == TYPCATEGORY_STRING ||
		type->base == BYTEAOID || orm_type_is_json(type) || type->class == ORM_TYPE_COMPOSITE)
		return false;
	if (pg_parse_json(orm_json_lexer(text, length, false), &nullSemAction) != JSON_SUCCESS)
		return false;
	root = orm_document_root(orm_document_open(PointerGetDatum(orm_document_parse(text, length))));
	walk = orm_json_walk(root);
	if (root.node->count != 1 || !orm_json_next(&walk) || !orm_json_equals(walk.key, attribute->name))
		return false;
	*given = read_json(model, root, NULL, value);
	return true;
}

/* Reads text; see orm_key_read_text. */
static bool
read_text(const OrmModel *model, const char *key, Datum *values)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	const char *start;

	if (key == NULL)
		return false;
	if (primary_key->nattributes == 1)
	{
		bool given;

		if (read_object_text(model, key, values, &given))
			return given;
		values[0] = orm_value_read_text(look_up_type(key_attribute(model, 0)), key);
		return true;
	}
	start = key + strspn(key, " \t\r\n");
	if (*start == '{')
		return read_json_text(model, key, values);
	if (*start != '(')
		raise_wrong_form(model, NULL, quote_literal_cstr(key));
	return read_row_text(model, start, values);
}

/* Calls a cast function; its optional second and third arguments are the type modifier and isExplicit. */
static Datum
call_cast(const OrmAttribute *attribute, Oid function, Datum value)
{
	LOCAL_FCINFO(fcinfo, 3);
	FmgrInfo flinfo;
	Datum result;

	fmgr_info(function, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, flinfo.fn_nargs, attribute->type->collation, NULL, NULL);
	fcinfo->args[0].value = value;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = Int32GetDatum(-1);
	fcinfo->args[1].isnull = false;
	fcinfo->args[2].value = BoolGetDatum(false);
	fcinfo->args[2].isnull = false;
	result = FunctionCallInvoke(fcinfo);
	if (fcinfo->isnull)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("cast to type %s returned null", format_type_be(attribute->type->base)));
	return result;
}

/* Converts a number by the rules for numbers in documents: 2.0 is accepted for an integer, 2.5 is not. */
static Datum
read_number(const OrmAttribute *attribute, Datum value, Oid type)
{
	char *text = orm_type_text(type, value);
	int length = strlen(text);
	OrmJson number;
	bool isnull;

	if (!IsValidJsonNumber(text, length))
		return orm_value_read_text(look_up_type(attribute), text);
	number = orm_document_root(orm_document_parse(text, length));
	return orm_value_read(look_up_type(attribute), number, NULL, &isnull);
}

/* Raises 42804 for a value without a cast to the attribute's type. */
static void
raise_no_cast(const OrmModel *model, const OrmAttribute *attribute, Oid type)
{
	ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
			errmsg("attribute \"%s\" of model \"%s\" is of type %s but the key is of type %s", attribute->name,
				   model->name, format_type_be(attribute->type->oid), format_type_be(type)));
}

/* Casts a value like an assignment, but without rounding numbers. */
static Datum
cast_value(const OrmModel *model, const OrmAttribute *attribute, Datum value, Oid type)
{
	Oid function;
	CoercionPathType path = COERCION_PATH_NONE;

	if (type != UNKNOWNOID)
		path = find_coercion_pathway(attribute->type->base, type, COERCION_IMPLICIT, &function);
	if (path == COERCION_PATH_NONE && (type == UNKNOWNOID || TypeCategory(type) == TYPCATEGORY_STRING))
		return orm_value_read_text(look_up_type(attribute), orm_type_text(type, value));
	if (path == COERCION_PATH_NONE && TypeCategory(type) == TYPCATEGORY_NUMERIC &&
		orm_type_takes_number(attribute->type))
		return read_number(attribute, value, type);
	if (path == COERCION_PATH_NONE)
		path = find_coercion_pathway(attribute->type->base, type, COERCION_ASSIGNMENT, &function);
	switch (path)
	{
		case COERCION_PATH_FUNC:
			value = call_cast(attribute, function, value);
			break;
		case COERCION_PATH_RELABELTYPE:
			break;
		case COERCION_PATH_ARRAYCOERCE:
		case COERCION_PATH_COERCEVIAIO:
			return orm_value_read_text(look_up_type(attribute), orm_type_text(type, value));
		default:
			raise_no_cast(model, attribute, type);
	}
	orm_value_check(attribute->type, value, false, NULL);
	return value;
}

/* Reads one part of a key from a value of any type. */
static Datum
read_value(const OrmModel *model, const OrmAttribute *attribute, Datum value, Oid type)
{
	if (type == attribute->type->oid)
		return value;
	return cast_value(model, attribute, value, getBaseType(type));
}

/* Reads the fields of a row, in key order. */
static bool
read_fields(const OrmModel *model, HeapTupleHeader row, TupleDesc descriptor, Datum *values)
{
	Datum *fields = palloc(sizeof(Datum) * descriptor->natts);
	bool *isnull = palloc(sizeof(bool) * descriptor->natts);
	int nfields = 0;

	take_apart(row, descriptor, fields, isnull);
	for (int i = 0; i < descriptor->natts; i++)
		nfields += TupleDescAttr(descriptor, i)->attisdropped ? 0 : 1;
	if (nfields != model->primary_key->nattributes)
		raise_wrong_form(model, NULL, psprintf("a row of %d fields", nfields));
	nfields = 0;
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute field = TupleDescAttr(descriptor, i);

		if (field->attisdropped)
			continue;
		if (isnull[i])
			return false;
		values[nfields] = read_value(model, key_attribute(model, nfields), fields[i], field->atttypid);
		nfields++;
	}
	return true;
}

/* Reads a row in key order. */
static bool
read_row(const OrmModel *model, Datum key, Datum *values)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(key);
	TupleDesc descriptor = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));

	return read_fields(model, row, descriptor, values);
}

/* Is this the type orm.document? */
static bool
is_document(Oid type)
{
	return type ==
		GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("document"),
						ObjectIdGetDatum(orm_registry_schema()));
}

/* Reads a value; see orm_key_read_datum. */
static bool
read_datum(const OrmModel *model, Datum key, Oid type, Datum *values)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	const OrmAttribute *first = key_attribute(model, 0);
	Oid base = getBaseType(type);

	if (base == JSONOID || base == JSONBOID)
		return read_json_text(model, orm_type_text(base, key), values);
	if (primary_key->nattributes == 1 && (type == first->type->oid || base == first->type->base))
	{
		values[0] = read_value(model, first, key, type);
		return true;
	}
	if (is_document(base))
		return read_json(model, orm_document_root(orm_document_open(key)), NULL, values);
	if (type_is_rowtype(base))
		return read_row(model, key, values);
	if (TypeCategory(base) == TYPCATEGORY_STRING)
		return read_text(model, orm_type_text(base, key), values);
	if (primary_key->nattributes > 1)
		raise_wrong_form(model, NULL, psprintf("a value of type %s", format_type_be(type)));
	values[0] = read_value(model, first, key, type);
	return true;
}

/* Normalizes the parts of a key; false when one becomes NULL. */
static bool
normalize(const OrmModel *model, const OrmPath *path, Datum *values)
{
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = key_attribute(model, i);
		bool isnull = false;

		if (attribute->normalizes != NULL)
			values[i] = orm_normalize_value(attribute, attribute->type->oid, values[i], &isnull, path);
		if (isnull)
			return false;
	}
	return true;
}

bool
orm_key_read_json(const OrmModel *model, OrmJson key, const OrmPath *path, Datum *values)
{
	return read_json(model, key, path, values) && normalize(model, path, values);
}

bool
orm_key_read_text(const OrmModel *model, const char *key, Datum *values)
{
	return read_text(model, key, values) && normalize(model, NULL, values);
}

bool
orm_key_read_datum(const OrmModel *model, Datum key, Oid type, Datum *values)
{
	return read_datum(model, key, type, values) && normalize(model, NULL, values);
}

void
orm_key_keep(const OrmModel *model, const Datum *values, char **texts)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	OrmSettings exact = orm_settings_exact();
	int level = orm_settings_enter(&exact);

	for (int i = 0; i < primary_key->nattributes; i++)
		texts[i] = OutputFunctionCall(&key_attribute(model, i)->type->output, values[i]);
	orm_settings_leave(level);
}

void
orm_key_read_kept(const OrmModel *model, int n, char *const *texts, const OrmPath *path, Datum *values)
{
	OrmSettings exact = orm_settings_exact();
	int level;

	if (orm_model_need_key(model)->nattributes != n)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("the primary key of model \"%s\" has changed since the object was queued", model->name),
				orm_error_place(path));
	level = orm_settings_enter(&exact);
	for (int i = 0; i < n; i++)
		values[i] = orm_value_read_text(key_attribute(model, i)->type, texts[i]);
	orm_settings_leave(level);
}
