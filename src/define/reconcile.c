/*
 * reconcile.c - bringing the existing accessors in line with a model.
 *
 * A function whose arguments change cannot be replaced: CREATE OR REPLACE with
 * one argument more would make a second one beside it, and short calls of both
 * would be "not unique".  So it is dropped and made again, and what its owner
 * and others had set on it (privileges, comment) is put back.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "accessor/accessor.h"
#include "base/names.h"
#include "base/sql.h"
#include "define/events.h"
#include "define/owner.h"
#include "define/reconcile.h"
#include "define/report.h"
#include "exec/execute.h"
#include "exec/plan.h"
#include "model/cache.h"
#include "registry/proc.h"

/* What a dropped function leaves to the one that takes its place. */
typedef struct Legacy
{
	char *name;
	Acl *acl; /* NULL: the default */
	char *comment;
} Legacy;

/* Remembers what has been set on a function; NULL when it is gone. */
static Legacy *
read_legacy(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Legacy *legacy;
	Datum acl;
	bool isnull;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	legacy = palloc0(sizeof(Legacy));
	legacy->name = pstrdup(NameStr(((Form_pg_proc) GETSTRUCT(tuple))->proname));
	acl = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &isnull);
	legacy->acl = isnull ? NULL : DatumGetAclPCopy(acl);
	legacy->comment = GetComment(function, ProcedureRelationId, 0);
	ReleaseSysCache(tuple);
	return legacy;
}

/* Runs a statement about a function: prefix, the function, suffix. */
static void
run_on_function(const char *prefix, Oid function, const char *suffix)
{
	orm_execute_statement(psprintf("%s %s %s", prefix, format_procedure_qualified(function), suffix));
}

/* A role as GRANT wants it. */
static char *
grantee_text(Oid role)
{
	StringInfoData text;

	if (role == ACL_ID_PUBLIC)
		return "PUBLIC";
	initStringInfo(&text);
	orm_sql_name(&text, GetUserNameFromId(role, false));
	return text.data;
}

/* Sets the comment of a new function; COMMENT ON FUNCTION would hold a lock on it, and a model has nine. */
static void
set_comment(Oid function, const char *comment)
{
	CreateComments(function, ProcedureRelationId, 0, comment);
	CommandCounterIncrement();
}

/* Gives a new function the privileges that the old one had. */
static void
restore_privileges(Oid function, const Legacy *legacy, Oid owner)
{
	AclItem *items = legacy->acl ? ACL_DAT(legacy->acl) : NULL;

	if (items == NULL)
		return;
	run_on_function("REVOKE ALL ON FUNCTION", function, "FROM PUBLIC");
	for (int i = 0; i < ACL_NUM(legacy->acl); i++)
	{
		if (items[i].ai_grantee == owner || !(ACLITEM_GET_PRIVS(items[i]) & ACL_EXECUTE))
			continue;
		run_on_function("GRANT EXECUTE ON FUNCTION", function,
						psprintf("TO %s%s", grantee_text(items[i].ai_grantee),
								 ACLITEM_GET_GOPTIONS(items[i]) & ACL_EXECUTE ? " WITH GRANT OPTION" : ""));
	}
}

/* Puts back what was set on the function that this one takes the place of. */
static void
restore_legacy(Oid function, List *legacies, const char *name, Oid owner)
{
	ListCell *cell;

	foreach(cell, legacies)
	{
		Legacy *legacy = lfirst(cell);

		if (strcmp(legacy->name, name) != 0)
			continue;
		restore_privileges(function, legacy, owner);
		if (legacy->comment != NULL)
			set_comment(function, legacy->comment);
		return;
	}
}

/* Makes one accessor. */
static void
make_accessor(const OrmModel *model, const OrmAccessor *accessor, List *legacies, List **changes)
{
	Oid function;
	bool replaces = false;
	ListCell *cell;

	orm_events_create(accessor->create);

	/* LookupFuncName would go through the functions of this name of all models */
	function = orm_proc_exact(get_namespace_oid(accessor->schema, false), accessor->name, accessor->nargs,
							  accessor->argument_types);
	if (!OidIsValid(function))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function %s does not exist", accessor->signature));
	orm_accessor_mark(model, function);
	set_comment(function, accessor->purpose);
	restore_legacy(function, legacies, accessor->name, model->owner);
	foreach(cell, legacies)
		replaces = replaces || strcmp(((Legacy *) lfirst(cell))->name, accessor->name) == 0;
	orm_report_add(changes, model->name, replaces ? "replaced" : "created", "function", format_procedure(function));
}

/* Is this existing function wanted as it is? */
static bool
is_wanted(Oid function, List *wanted)
{
	ListCell *cell;

	foreach(cell, wanted)
	{
		OrmAccessor *accessor = lfirst(cell);

		if (accessor->existing == function && accessor->same)
			return true;
	}
	return false;
}

/* Will a function of that name be made? */
static bool
will_be_made(const char *name, List *wanted)
{
	ListCell *cell;

	foreach(cell, wanted)
		if (strcmp(((OrmAccessor *) lfirst(cell))->name, name) == 0)
			return true;
	return false;
}

/* Drops a function. */
static void
drop_function(const char *model, Oid function, bool report, List **changes)
{
	char *name = format_procedure(function);

	run_on_function("DROP FUNCTION", function, "");
	if (report)
		orm_report_add(changes, model, "dropped", "function", name);
}

