/*
 * events.c - event triggers for DDL on mapped tables, and restoring dumps.
 *
 * DDL of other users must not fail because of the extension.
 * So the work runs in a subtransaction; an error undoes it and becomes a
 * WARNING.  Nothing is lost then: readers go by the bindings, and the next DDL
 * or orm.sync writes the names.  What a rename of a mapped table does wait for
 * is the lock of the registry, which only definers hold.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "accessor/accessor.h"
#include "base/compat.h"
#include "define/events.h"
#include "define/guard.h"
#include "define/register.h"
#include "exec/execute.h"
#include "exec/plan.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/table.h"

/* Milliseconds that a DDL command of somebody's waits for a lock because of us. */
#define LONGEST_WAIT 2000

/* Are the columns bound as they should be? */
static bool
same_refs(const OrmRegistered *a, const OrmRegistered *b)
{
	if (a->nrefs != b->nrefs)
		return false;
	for (int i = 0; i < a->nrefs; i++)
		if (a->refs[i].relation != b->refs[i].relation || a->refs[i].attnum != b->refs[i].attnum ||
			strcmp(a->refs[i].name, b->refs[i].name) != 0)
			return false;
	return true;
}

/* Does a row say something else than the catalogs say now? */
static bool
is_outdated(const OrmRegistered *row)
{
	OrmDeclaration *declaration = orm_register_declaration(row);
	OrmRegistered now = *row;

	orm_follow_bind(declaration, &now);
	return row->schema == NULL || strcmp(declaration->schema, row->schema) != 0 ||
		strcmp(declaration->relation, row->relation) != 0 ||
		strcmp(orm_declaration_print(declaration), row->document) != 0 || !same_refs(row, &now);
}

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

/* The models that the registry has under names that are not those of now (List of OrmRegistered *). */
static List *
outdated_rows(void)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);

		if (row->mapped && is_outdated(row))
			rows = lappend(rows, row);
	}
	return rows;
}

/* The relations that the present DDL command touched, and their inheritance children. */
static const char *const touched_relations =
	"WITH RECURSIVE touched (relation) AS ("
	"SELECT c.objid FROM pg_catalog.pg_event_trigger_ddl_commands() c"
	" WHERE c.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
	" UNION SELECT i.inhrelid FROM touched t"
	" JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) t.relation)"
	" SELECT t.relation FROM touched t";

/* What follows a DDL command. */
typedef struct Following
{
	List *relations;	/* that were touched, or whose names were */
	bool outdated;		/* the registry has names that are not those of now */
	bool all;			/* functions of any model may mean something else now */
	OrmRegistered *row; /* the model whose functions are looked at */
} Following;

/* First the registry is looked at, */
static void
find_names(void *argument)
{
	Following *following = argument;

	following->relations = orm_execute_oids(touched_relations);
	following->outdated = outdated_rows() != NIL;
}

