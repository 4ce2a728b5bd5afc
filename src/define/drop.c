/*
 * drop.c - dropping the tables of models while keeping their declarations.
 *
 * Before a table goes its declaration is written back whole, expressions as
 * the server prints them, so that create_all can make it again.  The function
 * of the model does not depend on the table by then, so it stays.
 *
 * A table that could not be made again as it is stays (define/drop_check.h).
 * Tables that refer to each other go in one DROP TABLE.  With a table go the
 * join tables that were made for its many_to_many relationships; one that was
 * there before is left, and the server says what depends on what.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "accessor/accessor.h"
#include "base/names.h"
#include "base/sql.h"
#include "define/capacity.h"
#include "define/counting.h"
#include "define/drop.h"
#include "define/drop_check.h"
#include "define/model_function.h"
#include "define/compute.h"
#include "define/owner.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "define/report.h"
#include "define/written_statements.h"
#include "define/positioning.h"
#include "exec/execute.h"
#include "exec/plan.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/reflect.h"

/* The models that are meant. */
static List *
select_models(Oid owner, const char *only)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, only != NULL ? orm_registry_named(list_make1(unconstify(char *, only))) : orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);

		if (!only && (row->by_map || !orm_owner_selects(row, owner)))
			continue;
		if (only)
			orm_owner_check(row);
		if (row->mapped)
			rows = lappend(rows, row);
	}
	return rows;
}

/* Does the declaration of a model note that this join table was made for it? */
static bool
notes_made(const OrmModel *model, const char *through)
{
	ListCell *cell;

	foreach(cell, model->declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->made == ORM_YES && orm_name_is_same(relationship->through, through))
			return true;
	}
	return false;
}

/*
 * Was a join table made by the extension, for this relationship or its
 * inverse?  A note counts only in a declaration of the table's owner.
 */
static bool
was_made(const OrmModel *model, const OrmRelationship *relationship)
{
	Oid owner = orm_registry_table_owner(relationship->join_relid);
	const char *through = orm_follow_table_name(relationship->join_relid);
	const OrmModel *target;

	if (owner != model->owner)
		return false;
	if (notes_made(model, through))
		return true;
	target = orm_cache_open_if_any(relationship->target, AccessShareLock);
	return target != NULL && target->owner == owner && notes_made(target, through);
}

/* Adds the join tables that were made for a model. */
static void
collect_join_tables(const OrmModel *model, List **relations, List **joins)
{
	for (int i = 0; i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];
		Oid join = relationship->join_relid;

		if (OidIsValid(join) && orm_registry_of_relation(join) == NIL && !list_member_oid(*relations, join) &&
			was_made(model, relationship))
		{
			*relations = lappend_oid(*relations, join);
			*joins = lappend_oid(*joins, join);
		}
	}
}

/* Drops the tables in one statement. */
static void
drop_relations(List *relations)
{
	StringInfoData sql;
	bool first = true;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "DROP TABLE ");
	foreach(cell, relations)
	{
		orm_sql_comma(&sql, &first);
		orm_sql_relation(&sql, lfirst_oid(cell));
	}
	if (!first)
		orm_execute_statement(sql.data);
}

/*
 * The whole declaration of a model: of its table, or, while something is
 * pending, as it was written; what is removed goes with the table.
 */
static OrmDeclaration *
whole_declaration(const OrmRegistered *row)
{
	const OrmModel *model = orm_cache_open(row->name, AccessExclusiveLock);
	OrmDeclaration *declaration;

	if ((model->pending != NIL || model->declaration->removals != NIL) && !row->by_map)
	{
		declaration = orm_register_declaration(row);
		declaration->removals = NIL;
		orm_written_statements_complete(declaration, orm_reflect_model(model, orm_register_name_target, NULL));
		return declaration;
	}
	return orm_reflect_model(model, orm_register_name_target, NULL);
}

