/*
 * callable.c - functions that documents name; see callable.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "lib/stringinfo.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/names.h"
#include "base/nearest.h"
#include "model/callable.h"
#include "model/candidate.h"

/* Functions of pg_catalog that may be called although they are not immutable, sorted. */
static const char *const stable_names[] = {"age", "concat",	  "concat_ws", "date_part", "date_trunc",  "format",
										   "now", "timezone", "to_char",   "to_date",	"to_timestamp"};

/* Window functions and aggregates that may be called with "over". */
static const char *const window_names[] = {"array_agg",	   "avg",		 "bool_and",	"bool_or",	  "count",
										   "cume_dist",	   "dense_rank", "first_value", "lag",		  "last_value",
										   "lead",		   "max",		 "min",			"nth_value",  "ntile",
										   "percent_rank", "rank",		 "row_number",	"string_agg", "sum"};

/* Names of the server's own business, by their beginning. */
static const char *const refused_prefixes[] = {"pg_", "has_", "txid_", "binary_upgrade_", "lo_"};

/* Functions that make values of any size out of small ones. */
static const char *const refused_names[] = {"array_fill"};

/* Functions whose second argument says how much they make of the first; the others are refused above. */
static const struct
{
	const char *name;
	OrmCallableGrowth grows;
} growing[] = {{"lpad", ORM_GROWTH_CHARACTERS}, {"repeat", ORM_GROWTH_COPIES}, {"rpad", ORM_GROWTH_CHARACTERS}};

/* Is the name in the list? */
static bool
is_in(const char *name, const char *const *names, int nnames)
{
	for (int i = 0; i < nnames; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Are values of the type data, as far as the arguments and results of functions go? */
static bool
is_data(Oid type)
{
	if (type == ANYOID || IsPolymorphicType(type))
		return true;
	if (type == VOIDOID || get_typtype(type) == TYPTYPE_PSEUDO)
		return false;
	return strncmp(format_type_be(type), "reg", 3) != 0 || TypeCategory(type) != TYPCATEGORY_NUMERIC;
}

/* Are all arguments and the result of the function data? */
static bool
takes_data(Form_pg_proc form)
{
	for (int i = 0; i < form->pronargs; i++)
		if (!is_data(form->proargtypes.values[i]))
			return false;
	return is_data(form->prorettype);
}

/* May a function of pg_catalog be called? */
static bool
is_harmless(Form_pg_proc form)
{
	const char *name = NameStr(form->proname);

	if (form->proretset || !takes_data(form) || strstr(name, "_to_xml") != NULL ||
		is_in(name, refused_names, lengthof(refused_names)))
		return false;
	for (int i = 0; i < (int) lengthof(refused_prefixes); i++)
		if (strncmp(name, refused_prefixes[i], strlen(refused_prefixes[i])) == 0)
			return false;
	return form->provolatile == PROVOLATILE_IMMUTABLE || is_in(name, stable_names, lengthof(stable_names));
}

bool
orm_callable_exists(const char *name)
{
	CatCList *list;
	bool found = false;

	if (strlen(name) >= NAMEDATALEN)
		return false;
	list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < list->n_members && !found; i++)
		found = ((Form_pg_proc) GETSTRUCT(&list->members[i]->tuple))->pronamespace == PG_CATALOG_NAMESPACE;
	ReleaseSysCacheList(list);
	return found;
}

bool
orm_callable_is_exported(Oid function)
{
	char *comment = GetComment(function, ProcedureRelationId, 0);
	Size length = strlen(ORM_CALLABLE_MARK);

	for (char *line = comment; line != NULL; line = strchr(line, '\n'))
	{
		if (*line == '\n')
			line++;
		if (strncmp(line, ORM_CALLABLE_MARK, length) == 0 && (line[length] == '\n' || line[length] == '\0'))
			return true;
	}
	return false;
}

/* Why a function cannot be exported, as the end of a sentence; NULL: it can. */
static const char *
why_not_exportable(Form_pg_proc form)
{
	if (form->prokind != PROKIND_FUNCTION)
		return "is not a plain function";
	if (form->proretset && !OidIsValid(get_typ_typrelid(form->prorettype)))
		return "returns a set";
	if (form->provolatile == PROVOLATILE_VOLATILE)
		return "is volatile";
	if (!takes_data(form))
		return "has an argument or a result that is not a value";
	return NULL;
}

void
orm_callable_check_exportable(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	const char *why;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", function));
	why = why_not_exportable((Form_pg_proc) GETSTRUCT(tuple));
	if (why == NULL && isTempNamespace(((Form_pg_proc) GETSTRUCT(tuple))->pronamespace))
		why = "is temporary";
	ReleaseSysCache(tuple);
	if (why != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				errmsg("function %s cannot be called from documents", format_procedure(function)),
				errdetail("It %s.", why));
}

/* Is an exported function still one that can be called: for a value, or for a set? */
static bool
is_callable(Oid function, bool set)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool callable = HeapTupleIsValid(tuple) && why_not_exportable((Form_pg_proc) GETSTRUCT(tuple)) == NULL &&
		((Form_pg_proc) GETSTRUCT(tuple))->proretset == set;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return callable && orm_callable_is_exported(function);
}

