/*
 * mixin_function.c - see mixin_function.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "registry/mixin_function.h"
#include "registry/model_text.h"
#include "registry/proc.h"
#include "registry/registry.h"

/* A function of our language as a mixin; NULL: it is none. */
static OrmMixin *
read_tuple(HeapTuple tuple, Oid language)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	OrmMixin *mixin;
	Datum source;
	bool isnull;
	char *body;
	char *name;
	const char *document;

	if (form->prolang != language || form->pronargs != 0 || form->prorettype != JSONOID || form->proretset)
		return NULL;
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	body = isnull ? NULL : TextDatumGetCString(source);
	if (body == NULL || !orm_model_text_split_mixin(body, &name, &document))
		return NULL;
	mixin = palloc0(sizeof(OrmMixin));
	mixin->function = form->oid;
	mixin->schema = form->pronamespace;
	mixin->owner = form->proowner;
	mixin->name = name;
	mixin->text = body;
	mixin->document = orm_model_text_document("mixin", name, document);
	return mixin;
}

OrmMixin *
orm_mixin_function_read(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	OrmMixin *mixin;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	mixin = read_tuple(tuple, get_language_oid("orm", true));
	ReleaseSysCache(tuple);
	return mixin;
}

bool
orm_mixin_function_is_well_named(const OrmMixin *mixin)
{
	char *names[ORM_MODEL_FUNCTION_NAMES];
	char *called = get_func_name(mixin->function);

	orm_model_text_mixin_functions(mixin->name, names);
	return called != NULL && !isAnyTempNamespace(mixin->schema) &&
		(strcmp(called, names[0]) == 0 || strcmp(called, names[1]) == 0);
}

bool
orm_mixin_function_may_declare(Oid role)
{
	Oid types[2] = {TEXTOID, get_array_type(orm_registry_document_type())};
	Oid function = orm_proc_exact(orm_registry_schema(), "mixin", 2, types);

	return OidIsValid(function) && orm_function_aclcheck(function, role) == ACLCHECK_OK;
}

/* Does a function count as that of its mixin? */
static bool
counts(const OrmMixin *mixin)
{
	return orm_mixin_function_is_well_named(mixin) && orm_mixin_function_may_declare(mixin->owner);
}

/* The functions that are called as a mixin's would be and name it, all or the ones that count (List of OrmMixin *). */
static List *
read_candidates(const char *name, bool all)
{
	Oid language = get_language_oid("orm", true);
	char *names[ORM_MODEL_FUNCTION_NAMES];
	List *mixins = NIL;

	orm_model_text_mixin_functions(name, names);
	for (int n = 0; n < ORM_MODEL_FUNCTION_NAMES; n++)
	{
		ListCell *cell;

		if (n > 0 && strcmp(names[n], names[n - 1]) == 0)
			continue;
		foreach(cell, orm_proc_named(names[n], InvalidOid))
		{
			OrmMixin *mixin = read_tuple(lfirst(cell), language);

			if (mixin != NULL && strcmp(mixin->name, name) == 0 &&
				(all ? orm_mixin_function_is_well_named(mixin) : counts(mixin)))
				mixins = lappend(mixins, mixin);
		}
	}
	return mixins;
}

OrmMixin *
orm_mixin_function_find(const char *name)
{
	List *mixins = read_candidates(name, false);

	if (list_length(mixins) > 1)
		ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_FUNCTION), errmsg("mixin \"%s\" is not unique", name),
				errdetail("Functions %s and %s both declare it.",
						  orm_registry_function_name(((OrmMixin *) linitial(mixins))->function),
						  orm_registry_function_name(((OrmMixin *) lsecond(mixins))->function)),
				errhint("Drop one of them."));
	return mixins != NIL ? linitial(mixins) : NULL;
}

OrmMixin *
orm_mixin_function_find_any(const char *name)
{
	List *mixins = read_candidates(name, false);

	if (mixins == NIL)
		mixins = read_candidates(name, true);
	return mixins != NIL ? linitial(mixins) : NULL;
}

Oid
orm_mixin_function_other(const char *name, Oid function)
{
	ListCell *cell;

	foreach(cell, read_candidates(name, false))
		if (((OrmMixin *) lfirst(cell))->function != function)
			return ((OrmMixin *) lfirst(cell))->function;
	return InvalidOid;
}

static int
compare_mixins(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmMixin *) lfirst(a))->name, ((OrmMixin *) lfirst(b))->name);
}

List *
orm_mixin_function_all(void)
{
	Oid language = get_language_oid("orm", true);
	Relation procedures = table_open(ProcedureRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(procedures, InvalidOid, false, NULL, 0, NULL);
	List *found = NIL;
	List *mixins = NIL;
	HeapTuple tuple;
	ListCell *cell;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		OrmMixin *mixin = read_tuple(tuple, language);

		CHECK_FOR_INTERRUPTS();
		if (mixin != NULL)
			found = lappend(found, mixin);
	}
	systable_endscan(scan);
	table_close(procedures, AccessShareLock);
	foreach(cell, found)
		if (counts(lfirst(cell)))
			mixins = lappend(mixins, lfirst(cell));
	list_sort(mixins, compare_mixins);
	return mixins;
}
