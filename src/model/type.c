/*
 * type.c - properties of types.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/transam.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_coerce.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/names.h"
#include "base/sql.h"
#include "model/type.h"

/* The classes of built-in types.  record and anyarray are OTHER, though their values are composites and arrays. */
static const struct
{
	Oid type;
	OrmTypeClass class;
} builtin_classes[] = {{BOOLOID, ORM_TYPE_BOOL},
					   {INT2OID, ORM_TYPE_INT2},
					   {INT4OID, ORM_TYPE_INT4},
					   {INT8OID, ORM_TYPE_INT8},
					   {FLOAT4OID, ORM_TYPE_FLOAT},
					   {FLOAT8OID, ORM_TYPE_FLOAT},
					   {NUMERICOID, ORM_TYPE_NUMERIC},
					   {TEXTOID, ORM_TYPE_TEXT},
					   {VARCHAROID, ORM_TYPE_TEXT},
					   {BPCHAROID, ORM_TYPE_TEXT},
					   {DATEOID, ORM_TYPE_DATE},
					   {TIMESTAMPOID, ORM_TYPE_TIMESTAMP},
					   {TIMESTAMPTZOID, ORM_TYPE_TIMESTAMPTZ},
					   {JSONOID, ORM_TYPE_JSON},
					   {JSONBOID, ORM_TYPE_JSONB},
					   {RECORDOID, ORM_TYPE_OTHER},
					   {ANYARRAYOID, ORM_TYPE_OTHER}};

/* The class of a base type. */
static OrmTypeClass
classify(Oid base)
{
	int i;

	for (i = 0; i < lengthof(builtin_classes); i++)
		if (builtin_classes[i].type == base)
			return builtin_classes[i].class;
	if (OidIsValid(get_element_type(base)))
		return ORM_TYPE_ARRAY;
	if (type_is_rowtype(base))
		return ORM_TYPE_COMPOSITE;
	return ORM_TYPE_OTHER;
}

/*
 * Does to_json() print anything but a string with the output function's text?  It
 * does for types with a cast to json, except built-in types, and for the
 * pseudo-types record and anyarray.
 */
static bool
has_json_cast(const OrmType *type)
{
	Oid function;

	if (type->class != ORM_TYPE_OTHER)
		return false;
	if (type->base == RECORDOID || type->base == ANYARRAYOID)
		return true;
	return type->base >= FirstNormalObjectId &&
		find_coercion_pathway(JSONOID, type->base, COERCION_EXPLICIT, &function) == COERCION_PATH_FUNC &&
		OidIsValid(function);
}

/* Does the type accept a JSON number?  json types and types of the numeric category do. */
static bool
takes_number(const OrmType *type)
{
	char category;
	bool preferred;

	if (type->class == ORM_TYPE_JSON || type->class == ORM_TYPE_JSONB)
		return true;
	get_type_category_preferred(type->base, &category, &preferred);
	return category == TYPCATEGORY_NUMERIC;
}

/* Looks up the input and output functions. */
static void
find_functions(OrmType *type)
{
	Oid input;
	Oid output;
	bool varlena;

	getTypeInputInfo(type->base, &input, &type->input_param);
	fmgr_info_cxt(input, &type->input, type->context);
	getTypeOutputInfo(type->base, &output, &varlena);
	fmgr_info_cxt(output, &type->output, type->context);

	type->has_json_cast = has_json_cast(type);
	if (type->has_json_cast || type->class == ORM_TYPE_COMPOSITE)
	{
		/* to_json() is polymorphic and takes the type from the call expression */
		Node *argument = (Node *) makeNullConst(type->oid, type->typmod, type->collation);

		fmgr_info_cxt(F_TO_JSON, &type->to_json, type->context);
		fmgr_info_set_expr((Node *) makeFuncExpr(F_TO_JSON, JSONOID, list_make1(argument), InvalidOid, InvalidOid,
												 COERCE_EXPLICIT_CALL),
						   &type->to_json);
	}
}