/* Those of all models, as long as each can be named by the others. */
static List *
reflect_all(const List *rows)
{
	List *declarations = NIL;
	ListCell *cell;

	foreach(cell, rows)
		declarations = lappend(declarations, whole_declaration(lfirst(cell)));
	return declarations;
}

/* Writes the declaration of a model back and drops what was made from it, but for its table. */
static void
release(OrmRegistered *row, OrmDeclaration *declaration, List **relations, List **changes)
{
	const OrmModel *model = orm_cache_open(row->name, AccessExclusiveLock);
	OrmIdentity identity;

	*relations = list_append_unique_oid(*relations, model->relid);
	orm_reconcile_drop(model, true, changes);
	orm_counting_drop_changed(model, NULL, changes);
	orm_positioning_drop_changed(model, NULL, changes);
	identity = orm_owner_begin(model->owner);
	orm_compute_reconcile(model->relid, model->name, NULL, false, changes);
	orm_owner_end(identity);
	orm_report_add(changes, row->name, "dropped", "table", orm_report_relation(model->relid));
	orm_model_function_write(row, declaration, InvalidOid);
}

/* Raises 53200 if there is no room for the locks of all that is dropped. */
static void
require_room(const List *rows)
{
	int nlocks = 0;
	ListCell *cell;

	if (list_length(rows) < 2)
		return;
	foreach(cell, rows)
	{
		const OrmModel *model = orm_cache_open_if_any(((OrmRegistered *) lfirst(cell))->name, AccessShareLock);

		CHECK_FOR_INTERRUPTS();
		if (model != NULL)
			nlocks += orm_capacity_to_drop(model, list_length(orm_accessor_existing(model)));
	}
	orm_capacity_require(nlocks, list_length(rows), ORM_CAPACITY_DROP);
}

/* Drops the tables of models whose names are locked. */
static List *
drop_rows(const List *rows, Oid owner)
{
	List *changes = NIL;
	List *relations = NIL;
	List *joins = NIL;
	List *declarations;
	OrmIdentity identity;
	ListCell *cell;
	ListCell *declared;

	foreach(cell, rows)
	{
		const OrmModel *model = orm_cache_open(((OrmRegistered *) lfirst(cell))->name, AccessExclusiveLock);

		orm_drop_check_model(model);
		collect_join_tables(model, &relations, &joins);
	}
	declarations = reflect_all(rows);
	forboth(cell, rows, declared, declarations)
		release(lfirst(cell), lfirst(declared), &relations, &changes);
	foreach(cell, joins)
		orm_report_add(&changes, NULL, "dropped", "join table", orm_report_relation(lfirst_oid(cell)));

	identity = orm_owner_begin(owner);
	drop_relations(relations);
	orm_owner_end(identity);
	return changes;
}

/* The role that drops these tables: their owner, or the current user where they have several. */
static Oid
role_of_drop(const List *rows)
{
	Oid owner = orm_registry_owner(linitial(rows));
	ListCell *cell;

	foreach(cell, rows)
		if (orm_registry_owner(lfirst(cell)) != owner)
			return GetUserId();
	return owner;
}

List *
orm_drop_named(const List *names)
{
	List *rows = NIL;
	ListCell *cell;

	foreach(cell, names)
	{
		OrmRegistered *row = orm_registry_find(lfirst(cell));

		if (row != NULL && row->mapped)
			rows = lappend(rows, row);
	}
	return rows != NIL ? drop_rows(rows, role_of_drop(rows)) : NIL;
}

List *
orm_drop_tables(Oid owner, const char *only)
{
	List *rows;

	orm_registry_check_writable();
	orm_owner_check_role(owner);
	if (only && orm_registry_find(only) == NULL)
		orm_cache_raise_unknown(only);

	/* who owns none keeps nobody waiting */
	if (select_models(owner, only) == NIL)
		return NIL;
	orm_registry_lock();
	rows = select_models(owner, only);
	require_room(rows);
	orm_registry_lock_names(rows);
	rows = select_models(owner, only);
	return drop_rows(rows, OidIsValid(owner) ? owner : GetUserId());
}
