/*
 * online.c - see online.h.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "define/online.h"
#include "define/register.h"
#include "model/canonical.h"

/* Raises 42501 unless the current user has the privileges of a role. */
static void
check_role(Oid owner, const char *model)
{
	if (!has_privs_of_role(GetUserId(), owner))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of model \"%s\"", model),
				errdetail("It belongs to role \"%s\".", GetUserNameFromId(owner, false)));
}

bool
orm_online_is_current(const OrmHistory *history)
{
	List *declarations = NIL;
	ListCell *cell;

	foreach(cell, history->models)
	{
		OrmRegistered *row = orm_registry_find(lfirst(cell));

		if (row != NULL)
			declarations = lappend(declarations, orm_register_declaration(row));
	}
	return strcmp(orm_canonical_hash(declarations), history->hash_after) == 0;
}

/* Raises 42501 for a model of others, and 55000 for one that is declared otherwise than the plan says. */
static void
check_models(const OrmHistory *history)
{
	ListCell *cell;

	foreach(cell, history->models)
	{
		OrmRegistered *row = orm_registry_find(lfirst(cell));

		if (row != NULL)
			check_role(orm_registry_owner(row), row->name);
	}
	if (!orm_online_is_current(history))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("models have been declared again since migration " INT64_FORMAT " was planned", history->id),
				errhint("Plan it again: SELECT * FROM orm.migrate('{\"online\": true}')."));
}

/* Raises 55000 for steps that a dump has brought. */
static void
check_steps(int64 id, const List *steps)
{
	ListCell *cell;

	foreach(cell, steps)
		if (strcmp(((OrmMigrationStep *) lfirst(cell))->state, ORM_STEP_RESTORED) == 0)
			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("migration " INT64_FORMAT " comes from a dump, and is not run", id),
					errhint("Plan it again: SELECT * FROM orm.migrate('{\"online\": true}')."));
}

OrmHistory *
orm_online_check(int64 id)
{
	OrmHistory *history = orm_history_find(id);
	List *steps = orm_migration_step_all(id);

	if (history == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("migration " INT64_FORMAT " does not exist", id),
				errhint("Table orm.migration lists them."));
	if (strcmp(history->state, ORM_HISTORY_DONE) == 0 && steps != NIL)
		return NULL;
	if (strcmp(history->state, ORM_HISTORY_PLANNED) != 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("migration " INT64_FORMAT " is not planned", id),
				errdetail("Its state is \"%s\".", history->state),
				errhint("Plan one: SELECT * FROM orm.migrate('{\"online\": true}')."));
	check_steps(id, steps);
	check_models(history);
	return history;
}

OrmOnline *
orm_online_open(int64 id, bool session)
{
	OrmHistory *history;
	OrmOnline *plan;

	orm_registry_check_writable();
	history = orm_online_check(id);
	if (history == NULL)
		return NULL;
	(void) orm_migrate_lock_hold(history->models, false);
	history = orm_online_check(id); /* it may have been run, or given up, before the locks were there */
	if (history == NULL)
		return NULL;
	plan = palloc0(sizeof(OrmOnline));
	plan->id = id;
	plan->models = history->models;
	plan->held = orm_migrate_lock_hold(history->models, session);
	return plan;
}

void
orm_online_close(OrmOnline *plan)
{
	orm_migrate_lock_release(plan->held);
}

OrmMigrationStep *
orm_online_next(int64 id, int *n)
{
	List *steps = orm_migration_step_all(id);
	ListCell *cell;

	*n = list_length(steps);
	foreach(cell, steps)
		if (strcmp(((OrmMigrationStep *) lfirst(cell))->state, ORM_STEP_DONE) != 0)
			return lfirst(cell);
	return NULL;
}

Oid
orm_online_relation(const OrmMigrationStep *step)
{
	if (step->table == NULL)
		return InvalidOid;
	return RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(step->table))), NoLock,
							true);
}

Oid
orm_online_owner(const OrmMigrationStep *step)
{
	Oid relid = orm_online_relation(step);
	OrmRegistered *row = orm_registry_find(step->model);
	Oid owner = OidIsValid(relid) ? orm_registry_table_owner(relid)
		: row != NULL			  ? orm_registry_owner(row)
								  : InvalidOid;

	if (!OidIsValid(owner))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("model \"%s\" does not exist", step->model));
	check_role(owner, step->model);
	return owner;
}

void
orm_online_set_timeout(const OrmMigrationStep *step)
{
	(void) set_config_option("lock_timeout", psprintf("%d", step->lock_timeout), PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_LOCAL, true, 0, false);
}