/* and, locked, the names that tables and columns have now are written. */
static void
write_names(void *argument)
{
	Following *following = argument;
	ListCell *cell;

	foreach(cell, outdated_rows())
	{
		OrmRegistered *row = lfirst(cell);

		orm_register_mapped(row, orm_register_declaration(row), row->relid);
		following->relations = lappend_oid(following->relations, row->relid);
	}
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

/* Names, then bodies. */
static void
follow(Reach reach)
{
	static const char *const names = "orm could not follow a change of a mapped table";
	Following following = {.all = reach == REACHES_ALL};
	int level;
	ListCell *cell;

	if (!OidIsValid(orm_registry_relid()) || orm_registry_all() == NIL)
		return;
	orm_guard_run(find_names, &following, names);
	if (following.outdated)
	{
		/* not guarded: who renames waits as for any lock, and what cannot be written down does not happen */
		orm_registry_lock();
		orm_guard_run(write_names, &following, names);
	}
	level = limit_waiting();
	foreach(cell, orm_registry_all())
	{
		following.row = lfirst(cell);
		if (following.row->mapped)
			orm_guard_run(follow_bodies, &following,
						  psprintf("orm could not update the functions of model \"%s\"", following.row->name));
	}
	AtEOXact_GUC(true, level);
}

void
orm_events_follow_ddl(Node *statement)
{
	Reach reach = reach_of(statement);

	/* what an extension's script does is followed when the extension is there */
	if (!creating_extension && reach != REACHES_NOTHING)
		follow(reach);
}

/* A row of a restore on its way in. */
typedef struct Restore
{
	OrmRegistered *row;
	const char *problem; /* why it cannot be placed */
} Restore;

/* Who a restored declaration belongs to: as written if the restorer may act as that role, else the restorer. */
static void
set_owner(OrmRegistered *row)
{
	row->declarer = get_role_oid(row->owner, true);
	if (!OidIsValid(row->declarer) || !has_privs_of_role(GetUserId(), row->declarer))
		row->declarer = GetUserId();
	row->owner = GetUserNameFromId(row->declarer, false);
}

/* The work of orm_events_restore: finds the table of a row, and what of it the document names. */
static void
restore_row(void *argument)
{
	Restore *restore = argument;
	OrmRegistered *row = restore->row;
	OrmDeclaration *declaration = orm_declaration_parse(orm_document_parse(row->document, strlen(row->document)),
														row->mapped);
	Oid namespace_id;

	set_owner(row);
	if (strcmp(declaration->model, row->name) != 0)
		restore->problem = "the document describes another model";
	if (!row->mapped || restore->problem != NULL)
		return;
	namespace_id = row->schema ? get_namespace_oid(row->schema, true) : InvalidOid;
	row->relid = OidIsValid(namespace_id) ? get_relname_relid(row->relation, namespace_id) : InvalidOid;
	if (!OidIsValid(row->relid))
		restore->problem = "the table does not exist";
	else if (!orm_relation_ownercheck(row->relid, GetUserId()))
		restore->problem = "the table belongs to another role";
	else
	{
		orm_register_check_relation(row->relid);
		orm_follow_bind(declaration, row);
	}
}

/* Writes the binding, and what a dump does not keep of the accessors, which were restored before. */
static void
bind_row(void *argument)
{
	OrmRegistered *row = ((Restore *) argument)->row;
	OrmModel *model;
	List *depends;
	ListCell *cell;

	orm_registry_bind(row);
	if (!row->mapped)
		return;
	LockRelationOid(row->relid, AccessShareLock);
	model = orm_model_build(row, CurrentMemoryContext, &depends);
	if (model == NULL)
		return;
	foreach(cell, orm_accessor_existing(model))
		orm_accessor_mark(model, lfirst_oid(cell));
}

HeapTuple
orm_events_restore(HeapTuple tuple, TupleDesc descriptor)
{
	OrmRegistered *row = orm_registry_row(tuple, descriptor);
	Restore restore = {row, NULL};
	const char *what = psprintf("could not restore model \"%s\"", row->name);

	if (!orm_guard_run(restore_row, &restore, what))
		return NULL;
	if (restore.problem != NULL)
	{
		ereport(WARNING, errcode(ERRCODE_WARNING), errmsg("%s: %s", what, restore.problem));
		return NULL;
	}
	return orm_registry_tuple(row, descriptor);
}

void
orm_events_bind(HeapTuple tuple, TupleDesc descriptor)
{
	OrmRegistered *row = orm_registry_row(tuple, descriptor);
	Restore restore = {row, NULL};
	const char *what = psprintf("could not restore model \"%s\"", row->name);

	if (orm_guard_run(restore_row, &restore, what) && restore.problem == NULL)
		orm_guard_run(bind_row, &restore, what);
}

/* The work of orm_events_restored. */
static void
bind_again(void *argument)
{
	ListCell *cell;

	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);
		OrmRegistered now = *row;

		if (!row->mapped)
			continue;
		orm_follow_bind(orm_register_declaration(row), &now);
		if (!same_refs(row, &now))
			orm_registry_bind(&now);
	}
}

void
orm_events_restored(void)
{
	orm_guard_run(bind_again, NULL, "orm could not bind the columns of relationships");
}

/* The work of orm_events_follow_drop. */
static void
sweep(void *argument)
{
	orm_registry_sweep();
}

void
orm_events_follow_drop(void)
{
	if (OidIsValid(orm_registry_relid()) && orm_registry_is_dangling())
		orm_guard_run(sweep, NULL, "orm could not forget the models of dropped tables");
}