/* The arguments of a call, for messages: "integer, unknown". */
static char *
list_types(int nargs, const Oid *types)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < nargs; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", format_type_be(types[i]));
	return list.data;
}

/* The names of functions of pg_catalog that may be called, for a hint. */
static int
callable_names(const char ***names)
{
	Relation procedures = table_open(ProcedureRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(procedures, InvalidOid, false, NULL, 0, NULL);
	int capacity = 4096;
	int n = 0;
	HeapTuple tuple;

	*names = palloc(sizeof(char *) * capacity);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

		if (form->pronamespace == PG_CATALOG_NAMESPACE && form->prokind == PROKIND_FUNCTION && is_harmless(form) &&
			n < capacity)
			(*names)[n++] = pstrdup(NameStr(form->proname));
	}
	systable_endscan(scan);
	table_close(procedures, AccessShareLock);
	return n;
}

/* In an ereport: what else could be meant by a name that no function has for these arguments. */
static int
hint_other(const char *name, OrmCallableKind kind)
{
	const char **names;
	int nnames;

	if (kind == ORM_CALLABLE_WINDOW)
		return orm_nearest_hint("function", name, window_names, lengthof(window_names));
	if (is_in(name, window_names, lengthof(window_names)))
		return errhint("A window function has \"over\".");
	nnames = callable_names(&names);
	if (is_in(name, names, nnames))
		return errhint("No function of that name takes arguments of these types.");
	return orm_nearest_hint("function", name, names, nnames);
}

/* Raises 42883 */
static void
pg_attribute_noreturn()
	raise_undefined(const char *name, OrmCallableKind kind, int nargs, const Oid *types, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
			errmsg("function %s(%s) does not exist", orm_error_clip(name), list_types(nargs, types)),
			orm_error_place(place), hint_other(name, kind));
}

/* Raises 42725 */
static void
pg_attribute_noreturn() raise_ambiguous(const char *name, int nargs, const Oid *types, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_FUNCTION),
			errmsg("function %s(%s) is ambiguous", name, list_types(nargs, types)), orm_error_place(place),
			errhint("Give the arguments types by {\"cast\": type, \"of\": ...}."));
}

/* Raises 42501: the function exists, but documents must not call it. */
static void
pg_attribute_noreturn() raise_refused(const char *name, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("function \"%s\" is not allowed here", name),
			orm_error_place(place),
			errhint("Documents call immutable functions of pg_catalog, and functions that orm.allow_function exports, "
					"by their schema and name."));
}

/* What is given for these arguments, where types are polymorphic; raises as the parser does, with the place. */
static void
make_concrete(OrmCallable *callable, int nargs, const Oid *types, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		callable->result = enforce_generic_type_consistency(types, callable->declared, nargs, callable->result, false);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
}

/* An ordered-set aggregate has the name of a window function, and other arguments. */
static bool
is_plain_aggregate(Oid function)
{
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(function));
	bool plain = HeapTupleIsValid(tuple) && ((Form_pg_aggregate) GETSTRUCT(tuple))->aggkind == AGGKIND_NORMAL;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return plain;
}

/* How much a function of pg_catalog makes of its first argument. */
static OrmCallableGrowth
growth_of(const char *name)
{
	for (int i = 0; i < (int) lengthof(growing); i++)
		if (strcmp(growing[i].name, name) == 0)
			return growing[i].grows;
	return ORM_GROWTH_NONE;
}