/* Makes the fields of a composite from its row descriptor, in CurrentMemoryContext. */
static void
make_fields(OrmType *type, TupleDesc row, uint64 version)
{
	OrmField *fields = palloc0(row->natts * sizeof(OrmField));
	int i;

	for (i = 0; i < row->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row, i);

		if (attribute->attisdropped)
			continue;
		fields[i].name = pstrdup(NameStr(attribute->attname));
		fields[i].type = orm_type_make(attribute->atttypid, attribute->atttypmod, attribute->attcollation);
	}
	type->fields = fields;
	type->nfields = row->natts;
	type->row_version = version;
}

TupleDesc
orm_type_open_row(const OrmType *type)
{
	TypeCacheEntry *entry = lookup_type_cache(type->base, TYPECACHE_TUPDESC);
	TupleDesc row = entry->tupDesc;
	uint64 version = entry->tupDesc_identifier;

	if (row == NULL)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("type %s is not composite", format_type_be(type->base)));
	PinTupleDesc(row);
	if (version != type->row_version)
	{
		MemoryContext old = MemoryContextSwitchTo(type->context);

		make_fields(unconstify(OrmType *, type), row, version);
		MemoryContextSwitchTo(old);
	}
	return row;
}

OrmType *
orm_type_make(Oid oid, int32 typmod, Oid collation)
{
	OrmType *type = palloc0(sizeof(OrmType));

	check_stack_depth();
	type->oid = oid;
	type->typmod = typmod;
	type->base = getBaseTypeAndTypmod(oid, &type->typmod);
	type->collation = collation;
	type->is_domain = type->base != oid;
	type->context = CurrentMemoryContext;
	type->class = classify(type->base);
	get_typlenbyvalalign(oid, &type->length, &type->by_value, &type->align);
	type->takes_number = takes_number(type);
	find_functions(type);
	if (type->class == ORM_TYPE_ARRAY)
		type->element = orm_type_make(get_element_type(type->base), type->typmod, collation);
	else if (type->class == ORM_TYPE_COMPOSITE)
	{
		TupleDesc row = orm_type_open_row(type);

		ReleaseTupleDesc(row);
	}
	return type;
}

Oid
orm_type_equality(Oid type)
{
	return lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
}

/*
 * The equalimage support function of the default btree operator class tells it, as
 * deduplication depends on it.  bpchar is excluded: its function returns true,
 * although trailing blanks are ignored.
 */
bool
orm_type_equal_is_same(const OrmType *type)
{
	TypeCacheEntry *entry = lookup_type_cache(type->base, TYPECACHE_BTREE_OPFAMILY);
	Oid function = InvalidOid;

	if (OidIsValid(entry->btree_opf) && type->base != BPCHAROID)
		function = get_opfamily_proc(entry->btree_opf, entry->btree_opintype, entry->btree_opintype, BTEQUALIMAGE_PROC);
	return OidIsValid(function) &&
		DatumGetBool(OidFunctionCall1Coll(function, type->collation, ObjectIdGetDatum(entry->btree_opintype)));
}

char *
orm_type_text(Oid type, Datum value)
{
	Oid output;
	bool is_varlena;

	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

void
orm_type_prefer_catalog(TypeName *name)
{
	if (list_length(name->names) == 1 && !name->pct_type &&
		SearchSysCacheExists2(TYPENAMENSP, CStringGetDatum(strVal(linitial(name->names))),
							  ObjectIdGetDatum(PG_CATALOG_NAMESPACE)))
		name->names = lcons(makeString("pg_catalog"), name->names);
}

Oid
orm_type_find(const char *text, int32 *typmod)
{
	TypeName *name = orm_sql_parse_type(text);
	Oid type;

	orm_type_prefer_catalog(name);
	typenameTypeIdAndMod(NULL, name, &type, typmod);
	return type;
}

char *
orm_type_name(Oid type, int32 typmod)
{
	static const char prefix[] = "pg_catalog.";
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_type(&name, type, typmod);
	return strncmp(name.data, prefix, strlen(prefix)) == 0 ? name.data + strlen(prefix) : name.data;
}

char *
orm_type_collation_name(Oid collation)
{
	HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	Form_pg_collation form;
	char *name;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("collation with OID %u does not exist", collation));
	form = (Form_pg_collation) GETSTRUCT(tuple);
	name = form->collnamespace == PG_CATALOG_NAMESPACE
		? pstrdup(NameStr(form->collname))
		: orm_name_compose(get_namespace_name(form->collnamespace), NameStr(form->collname));
	ReleaseSysCache(tuple);
	return name;
}
