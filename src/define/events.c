/*
 * events.c - event triggers for DDL that concerns models.
 *
 * CREATE OR REPLACE FUNCTION reads and replaces the old function before it calls
 * the validator, so two that replace one function would meet "tuple concurrently
 * updated" there.  Hence the lock of the model's name is taken before the
 * command begins; where this trigger does not fire, the validator takes it.
 *
 * DDL of other users must not fail because of the extension.
 * So the work runs in a subtransaction; an error undoes it and becomes a
 * WARNING.  Nothing is lost then: readers go by the catalogs and the bindings,
 * and the next DDL or orm.sync writes the names.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "accessor/accessor.h"
#include "base/body.h"
#include "define/concerned.h"
#include "define/events.h"
#include "define/guard.h"
#include "define/model_function.h"
#include "define/register.h"
#include "define/replan.h"
#include "define/scopes.h"
#include "exec/execute.h"
#include "exec/plan.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/table.h"
#include "query/named_scope.h"
#include "registry/binding.h"
#include "registry/proc.h"

/* Milliseconds that a DDL command of somebody's waits for a lock because of us. */
#define LONGEST_WAIT 2000

/* Is a statement of orm_events_create being run? */
static bool creating = false;

/* Do a model's functions name one of these relations? */
static bool
names_relation(const OrmRegistered *row, const List *relations)
{
	ListCell *cell;

	if (list_member_oid(relations, row->relid))
		return true;
	for (int i = 0; i < row->nrefs; i++)
		if (list_member_oid(relations, row->refs[i].relation))
			return true;
	foreach(cell, orm_register_declaration(row)->relationships)
		if (list_member_oid(relations, orm_follow_table(((OrmDeclaredRelationship *) lfirst(cell))->model, NULL)))
			return true;
	return false;
}

/* The relations that the present DDL command touched. */
static OrmOidQuery touched_relations = {
	.sql = "SELECT c.objid FROM pg_catalog.pg_event_trigger_ddl_commands() c"
		   " WHERE c.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass",
	.plan = NULL,
};

/* A name that a command has changed; "relations" have it now, or a column of it. */
typedef struct Renaming
{
	bool is_column;
	const char *old_name;
	const char *new_name;
} Renaming;

/* What follows a DDL command. */
typedef struct Following
{
	List *relations;	/* that were touched, or whose names were */
	bool all;			/* functions of any model may mean something else now */
	Renaming renaming;	/* old_name NULL: none */
	OrmRegistered *row; /* the model that is looked at */
} Following;

/* First the relations, and their inheritance children, */
static void
find_relations(void *argument)
{
	Following *following = argument;
	ListCell *cell;

	foreach(cell, orm_execute_oids(&touched_relations))
		following->relations = list_concat_unique_oid(following->relations,
													  find_all_inheritors(lfirst_oid(cell), NoLock, NULL));
}

/* Can a text have names that are not those of now?  One that is not bound can. */
static bool
may_be_outdated(const OrmRegistered *row, const Following *following)
{
	if (following->all || !row->bound || list_member_oid(following->relations, row->relid))
		return true;
	for (int i = 0; i < row->nrefs; i++)
		if (list_member_oid(following->relations, row->refs[i].relation))
			return true;
	return false;
}

/* The refs of a row that is not bound: the names of now, and the one that was another before. */
static void
bind_now(OrmRegistered *row, const OrmDeclaration *declaration, const Following *following)
{
	const Renaming *renaming = &following->renaming;
	ListCell *cell;

	orm_follow_bind(declaration, row);
	if (renaming->old_name == NULL)
		return;
	foreach(cell, following->relations)
	{
		Oid relation = lfirst_oid(cell);
		AttrNumber attnum = renaming->is_column ? get_attnum(relation, renaming->new_name) : 0;

		if (renaming->is_column ? attnum > 0 : strcmp(get_rel_name(relation), renaming->new_name) == 0)
			orm_follow_renamed(declaration, row, relation, attnum, renaming->old_name);
	}
}

/*
 * then, of one model, the names that its table and columns have now are written.
 */
static void
follow_names(void *argument)
{
	Following *following = argument;
	OrmRegistered *row;
	OrmDeclaration *before;

	orm_registry_lock_name(following->row->name);
	row = orm_registry_read(following->row->function);
	if (row == NULL || !row->mapped)
		return;
	before = orm_register_declaration_as_written(row);
	if (!row->bound)
		bind_now(row, before, following);
	if (orm_register_write_names(row, before, false))
		following->relations = list_append_unique_oid(following->relations, row->relid);
}

