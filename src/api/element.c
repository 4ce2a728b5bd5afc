/*
 * element.c - the builder functions: orm.column(...), orm.has_many(...)...
 *
 * One C function serves them all.  What a builder makes is
 *
 *     {"<name of the function>": {"<name of an argument>": <its value>, ...}}
 *
 * with the names of CREATE FUNCTION in element.sql, so that file is the table of
 * the builders.  Arguments that are NULL are not given.  Nothing is checked here:
 * documents are checked where they are read (model/declaration.h).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/document.h"
#include "registry/registry.h"

PG_FUNCTION_INFO_V1(orm_sql_element);

/* A builder, read from pg_proc once for a call site. */
typedef struct ElementBuilder
{
	char *name;
	int nkeys;
	char **keys;
	Oid *types;
} ElementBuilder;

/* Reads the called builder from pg_proc, into the memory of its call site. */
static ElementBuilder *
read_builder(FmgrInfo *flinfo)
{
	MemoryContext caller = MemoryContextSwitchTo(flinfo->fn_mcxt);
	ElementBuilder *builder = palloc0(sizeof(ElementBuilder));
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(flinfo->fn_oid));
	char *modes;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("function with OID %u does not exist", flinfo->fn_oid));
	builder->name = pstrdup(NameStr(((Form_pg_proc) GETSTRUCT(tuple))->proname));
	builder->nkeys = get_func_arg_info(tuple, &builder->types, &builder->keys, &modes);
	if (builder->keys == NULL)
		builder->nkeys = 0;
	ReleaseSysCache(tuple);
	MemoryContextSwitchTo(caller);
	return builder;
}

/* Appends a text as a JSON string. */
static void
append_text(StringInfo out, Datum value)
{
	escape_json(out, TextDatumGetCString(value));
}

/* Appends a boolean. */
static void
append_boolean(StringInfo out, Datum value)
{
	appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
}

/* Appends an integer. */
static void
append_integer(StringInfo out, Datum value)
{
	appendStringInfo(out, "%d", DatumGetInt32(value));
}

/* Appends an array of texts. */
static void
append_text_array(StringInfo out, Datum value)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Datum *elements;
	bool *nulls;
	int n;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("list of names must be a one-dimensional array"));
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	appendStringInfoChar(out, '[');
	for (int i = 0; i < n; i++)
	{
		appendStringInfoString(out, i > 0 ? ", " : "");
		if (nulls[i])
			appendStringInfoString(out, "null");
		else
			append_text(out, elements[i]);
	}
	appendStringInfoChar(out, ']');
}

/* Appends a document as it was given. */
static void
append_document(StringInfo out, Datum value)
{
	const OrmDocument *document = orm_document_open(value);

	appendBinaryStringInfo(out, orm_document_text(document), document->text_length);
}

/* Writers of arguments, by type; documents are the rest. */
static const struct
{
	Oid type;
	void (*append)(StringInfo out, Datum value);
} argument_types[] = {
	{TEXTOID, append_text},
	{BOOLOID, append_boolean},
	{INT4OID, append_integer},
	{TEXTARRAYOID, append_text_array},
	{VARCHARARRAYOID, append_text_array},
};

/* Appends an argument. */
static void
append_argument(StringInfo out, Oid type, Datum value)
{
	for (int i = 0; i < (int) lengthof(argument_types); i++)
		if (argument_types[i].type == type)
		{
			argument_types[i].append(out, value);
			return;
		}
	if (type != orm_registry_document_type())
		ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				errmsg("builder function cannot have an argument of type %s", format_type_be(type)));
	append_document(out, value);
}

/* Makes the element of a model document from the arguments of its builder. */
Datum
orm_sql_element(PG_FUNCTION_ARGS)
{
	ElementBuilder *builder = fcinfo->flinfo->fn_extra;
	StringInfoData out;
	bool first = true;

	if (builder == NULL)
		builder = fcinfo->flinfo->fn_extra = read_builder(fcinfo->flinfo);
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	escape_json(&out, builder->name);
	appendStringInfoString(&out, ": {");
	for (int i = 0; i < Min(builder->nkeys, PG_NARGS()); i++)
	{
		if (PG_ARGISNULL(i))
			continue;
		appendStringInfoString(&out, first ? "" : ", ");
		escape_json(&out, builder->keys[i]);
		appendStringInfoString(&out, ": ");
		append_argument(&out, builder->types[i], PG_GETARG_DATUM(i));
		first = false;
	}
	appendStringInfoString(&out, "}}");
	PG_RETURN_POINTER(orm_document_parse(out.data, out.len));
}