/* Resolves a function of pg_catalog. */
static OrmCallable
resolve_catalog(const char *name, OrmCallableKind kind, int nargs, Oid *types, const OrmPath *place)
{
	List *names = list_make2(makeString("pg_catalog"), makeString(pstrdup(name)));
	OrmCallable callable = {.nargs = nargs, .variadic = -1};
	bool window = kind == ORM_CALLABLE_WINDOW;
	FuncDetailCode code;
	bool retset;
	int nvariadic;
	Oid variadic;
	List *defaults = NIL;
	HeapTuple tuple;
	bool harmless;

	if (strlen(name) >= NAMEDATALEN || (window && !is_in(name, window_names, lengthof(window_names))))
		raise_undefined(name, kind, nargs, types, place);
	code = orm_func_get_detail(names, nargs, types, &callable.oid, &callable.result, &retset, &nvariadic, &variadic,
							   &callable.declared, &defaults);
	if (code == FUNCDETAIL_MULTIPLE)
		raise_ambiguous(name, nargs, types, place);
	if (window ? code != FUNCDETAIL_WINDOWFUNC && code != FUNCDETAIL_AGGREGATE : code != FUNCDETAIL_NORMAL)
		raise_undefined(name, kind, nargs, types, place);
	if (code == FUNCDETAIL_AGGREGATE && !is_plain_aggregate(callable.oid))
		raise_undefined(name, kind, nargs, types, place);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(callable.oid));
	harmless = HeapTupleIsValid(tuple) && (window || is_harmless((Form_pg_proc) GETSTRUCT(tuple)));
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (!harmless)
		raise_refused(name, place);
	callable.grows = growth_of(name);
	make_concrete(&callable, nargs, types, place);
	return callable;
}

/* Functions of that name in a schema that have been exported. */
static FuncCandidateList
exported_candidates(const char *schema, const char *name, int nargs, bool set)
{
	List *names = list_make2(makeString(pstrdup(schema)), makeString(pstrdup(name)));
	FuncCandidateList all = orm_function_candidates(names, nargs);
	FuncCandidateList found = NULL;

	while (all != NULL)
	{
		FuncCandidateList next = all->next;

		if (is_callable(all->oid, set))
		{
			all->next = found;
			found = all;
		}
		all = next;
	}
	return found;
}

/* The candidate with that OID. */
static FuncCandidateList
candidate_of(FuncCandidateList candidates, Oid oid)
{
	while (candidates->oid != oid)
		candidates = candidates->next;
	return candidates;
}

/* Raises 42501 unless the caller may execute the function; the server checks it again when it runs. */
static void
check_execute(Oid function, const OrmPath *place)
{
	if (orm_function_aclcheck(function, GetUserId()) != ACLCHECK_OK)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("permission denied for function %s", get_func_name(function)), orm_error_place(place));
}