/*
 * Then the bodies of functions that name a relation that was touched.  Models
 * that have nothing to do with it are not opened: that would wait for locks on
 * their tables.  Types, operators and casts are anybody's.
 */
static void
follow_bodies(void *argument)
{
	const Following *following = argument;
	const OrmModel *model = following->all || names_relation(following->row, following->relations)
		? orm_cache_open_if_any(following->row->name, AccessShareLock)
		: NULL;

	if (model != NULL)
		orm_accessor_refresh_bodies(model);
}

/*
 * Who waits for a lock here has an exclusive one on his own table, and what he
 * waits for may be in the hands of somebody whom that table does not concern.
 * Returns the level of settings to go back to.
 */
static int
limit_waiting(void)
{
	int level = NewGUCNestLevel();

	if (LockTimeout == 0 || LockTimeout > LONGEST_WAIT)
		(void) set_config_option("lock_timeout", psprintf("%d", LONGEST_WAIT), PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* What the names and operators in a body mean can change by these, of ALTER TABLE. */
static bool
changes_meaning(const AlterTableStmt *statement)
{
	ListCell *cell;

	foreach(cell, statement->cmds)
		switch (((AlterTableCmd *) lfirst(cell))->subtype)
		{
			case AT_AlterColumnType:
			case AT_AddConstraint:
			case AT_AddIndexConstraint:
			case AT_DropConstraint:
			case AT_AddColumn: /* by which scopes and marks come into force */
			case AT_DropColumn:
			case AT_AddOf:
			case AT_DropOf:
				return true;
			default:
				break;
		}
	return false;
}

/* What a command may have changed. */
typedef enum Reach
{
	REACHES_NOTHING,
	REACHES_RELATIONS, /* the relations that the server reports as touched */
	REACHES_ALL		   /* what any body means */
} Reach;

/* What may have got another name by a command of this kind. */
static Reach
reach_of_object(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
		case OBJECT_COLUMN:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_TABCONSTRAINT:
			return REACHES_RELATIONS;
		case OBJECT_INDEX:
		case OBJECT_SEQUENCE:
		case OBJECT_TRIGGER:
		case OBJECT_RULE:
		case OBJECT_POLICY:
			return REACHES_NOTHING;
		default:
			return REACHES_ALL;
	}
}

/* What a command reaches. */
static Reach
reach_of(Node *statement)
{
	if (IsA(statement, RenameStmt))
		return reach_of_object(((RenameStmt *) statement)->renameType);
	if (IsA(statement, AlterObjectSchemaStmt))
		return reach_of_object(((AlterObjectSchemaStmt *) statement)->objectType);
	if (!IsA(statement, AlterTableStmt))
		return REACHES_ALL;
	if (((AlterTableStmt *) statement)->objtype == OBJECT_TYPE)
		return REACHES_ALL;
	return changes_meaning((AlterTableStmt *) statement) ? REACHES_RELATIONS : REACHES_NOTHING;
}

/* The name that a command has changed. */
static Renaming
renaming_of(Node *statement)
{
	Renaming renaming = {0};
	RenameStmt *rename = (RenameStmt *) statement;

	if (!IsA(statement, RenameStmt))
		return renaming;
	renaming.is_column = rename->renameType == OBJECT_COLUMN;
	renaming.old_name = renaming.is_column ? rename->subname : rename->relation ? rename->relation->relname : NULL;
	renaming.new_name = rename->newname;
	return renaming;
}

/* The models that are looked at. */
static List *
concerned_rows(const Following *following)
{
	return following->all ? orm_registry_all() : orm_concerned_by(following->relations);
}

/* Names, then bodies. */
static void
follow(Following *following)
{
	List *rows = concerned_rows(following);
	int level;
	ListCell *cell;

	if (rows == NIL)
		return;
	level = limit_waiting();
	foreach(cell, rows)
	{
		following->row = lfirst(cell);
		if (following->row->mapped && may_be_outdated(following->row, following))
			orm_guard_run(follow_names, following,
						  psprintf("orm could not follow a change of the table of model \"%s\"", following->row->name));
	}
	foreach(cell, concerned_rows(following))
	{
		following->row = lfirst(cell);
		if (following->row->mapped)
			orm_guard_run(follow_bodies, following,
						  psprintf("orm could not update the functions of model \"%s\"", following->row->name));
	}
	AtEOXact_GUC(true, level);
}

/* The owner of a table that has another one now gets its models, where the one who gave it may. */
static void
follow_owner(void *argument)
{
	OrmRegistered *row = ((Following *) argument)->row;
	Oid owner = orm_registry_table_owner(row->relid);

	if (row->owner == owner)
		return;
	if (orm_registry_may_declare(owner, row->by_map) && has_privs_of_role(GetUserId(), row->owner) &&
		is_member_of_role(GetUserId(), owner))
	{
		orm_proc_set_owner(row->function, owner);
		orm_model_function_announce(row->relid);
	}
	else if (row->standing != ORM_STANDING_GOOD)
		ereport(WARNING, errcode(ERRCODE_WARNING), errmsg("model \"%s\" is not in force any more", row->name),
				errdetail("Its table belongs to role \"%s\", and its function %s to role \"%s\".",
						  GetUserNameFromId(owner, false), orm_registry_function_name(row->function),
						  GetUserNameFromId(row->owner, false)),
				errhint("Grant EXECUTE on %s to role \"%s\", and give it the function.",
						row->by_map ? "orm.map" : "orm.model", GetUserNameFromId(owner, false)));
}

/* Has a command given a table to somebody? */
static bool
changes_owner(Node *statement)
{
	ListCell *cell;

	if (!IsA(statement, AlterTableStmt))
		return false;
	foreach(cell, ((AlterTableStmt *) statement)->cmds)
		if (((AlterTableCmd *) lfirst(cell))->subtype == AT_ChangeOwner)
			return true;
	return false;
}

/* Owners of functions follow those of tables. */
static void
follow_owners(Following *following)
{
	ListCell *cell;
	ListCell *inner;

	foreach(cell, following->relations)
		foreach(inner, orm_registry_tied(lfirst_oid(cell)))
		{
			following->row = lfirst(inner);
			orm_guard_run(follow_owner, following,
						  psprintf("orm could not follow the owner of model \"%s\"", following->row->name));
		}
}

/* A function depends on its table as soon as that is there, and so does what a dump does not keep of accessors. */
static void
tie_table(void *argument)
{
	Following *following = argument;

	orm_proc_tie_model(following->row->function, following->row->relid);
	orm_model_function_announce(following->row->relid);
}

/* Tables that models have waited for. */
static void
follow_new_tables(Following *following)
{
	ListCell *cell;
	ListCell *inner;

	foreach(cell, following->relations)
		foreach(inner, orm_registry_is_table(lfirst_oid(cell)) ? orm_concerned_untied(lfirst_oid(cell)) : NIL)
		{
			following->row = lfirst(inner);
			orm_guard_run(tie_table, following,
						  psprintf("orm could not follow the table of model \"%s\"", following->row->name));
		}
}

/* The model that the body of a function of our language with that verb is about, or NULL. */
static char *
model_of_function(const CreateFunctionStmt *statement, const char *wanted)
{
	const char *language = NULL;
	const char *body = NULL;
	char *verb;
	char *model;
	const char *rest;
	ListCell *cell;

	foreach(cell, statement->options)
	{
		const DefElem *option = lfirst(cell);

		if (strcmp(option->defname, "language") == 0)
			language = strVal(option->arg);
		else if (strcmp(option->defname, "as") == 0)
			body = strVal(linitial((List *) option->arg));
	}
	if (language == NULL || body == NULL || strcmp(language, "orm") != 0)
		return NULL;
	return orm_body_split(body, &verb, &model, &rest) && strcmp(verb, wanted) == 0 ? model : NULL;
}

/* Binds a model, and marks what a dump does not keep of its accessors. */
static void
complete_model(void *argument)
{
	OrmRegistered *row = orm_registry_find(argument);
	const OrmModel *model;
	ListCell *cell;

	if (row == NULL || !row->mapped)
		return;
	if (!row->bound)
	{
		orm_follow_bind(orm_register_declaration(row), row);
		orm_binding_write(row, row->text);
	}
	model = orm_cache_open_if_any(row->name, AccessShareLock);
	foreach(cell, model != NULL ? orm_accessor_existing(model) : NIL)
		orm_accessor_mark(model, lfirst_oid(cell));
	if (model != NULL && orm_named_scope_any(model))
		orm_scopes_refresh_bodies(model);
}

/* A function that was created, by hand or in a restore. */
static void
follow_function(const CreateFunctionStmt *statement)
{
	char *model = model_of_function(statement, "model");

	if (model == NULL)
		model = model_of_function(statement, "delete");
	if (model != NULL)
		orm_guard_run(complete_model, model, psprintf("orm could not complete model \"%s\"", model));
}

/* The functions that the present DDL command touched. */
static OrmOidQuery touched_functions = {
	.sql = "SELECT c.objid FROM pg_catalog.pg_event_trigger_ddl_commands() c"
		   " WHERE c.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass",
	.plan = NULL,
};

/* A model function in another schema: its text says where the table is that an unqualified name meant. */
static void
follow_moved_functions(void *argument)
{
	ListCell *cell;

	foreach(cell, orm_execute_oids(&touched_functions))
	{
		OrmRegistered *row = orm_registry_read(lfirst_oid(cell));

		if (row == NULL || !row->mapped)
			continue;
		orm_registry_lock_name(row->name);
		orm_register_write_names(row, orm_register_declaration_as_written(row), true);
	}
}

static bool
is_function(ObjectType type)
{
	return type == OBJECT_FUNCTION || type == OBJECT_ROUTINE;
}

/* Does a command alter a function? */
static bool
alters_function(Node *statement)
{
	return IsA(statement, AlterFunctionStmt) || IsA(statement, AlterOwnerStmt) ||
		(IsA(statement, RenameStmt) && is_function(((RenameStmt *) statement)->renameType)) ||
		(IsA(statement, AlterObjectSchemaStmt) && is_function(((AlterObjectSchemaStmt *) statement)->objectType));
}

/* Does a command make tables or views? */
static bool
makes_tables(Node *statement)
{
	return IsA(statement, CreateStmt) || IsA(statement, CreateTableAsStmt) || IsA(statement, CreateForeignTableStmt) ||
		IsA(statement, ViewStmt) || IsA(statement, ImportForeignSchemaStmt) || IsA(statement, SelectStmt);
}

/* Statements that were prepared with rows of the relations; see replan.c. */
static void
replan_functions(void *argument)
{
	orm_replan_functions(((const Following *) argument)->relations);
}

/* What follows a command on relations, or on what their columns and functions use. */
static void
follow_relations(Node *statement)
{
	Reach reach = makes_tables(statement) ? REACHES_NOTHING : reach_of(statement);
	Following following = {.all = reach == REACHES_ALL, .renaming = renaming_of(statement)};

	if (creating)
		find_relations(&following);
	else if (!orm_guard_run(find_relations, &following, "orm could not follow a change of a table"))
		return;
	if (makes_tables(statement))
		follow_new_tables(&following);
	if (reach != REACHES_NOTHING)
		follow(&following);
	if (changes_owner(statement))
		follow_owners(&following);
	if (IsA(statement, AlterTableStmt))
		orm_guard_run(replan_functions, &following, "statements prepared before this have to be prepared again");
}

void
orm_events_precede_ddl(Node *statement)
{
	char *model;

	if (creating_extension || !IsA(statement, CreateFunctionStmt))
		return;
	model = model_of_function((CreateFunctionStmt *) statement, "model");
	if (model == NULL)
		model = model_of_function((CreateFunctionStmt *) statement, "mixin");
	if (model == NULL || !orm_registry_is_installed())
		return;
	if (orm_registry_may_declare(GetUserId(), false) || orm_registry_may_declare(GetUserId(), true))
		orm_registry_lock_name(model);
}

void
orm_events_follow_ddl(Node *statement)
{
	/* what an extension's script does is followed when the extension is there */
	if (creating_extension || !orm_registry_is_installed())
		return;
	if (IsA(statement, CreateFunctionStmt))
	{
		if (!creating)
			follow_function((CreateFunctionStmt *) statement);
	}
	else if (alters_function(statement))
	{
		if (IsA(statement, AlterObjectSchemaStmt))
			orm_guard_run(follow_moved_functions, NULL, "orm could not follow the schema of a function");
	}
	else
		follow_relations(statement);
}

void
orm_events_create(const char *sql)
{
	bool outer = creating;

	creating = true;
	PG_TRY();
	{
		orm_execute_statement(sql);
	}
	PG_FINALLY();
	{
		creating = outer;
	}
	PG_END_TRY();
}