/* Drops the accessors that are not wanted as they are; returns what was set on them. */
static List *
drop_unwanted(const OrmModel *model, List *wanted, List **changes)
{
	List *legacies = NIL;
	ListCell *cell;

	foreach(cell, orm_accessor_existing(model))
	{
		Legacy *legacy = is_wanted(lfirst_oid(cell), wanted) ? NULL : read_legacy(lfirst_oid(cell));

		if (legacy == NULL)
			continue;
		legacies = lappend(legacies, legacy);
		drop_function(model->name, lfirst_oid(cell), !will_be_made(legacy->name, wanted), changes);
	}
	return legacies;
}

/* Has one of these functions the name? */
static bool
has_name(List *functions, const char *name)
{
	ListCell *cell;

	foreach(cell, functions)
	{
		char *other = get_func_name(lfirst_oid(cell));

		if (other != NULL && strcmp(other, name) == 0)
			return true;
	}
	return false;
}

/* The accessors of which there is none, with whatever arguments: a second one would make calls ambiguous. */
static List *
missing_accessors(const OrmModel *model)
{
	List *existing = orm_accessor_existing(model);
	List *missing = NIL;
	ListCell *cell;

	foreach(cell, orm_accessor_wanted(model, false))
		if (!has_name(existing, ((OrmAccessor *) lfirst(cell))->name))
			missing = lappend(missing, lfirst(cell));
	return missing;
}

/* The states of a model's accessors, in a memory context of its own: it is asked of many models. */
static int
states_of(const OrmModel *model)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm accessors", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	int states = orm_accessor_states(model);

	if (states & ORM_ACCESSORS_BARRED)
		(void) orm_accessor_wanted(model, false); /* raises */
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return states;
}

bool
orm_reconcile_is_complete(const OrmModel *model)
{
	return !(states_of(model) & ORM_ACCESSORS_MISSING);
}

bool
orm_reconcile_is_settled(const OrmModel *model)
{
	return states_of(model) == 0;
}

/* Makes the accessors that are missing. */
static void
make_missing(const OrmModel *model, List **changes)
{
	ListCell *cell;

	foreach(cell, missing_accessors(model))
		make_accessor(model, lfirst(cell), NIL, changes);
}

/* Makes the accessors what they should be. */
static void
make_anew(const OrmModel *model, List **changes)
{
	List *wanted = orm_accessor_wanted(model, true);
	List *legacies = drop_unwanted(model, wanted, changes);
	ListCell *cell;

	foreach(cell, wanted)
	{
		OrmAccessor *accessor = lfirst(cell);

		if (!OidIsValid(accessor->existing) || !accessor->same)
			make_accessor(model, accessor, legacies, changes);
	}
}

void
orm_reconcile_accessors(const OrmModel *model, bool only_missing, List **changes)
{
	OrmIdentity identity = orm_owner_begin(model->owner);

	if (only_missing)
		make_missing(model, changes);
	else
		make_anew(model, changes);
	orm_owner_end(identity);
}

/* Would a function of a model, by its name, also be one under another declaration? */
static bool
keeps_name(const OrmModel *model, const OrmDeclaration *now, const char *function)
{
	const OrmDeclaration *before = model->declaration;

	if (!orm_name_is_same(before->accessor_schema, now->accessor_schema))
		return false;
	if (orm_declaration_relationship(before, function) != NULL)
		return orm_declaration_relationship(now, function) != NULL;
	return orm_name_is_same(before->prefix, now->prefix);
}

void
orm_reconcile_drop_stale(const OrmModel *model, const OrmDeclaration *now, List **changes)
{
	OrmIdentity identity = orm_owner_begin(model->owner);
	ListCell *cell;

	foreach(cell, orm_accessor_existing(model))
		if (!keeps_name(model, now, get_func_name(lfirst_oid(cell))))
			drop_function(model->name, lfirst_oid(cell), true, changes);
	orm_owner_end(identity);
}

/* Does a relationship function of another model lead to this one? */
static bool
leads_here(const OrmModel *other, Oid function, const OrmModel *model, bool table_goes)
{
	const OrmRelationship *relationship = orm_model_relationship(other, get_func_name(function));

	return relationship != NULL && list_member_oid(orm_accessor_existing(other), function) &&
		(table_goes || strcmp(relationship->target, model->name) == 0);
}

/* Drops a function that returns rows of a model if it is a relationship function of another one. */
static void
drop_leading_here(Oid function, const OrmModel *model, bool table_goes, List **changes)
{
	Oid table = orm_proc_table_of_argument(function, model->row_type);
	ListCell *cell;

	foreach(cell, OidIsValid(table) ? orm_registry_tied(table) : NIL)
	{
		const char *name = ((OrmRegistered *) lfirst(cell))->name;
		const OrmModel *other = strcmp(name, model->name) != 0 ? orm_cache_open_if_any(name, AccessShareLock) : NULL;
		OrmIdentity identity;

		if (other == NULL || !leads_here(other, function, model, table_goes))
			continue;
		identity = orm_owner_begin(other->owner);
		drop_function(other->name, function, true, changes);
		orm_owner_end(identity);
		return;
	}
}

void
orm_reconcile_drop(const OrmModel *model, bool table_goes, List **changes)
{
	OrmIdentity identity = orm_owner_begin(model->owner);
	ListCell *cell;

	foreach(cell, orm_accessor_existing(model))
		drop_function(model->name, lfirst_oid(cell), true, changes);
	orm_owner_end(identity);

	/* the server knows which functions return rows of a type, so other models need not be opened */
	foreach(cell, orm_proc_depending_on(TypeRelationId, model->row_type, DEPENDENCY_NORMAL))
	{
		CHECK_FOR_INTERRUPTS();
		drop_leading_here(lfirst_oid(cell), model, table_goes, changes);
	}
}
