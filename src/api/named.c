/*
 * named.c - calling functions of schema orm by name; see named.h.
 *
 * Of two functions that differ only in the type of the key, text or anyelement,
 * the second one is called, with the key as a document: it takes a key of any
 * form.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "api/named.h"
#include "base/compat.h"
#include "base/members.h"
#include "exec/json.h"
#include "model/cast.h"
#include "registry/registry.h"

struct OrmNamedCall
{
	Oid function;
	char *name;
	Oid result;
	int nargs;
	Oid types[FUNC_MAX_ARGS];
	NullableDatum arguments[FUNC_MAX_ARGS];
};

/* ---- Finding ---- */

/* Reads an argument into a value of its type. */
typedef Datum (*ReadArgument)(OrmJson json, const OrmPath *place);

static ReadArgument reader_of(Oid type);

/* Is this the type of a result that can be written? */
static bool
is_result(Oid type)
{
	return type == JSONOID || type == BOOLOID || type == INT8OID || type == VOIDOID;
}

/* Is this function a verb? */
static bool
is_verb(Form_pg_proc form)
{
	if (form->pronamespace != orm_registry_schema() || form->prolang != ClanguageId || form->proretset ||
		form->prokind != PROKIND_FUNCTION || form->provolatile != PROVOLATILE_VOLATILE || !is_result(form->prorettype))
		return false;
	for (int i = 0; i < form->pronargs; i++)
		if (reader_of(form->proargtypes.values[i]) == NULL)
			return false;
	return true;
}

/* list_sort comparator: names, as they are ordered in C. */
static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(strVal(lfirst(a)), strVal(lfirst(b)));
}

/* Raises 22023 with the nearest verb. */
static void
raise_unrecognized(const char *name, const OrmPath *place)
{
	Relation relation = table_open(ProcedureRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	List *verbs = NIL;
	const char **names;
	HeapTuple tuple;
	ListCell *cell;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		if (is_verb((Form_pg_proc) GETSTRUCT(tuple)))
			verbs = list_append_unique(verbs, makeString(pstrdup(NameStr(((Form_pg_proc) GETSTRUCT(tuple))->proname))));
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	list_sort(verbs, compare_names);
	names = palloc(sizeof(char *) * Max(list_length(verbs), 1));
	foreach(cell, verbs)
		names[foreach_current_index(cell)] = strVal(lfirst(cell));
	orm_members_raise_unrecognized("verb", name, place, names, list_length(verbs));
}

/* The arguments of a function, those behind the first "least" in brackets: model, object[, options] */
static char *
signature(HeapTuple tuple, int least)
{
	Oid *types;
	char **names;
	char *modes;
	int n = get_func_arg_info(tuple, &types, &names, &modes);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%s%s", i >= least ? "[" : "", i > 0 ? ", " : "", names[i]);
	for (int i = least; i < n; i++)
		appendStringInfoChar(&text, ']');
	return text.data;
}

/* Has the function an argument of type anyelement? */
static bool
has_key(Form_pg_proc form)
{
	for (int i = 0; i < form->pronargs; i++)
		if (form->proargtypes.values[i] == ANYELEMENTOID)
			return true;
	return false;
}

/* The functions of a name. */
typedef struct Candidates
{
	HeapTuple fitting; /* takes the number of arguments of the call; NULL: none */
	HeapTuple widest;  /* takes the most arguments; NULL: the name is no verb */
	int least;		   /* the smallest number of arguments that any of them takes */
} Candidates;

/* Looks at the functions of a name. */
static Candidates
look_at(const CatCList *list, int nargs)
{
	Candidates found = {.least = FUNC_MAX_ARGS};

	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple tuple = &list->members[i]->tuple;
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
		int least = form->pronargs - form->pronargdefaults;

		if (!is_verb(form))
			continue;
		found.least = Min(found.least, least);
		if (found.widest == NULL || form->pronargs > ((Form_pg_proc) GETSTRUCT(found.widest))->pronargs)
			found.widest = tuple;
		if (nargs >= least && nargs <= form->pronargs && (found.fitting == NULL || has_key(form)))
			found.fitting = tuple;
	}
	return found;
}

/* ---- Arguments ---- */

/* A string as a text. */
static Datum
read_text(OrmJson json, const OrmPath *place)
{
	if (orm_json_kind(json) != ORM_JSON_STRING && orm_json_kind(json) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(json, "a string", place);
	return CStringGetTextDatum(orm_json_string(json));
}

/* An array of strings as an array of texts. */
static Datum
read_texts(OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	Datum *elements;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(json, "an array of strings", place);
	elements = palloc(sizeof(Datum) * Max(json.node->count, 1));
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		elements[walk.index] = read_text(walk.value, &here);
	}
	return PointerGetDatum(construct_array(elements, json.node->count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Any JSON as a document. */
static Datum
read_document(OrmJson json, const OrmPath *place)
{
	int length;
	const char *source = orm_json_source(json, &length);

	return PointerGetDatum(orm_document_parse(source, length));
}

/* The function that reads arguments of a type; NULL: there is none. */
static ReadArgument
reader_of(Oid type)
{
	if (type == TEXTOID)
		return read_text;
	if (type == TEXTARRAYOID)
		return read_texts;
	if (type == ANYELEMENTOID || type == orm_registry_document_type())
		return read_document;
	return NULL;
}

/* Reads the given arguments. */
static void
read_arguments(OrmNamedCall *call, OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);

	orm_json_next(&walk); /* the name */
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);
		NullableDatum *argument = &call->arguments[walk.index - 1];

		argument->isnull = orm_json_kind(walk.value) == ORM_JSON_NULL;
		if (!argument->isnull)
			argument->value = reader_of(call->types[walk.index - 1])(walk.value, &here);
	}
}

/* Evaluates the defaults of the arguments from number n on. */
static void
add_defaults(OrmNamedCall *call, HeapTuple tuple, int n)
{
	bool isnull;
	Datum source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargdefaults, &isnull);
	List *defaults = isnull ? NIL : castNode(List, stringToNode(TextDatumGetCString(source)));

	for (int i = n; i < call->nargs; i++)
	{
		Expr *expression = list_nth(defaults, i - (call->nargs - list_length(defaults)));
		NullableDatum *argument = &call->arguments[i];

		argument->isnull = true;
		argument->value = orm_cast_run(expression, call->types[i], (Datum) 0, &argument->isnull);
	}
}

