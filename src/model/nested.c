/*
 * nested.c - reading JSON arrays into arrays, and JSON objects into composites.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/nearest.h"
#include "model/nested.h"
#include "model/value.h"

/* Is the type int2vector or oidvector? */
static bool
is_vector(const OrmType *type)
{
	return type->base == INT2VECTOROID || type->base == OIDVECTOROID;
}

/* Are nested JSON arrays further dimensions of the array, not elements? */
static bool
nests(const OrmType *type)
{
	OrmTypeClass class = type->element->class;

	return class != ORM_TYPE_JSON && class != ORM_TYPE_JSONB && class != ORM_TYPE_ARRAY && !is_vector(type);
}

/* The number of dimensions, and the length of the first array of each. */
static int
measure_array(const OrmType *type, OrmJson json, const OrmPath *path, int *dimensions)
{
	int ndim = 0;

	for (;;)
	{
		OrmJsonWalk walk = orm_json_walk(json);

		if (ndim == MAXDIM)
			ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("arrays are nested more than %d deep", MAXDIM), orm_error_place(path));
		dimensions[ndim++] = json.node->count;
		if (!nests(type) || !orm_json_next(&walk) || orm_json_kind(walk.value) != ORM_JSON_ARRAY)
			return ndim;
		json = walk.value;
	}
}

/* Raises 42804 unless all arrays of a dimension have the same length. */
static void
check_even(OrmJson json, int ndim, const int *dimensions, const OrmPath *path)
{
	OrmJsonWalk walk = orm_json_walk(json);

	if (orm_json_kind(json) != ORM_JSON_ARRAY || json.node->count != (uint32) dimensions[0])
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("arrays in an array must all have the same length"),
				orm_error_place(path),
				errhint_plural("Write an array of %d element.", "Write an array of %d elements.", dimensions[0],
							   dimensions[0]));
	if (ndim == 1)
		return;
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(path, walk.index);

		check_even(walk.value, ndim - 1, dimensions + 1, &here);
	}
}

/* The elements of an array in row-major order. */
typedef struct Elements
{
	const OrmType *type; /* of an element */
	Datum *values;
	bool *isnull;
	int count;
} Elements;

/* Reads the elements of an array of ndim dimensions. */
static void
read_elements(Elements *elements, OrmJson json, int ndim, const OrmPath *path)
{
	OrmJsonWalk walk = orm_json_walk(json);

	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(path, walk.index);

		if (ndim > 1)
		{
			read_elements(elements, walk.value, ndim - 1, &here);
			continue;
		}
		elements->values[elements->count] = orm_value_read_inner(elements->type, walk.value, &here,
																 &elements->isnull[elements->count]);
		elements->count++;
	}
}

/* Makes an int2vector or oidvector, by way of its input function. */
static Datum
make_vector(const OrmType *type, const Elements *elements, const OrmPath *path)
{
	OrmType *element = unconstify(OrmType *, elements->type);
	StringInfoData text;
	Datum value;
	int i;

	initStringInfo(&text);
	for (i = 0; i < elements->count; i++)
	{
		if (elements->isnull[i])
		{
			OrmPath here = orm_path_index(path, i);

			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("type %s does not allow null values", format_type_be(type->oid)), orm_error_place(&here));
		}
		appendStringInfo(&text, "%s ", OutputFunctionCall(&element->output, elements->values[i]));
	}
	value = orm_value_read_string(type, text.data, path);
	pfree(text.data);
	return value;
}

Datum
orm_nested_read_array(const OrmType *type, OrmJson json, const OrmPath *path)
{
	const OrmType *element = type->element;
	Elements elements = {element, NULL, NULL, 0};
	int dimensions[MAXDIM];
	int lower[MAXDIM] = {1, 1, 1, 1, 1, 1};
	int ndim;
	int count;

	StaticAssertStmt(MAXDIM == 6, "a lower bound for every dimension");
	if (type->class != ORM_TYPE_ARRAY)
		orm_value_raise_mismatch(type, json, path);
	ndim = measure_array(type, json, path, dimensions);
	check_even(json, ndim, dimensions, path);
	count = ArrayGetNItems(ndim, dimensions);

	elements.values = palloc(Max(count, 1) * sizeof(Datum));
	elements.isnull = palloc(Max(count, 1) * sizeof(bool));
	read_elements(&elements, json, ndim, path);
	if (is_vector(type))
		return make_vector(type, &elements, path);
	if (count == 0)
		return PointerGetDatum(construct_empty_array(element->oid));
	return PointerGetDatum(construct_md_array(elements.values, elements.isnull, ndim, dimensions, lower, element->oid,
											  element->length, element->by_value, element->align));
}

/* Raises 42703 for a field of a composite type. */
static void
raise_no_field(const OrmType *type, OrmJson key, const OrmField *fields, int nfields, const OrmPath *path)
{
	const char **names = palloc(Max(nfields, 1) * sizeof(char *));
	char *given = orm_json_string(key);
	OrmPath here = orm_path_key(path, given);
	int nnames = 0;
	int i;

	for (i = 0; i < nfields; i++)
		if (fields[i].name != NULL)
			names[nnames++] = fields[i].name;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("field \"%s\" of type %s does not exist", given, format_type_be(type->oid)), orm_error_place(&here),
			orm_nearest_hint("field", given, names, nnames));
}

/* The index of the field of that name. */
static int
find_field(const OrmType *type, OrmJson key, const OrmField *fields, int nfields, const OrmPath *path)
{
	int i;

	for (i = 0; i < nfields; i++)
		if (fields[i].name != NULL && orm_json_equals(key, fields[i].name))
			return i;
	raise_no_field(type, key, fields, nfields, path);
	return -1;
}

/* Reads the members of an object into fields; given[] is set for the members of the object. */
static void
read_fields(const OrmType *type, OrmJson json, const OrmField *fields, int nfields, Datum *values, bool *isnull,
			bool *given, const OrmPath *path)
{
	OrmJsonWalk walk = orm_json_walk(json);

	while (orm_json_next(&walk))
	{
		int i = find_field(type, walk.key, fields, nfields, path);
		OrmPath here = orm_path_key(path, fields[i].name);

		if (given[i])
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("field \"%s\" is given twice", fields[i].name),
					orm_error_place(&here));
		given[i] = true;
		values[i] = orm_value_read_inner(fields[i].type, walk.value, &here, &isnull[i]);
	}
}

Datum
orm_nested_read_row(const OrmType *type, OrmJson json, const OrmPath *path)
{
	TupleDesc row;
	const OrmField *fields;
	int nfields;
	Datum *values;
	bool *isnull;
	bool *given;
	int i;
	Datum result;

	if (type->class != ORM_TYPE_COMPOSITE)
		orm_value_raise_mismatch(type, json, path);
	row = orm_type_open_row(type);
	fields = type->fields;
	nfields = type->nfields;
	values = palloc0(nfields * sizeof(Datum));
	isnull = palloc(nfields * sizeof(bool));
	given = palloc0(nfields * sizeof(bool));
	memset(isnull, true, nfields * sizeof(bool));
	read_fields(type, json, fields, nfields, values, isnull, given, path);
	for (i = 0; i < nfields; i++)
		if (!given[i] && fields[i].name != NULL)
		{
			OrmPath here = orm_path_key(path, fields[i].name);

			orm_value_check(fields[i].type, 0, true, &here);
		}
	result = HeapTupleGetDatum(heap_form_tuple(row, values, isnull));
	ReleaseTupleDesc(row);
	return result;
}