/* The schema of an exported function, which the caller may use, or InvalidOid. */
static Oid
find_schema(const char *schema, const char *name, const OrmPath *place)
{
	Oid namespace_id = get_namespace_oid(schema, true);

	if (!OidIsValid(namespace_id) || isAnyTempNamespace(namespace_id) || strlen(name) >= NAMEDATALEN)
		return InvalidOid;
	if (orm_schema_aclcheck(namespace_id, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for schema %s", schema),
				orm_error_place(place));
	return namespace_id;
}

/* Resolves an exported function. */
static OrmCallable
resolve_exported(const char *schema, const char *name, int nargs, Oid *types, const OrmPath *place)
{
	OrmCallable callable = {.nargs = nargs, .variadic = -1};
	char *qualified = orm_name_compose(schema, name);
	FuncCandidateList candidates;
	FuncCandidateList candidate;
	OrmChosen chosen;

	if (!OidIsValid(find_schema(schema, name, place)))
		raise_undefined(qualified, ORM_CALLABLE_PLAIN, nargs, types, place);
	candidates = exported_candidates(schema, name, nargs, false);
	if (candidates == NULL &&
		orm_function_candidates(list_make2(makeString(pstrdup(schema)), makeString(pstrdup(name))), nargs) != NULL)
		raise_refused(qualified, place);
	chosen = orm_candidate_choose(candidates, nargs, types);
	if (!OidIsValid(chosen.oid) && chosen.rivals != NIL)
		raise_ambiguous(qualified, nargs, types, place);
	if (!OidIsValid(chosen.oid))
		raise_undefined(qualified, ORM_CALLABLE_PLAIN, nargs, types, place);
	candidate = candidate_of(candidates, chosen.oid);
	callable.oid = chosen.oid;
	callable.result = get_func_rettype(chosen.oid);
	callable.declared = palloc(sizeof(Oid) * Max(nargs, 1));
	memcpy(callable.declared, candidate->args, sizeof(Oid) * nargs);
	if (candidate->nvargs > 0)
		callable.variadic = nargs - candidate->nvargs;
	make_concrete(&callable, nargs, types, place);
	check_execute(callable.oid, place);
	return callable;
}

OrmCallable
orm_callable_resolve(const char *name, OrmCallableKind kind, int nargs, Oid *types, const OrmPath *place)
{
	char *schema = NULL;
	char *relation;

	if (kind == ORM_CALLABLE_PLAIN && strchr(name, '.') != NULL)
	{
		orm_name_split(name, &schema, &relation);
		if (schema != NULL && strcmp(schema, "pg_catalog") != 0)
			return resolve_exported(schema, relation, nargs, types, place);
		name = relation;
	}
	return resolve_catalog(name, kind, nargs, types, place);
}

/* The function's arguments, when they are just the named ones; false: they are not. */
static bool
takes_named(Oid function, int nargs, const char **names, OrmRowsFunction *found)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool variadic = OidIsValid(((Form_pg_proc) GETSTRUCT(tuple))->provariadic);
	char *modes;

	found->oid = function;
	found->nargs = get_func_arg_info(tuple, &found->types, &found->names, &modes);
	ReleaseSysCache(tuple);
	if (found->nargs != nargs || variadic || modes != NULL || (nargs > 0 && found->names == NULL))
		return false;
	for (int i = 0; i < nargs; i++)
	{
		int j = 0;

		while (j < nargs && strcmp(found->names[i], names[j]) != 0)
			j++;
		if (j == nargs || IsPolymorphicType(found->types[i]))
			return false;
	}
	return true;
}

/* Raises for a function that exists in another form, with the reason. */
static void
pg_attribute_noreturn()
	raise_no_rows(const char *schema, const char *name, bool exported, bool of_rows, Oid row_type, const OrmPath *place)
{
	char *qualified = orm_name_compose(schema, name);

	if (orm_function_candidates(list_make2(makeString(pstrdup(schema)), makeString(pstrdup(name))), -1) == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function \"%s\" does not exist", qualified),
				orm_error_place(place));
	if (!exported)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("function \"%s\" is not allowed here", qualified), orm_error_place(place),
				errhint("\"from\" takes functions that return a set of rows, are not volatile, and are exported by "
						"orm.allow_function."));
	if (!of_rows)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("function \"%s\" does not return rows of type %s", qualified, format_type_be(row_type)),
				orm_error_place(place));
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
			errmsg("function \"%s\" does not have the arguments that are given", qualified), orm_error_place(place),
			errhint("All of its arguments are given, by their names: {\"arguments\": {name: value}}."));
}

OrmRowsFunction
orm_callable_rows(const char *name, Oid row_type, int nargs, const char **names, const OrmPath *place)
{
	OrmRowsFunction found = {InvalidOid, 0, NULL, NULL};
	FuncCandidateList candidates;
	char *schema;
	char *function;
	bool of_rows = false;
	bool exported;

	orm_name_split(name, &schema, &function);
	if (schema == NULL || !OidIsValid(find_schema(schema, function, place)))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("function \"%s\" does not exist", orm_error_clip(name)), orm_error_place(place),
				errhint("It is written with its schema: \"schema.name\"."));
	candidates = exported_candidates(schema, function, -1, true);
	exported = candidates != NULL;
	for (; candidates != NULL; candidates = candidates->next)
	{
		OrmRowsFunction candidate;

		if (get_func_rettype(candidates->oid) != row_type)
			continue;
		of_rows = true;
		if (!takes_named(candidates->oid, nargs, names, &candidate))
			continue;
		if (OidIsValid(found.oid))
			ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_FUNCTION), errmsg("function \"%s\" is ambiguous", name),
					orm_error_place(place), errhint("Functions of one name differ in the names of their arguments."));
		found = candidate;
	}
	if (!OidIsValid(found.oid))
		raise_no_rows(schema, function, exported, of_rows, row_type, place);
	check_execute(found.oid, place);
	return found;
}