/* The call of a function, without its arguments. */
static OrmNamedCall *
make_call(HeapTuple tuple)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	OrmNamedCall *call = palloc0(sizeof(OrmNamedCall));

	call->function = form->oid;
	call->name = pstrdup(NameStr(form->proname));
	call->result = form->prorettype;
	call->nargs = form->pronargs;
	memcpy(call->types, form->proargtypes.values, sizeof(Oid) * form->pronargs);
	return call;
}

OrmNamedCall *
orm_named_read(OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	OrmPath first = orm_path_index(place, 0);
	int n = (int) json.node->count - 1;
	OrmNamedCall *call;
	Candidates found;
	CatCList *list;
	char *name;

	orm_json_next(&walk);
	name = orm_json_string(walk.value);
	list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	found = look_at(list, n);
	if (found.widest == NULL)
		raise_unrecognized(name, &first);
	if (found.fitting == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("wrong number of arguments for verb \"%s\": %d", name, n), orm_error_place(place),
				errhint("Its arguments are: %s.", signature(found.widest, found.least)));
	call = make_call(found.fitting);
	read_arguments(call, json, place);
	add_defaults(call, found.fitting, n);
	ReleaseSysCacheList(list);
	return call;
}

/* ---- Running ---- */

/* The call as an expression: functions with anyelement look in it for the type of the argument. */
static Node *
make_expression(const OrmNamedCall *call)
{
	List *arguments = NIL;

	for (int i = 0; i < call->nargs; i++)
	{
		Oid type = call->types[i] == ANYELEMENTOID ? orm_registry_document_type() : call->types[i];

		arguments = lappend(arguments, makeNullConst(type, -1, InvalidOid));
	}
	return (Node *) makeFuncExpr(call->function, call->result, arguments, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/* Appends a result. */
static void
write_result(StringInfo out, Oid type, Datum value, bool isnull)
{
	if (isnull || type == VOIDOID)
		orm_json_put(out, "null", 4);
	else
		orm_json_write_value(out, orm_type_make(type, -1, InvalidOid), value, false);
}

void
orm_named_run(const OrmNamedCall *call, StringInfo out)
{
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	FmgrInfo flinfo;
	Datum result;

	if (orm_function_aclcheck(call->function, GetUserId()) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, psprintf("orm.%s", call->name));
	InvokeFunctionExecuteHook(call->function);
	fmgr_info(call->function, &flinfo);
	fmgr_info_set_expr(make_expression(call), &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, call->nargs, InvalidOid, NULL, NULL);
	memcpy(fcinfo->args, call->arguments, sizeof(NullableDatum) * call->nargs);
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	result = FunctionCallInvoke(fcinfo);
	PopActiveSnapshot();
	write_result(out, call->result, result, fcinfo->isnull);
}
