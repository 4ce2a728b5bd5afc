/*
 * collect.c - collecting the rows that a delete cascades to; see collect.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#include "exec/access.h"
#include "exec/execute.h"
#include "exec/keyset.h"
#include "exec/receiver.h"
#include "model/cache.h"
#include "model/relationship.h"
#include "model/table.h"
#include "remove/delete_sql.h"
#include "store/tuples.h"

OrmDeleteSet *
orm_collect_set(OrmDelete *delete, const OrmModel *model, OrmDeleteWay way)
{
	OrmDeleteSet *set;
	ListCell *cell;

	foreach(cell, delete->sets)
	{
		set = lfirst(cell);
		if (set->model == model && set->way == way)
			return set;
	}
	set = palloc0(sizeof(OrmDeleteSet));
	set->model = model;
	set->way = way;
	set->keys = orm_keyset_make_for(model);
	delete->sets = lappend(delete->sets, set);
	return set;
}

/* Opens the target model of a relationship. */
static const OrmModel *
target_of(const OrmDelete *delete, const OrmModel *model, const OrmRelationship *relationship)
{
	orm_relationship_require(model, relationship);
	return orm_cache_open(relationship->target, delete->access == ORM_WRITE ? RowExclusiveLock : AccessShareLock);
}

/* Does the server cascade along the relationship? */
static bool
is_left_to_server(const OrmRelationship *relationship)
{
	return relationship->deleted_by_server && relationship->kind != ORM_MANY_TO_MANY;
}

bool
orm_collect_has_arrays(const OrmModel *model)
{
	const OrmKey *key = model->primary_key;

	for (int i = 0; key != NULL && i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		if (!orm_columns_can_add(attribute->type, attribute->equality))
			return false;
	}
	return key != NULL;
}

/* Can rows of a join table be deleted in a WITH? */
static bool
can_delete(Oid relid)
{
	Relation relation = try_relation_open(relid, AccessShareLock);
	bool rules;

	if (relation == NULL)
		return false;
	rules = relation->rd_rel->relhasrules && relation->rd_rel->relkind != RELKIND_VIEW;
	relation_close(relation, NoLock);
	return !rules && (relation_is_updatable(relid, NIL, true, NULL) & (1 << CMD_DELETE)) != 0;
}

/* Are join table rows of the relationship deleted with the object, if the linked objects stay? */
static bool
owns_links(const OrmModel *model, const OrmRelationship *relationship)
{
	return model->deletes_along && orm_model_may_unlink(relationship) && !model->has_rules &&
		orm_collect_has_arrays(model) && !orm_table_has_model(relationship->join_relid) &&
		can_delete(relationship->join_relid);
}

/* Must rows be collected starting at the model, at any depth, since the server does not cascade there? */
static bool
takes_along(const OrmDelete *delete, const OrmModel *model, List **visited)
{
	check_stack_depth();
	if (list_member_ptr(*visited, model))
		return false;
	*visited = lappend(*visited, unconstify(OrmModel *, model));
	for (int i = 0; i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];

		if (owns_links(model, relationship))
			return true;
		if (!(relationship->cascade & ORM_CASCADE_DELETE))
			continue;
		if (!is_left_to_server(relationship) || takes_along(delete, target_of(delete, model, relationship), visited))
			return true;
	}
	return false;
}

/*
 * Are rows that have a mark collected along a relationship of rows that have one?  By a mark without a time it
 * is not known what has gone together.
 */
static bool
is_mark_followed(const OrmDelete *delete, const OrmDeleteSet *set, const OrmRelationship *relationship)
{
	const OrmModel *target;

	if (!(relationship->cascade & ORM_CASCADE_DELETE))
		return false;
	target = target_of(delete, set->model, relationship);
	if (!orm_soft_delete_any(target))
		return false;
	return set->way == ORM_DELETE_MARKS || !(orm_soft_delete_is_flag(set->model) || orm_soft_delete_is_flag(target));
}

/* Are rows collected along the relationship of a set?  From marked rows only to models that mark rows. */
static bool
is_followed(const OrmDelete *delete, const OrmDeleteSet *set, const OrmRelationship *relationship)
{
	const OrmModel *model = set->model;
	const OrmModel *target;
	List *visited = NIL;

	if (set->way != ORM_DELETE_REMOVES)
		return is_mark_followed(delete, set, relationship);
	if (delete->by_server && is_left_to_server(relationship))
		return orm_collect_has_arrays(target_of(delete, model, relationship));
	if (!(relationship->cascade & ORM_CASCADE_DELETE))
		return false;
	target = target_of(delete, model, relationship);
	return !is_left_to_server(relationship) || takes_along(delete, target, &visited);
}

/* Are join table rows of the relationship deleted with the rows of a set? */
static bool
takes_links(const OrmDelete *delete, const OrmDeleteSet *set, const OrmRelationship *relationship)
{
	const OrmModel *model = set->model;

	if (set->way != ORM_DELETE_REMOVES || delete->by_server || relationship->kind != ORM_MANY_TO_MANY)
		return false;
	if (relationship->cascade & ORM_CASCADE_DELETE)
		return !relationship->deleted_by_server;
	return owns_links(model, relationship);
}

/* Sets "along", "links" and "columns" of a set. */
static void
know_set(const OrmDelete *delete, OrmDeleteSet *set)
{
	const OrmModel *model = set->model;
	const OrmKey *key = model->primary_key;

	if (set->known)
		return;
	set->known = true;
	for (int i = 0; i < model->nrelationships; i++)
	{
		OrmRelationship *relationship = &model->relationships[i];

		if (is_followed(delete, set, relationship))
			set->along = lappend(set->along, relationship);
		if (takes_links(delete, set, relationship))
			set->links = lappend(set->links, relationship);
	}
	if (set->along != NIL || set->way != ORM_DELETE_REMOVES || delete->access == ORM_READ ||
		orm_collect_has_arrays(model))
		orm_columns_add_attributes(&set->columns, model, key->attributes, key->nattributes);
}

int
orm_collect_keys(const OrmDeleteSet *set, int from, Oid *types, Datum *values)
{
	int n = orm_keyset_count(set->keys) - from;
	OrmTuples rows = {.columns = &set->columns, .n = n};

	if (n == 1)
	{
		for (int c = 0; c < set->columns.n; c++)
		{
			types[c] = set->columns.columns[c].type->oid;
			values[c] = orm_keyset_values(set->keys, from)[c];
		}
		return set->columns.n;
	}
	rows.values = unconstify(Datum *, orm_keyset_values(set->keys, from));
	orm_tuples_arrays(&rows, values);
	return orm_columns_types(&set->columns, types);
}

bool
orm_collect_may_lock(const OrmModel *model)
{
	return orm_access_may_update(model) && check_enable_rls(model->relid, InvalidOid, true) != RLS_ENABLED;
}

bool
orm_collect_locks(const OrmModel *model)
{
	return (model->relkind == RELKIND_RELATION || model->relkind == RELKIND_PARTITIONED_TABLE ||
			model->relkind == RELKIND_FOREIGN_TABLE) &&
		orm_collect_may_lock(model);
}

/* Are rows of the model locked when they are collected? */
static bool
locks(const OrmDelete *delete, const OrmModel *model)
{
	return delete->access == ORM_WRITE && orm_collect_locks(model);
}

bool
orm_collect_read_key(const OrmModel *model, TupleTableSlot *slot, Datum *key)
{
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		bool isnull;

		key[i] = slot_getattr(slot, i + 1, &isnull);
		if (isnull)
			return false;
	}
	return true;
}

/* Adds the key of a collected row; called in a per-row context. */
static void
take_key(void *argument, TupleTableSlot *slot)
{
	OrmDeleteSet *set = argument;
	Datum key[INDEX_MAX_KEYS];

	if (orm_collect_read_key(set->model, slot, key))
		orm_keyset_add(set->keys, key);
}

/* Adds keys to a set by a statement whose parameters are the keys of another set, starting at a number. */
static void
read_keys(const OrmDelete *delete, OrmDeleteSet *into, StringInfo sql, const OrmDeleteSet *set, int from)
{
	Oid types[2 * INDEX_MAX_KEYS + 1];
	Oid results[INDEX_MAX_KEYS];
	Datum values[2 * INDEX_MAX_KEYS + 1];
	const OrmKey *key = into->model->primary_key;
	OrmPlanText text = {
		.sql = *sql,
		.nparams = orm_collect_keys(set, from, types, values),
		.types = types,
		.nresults = key->nattributes,
		.results = results,
		.planning = ORM_PLAN_GENERIC,
	};
	OrmReceiver receiver;
	OrmPlan *plan;

	if (set->way == ORM_DELETE_RESTORES)
	{
		types[text.nparams] = TIMESTAMPTZOID;
		values[text.nparams++] = TimestampTzGetDatum(delete->instant);
	}
	for (int i = 0; i < key->nattributes; i++)
		results[i] = into->model->attributes[key->attributes[i]].type->oid;
	plan = orm_plan_get_by_text(ORM_KIND_ALONG, &text);
	orm_execute_plan(plan, values, NULL, delete->access, 0, orm_receiver_init(&receiver, take_key, into));
	orm_plan_release(plan);
	MemoryContextDelete(receiver.per_row);
}

/* The relationship being followed, for error context. */
typedef struct Step
{
	const OrmModel *model;
	const OrmRelationship *relationship;
} Step;

/* Error context callback: the relationship being followed. */
static void
say_step(void *argument)
{
	const Step *step = argument;

	errcontext("deleting along relationship \"%s\" of model \"%s\"", step->relationship->name, step->model->name);
}

/* Collects rows along a relationship, from the rows of a set, starting at a number. */
static void
follow(OrmDelete *delete, const OrmDeleteSet *set, const OrmRelationship *relationship, int from)
{
	Step step = {set->model, relationship};
	ErrorContextCallback callback = {error_context_stack, say_step, &step};
	OrmDeleteSet *into;
	StringInfoData sql;

	CHECK_FOR_INTERRUPTS();
	error_context_stack = &callback;
	into = orm_collect_set(delete, target_of(delete, set->model, relationship), set->way);
	MemoryContextSwitchTo(delete->step);
	initStringInfo(&sql);
	orm_delete_sql_along(&sql, set, from, relationship, into->model, locks(delete, into->model));
	read_keys(delete, into, &sql, set, from);
	MemoryContextSwitchTo(delete->context);
	MemoryContextReset(delete->step);
	error_context_stack = callback.previous;
}

/* Finds and locks the rows of the added objects, and drops missing ones from the set. */
static void
find_named(OrmDelete *delete, OrmDeleteSet *set)
{
	OrmDeleteSet found = *set;
	StringInfoData sql;

	found.keys = orm_keyset_make_for(set->model);
	initStringInfo(&sql);
	orm_delete_sql_named(&sql, set, locks(delete, set->model));
	read_keys(delete, &found, &sql, set, 0);
	set->keys = found.keys;
	set->named = orm_keyset_count(set->keys);
}

/* Takes rows that are removed out of the rows that are marked. */
static void
pass_over_removed(const OrmDelete *delete, OrmDeleteSet *marked)
{
	ListCell *cell;

	foreach(cell, delete->sets)
	{
		const OrmDeleteSet *removed = lfirst(cell);
		OrmKeySet *keys;

		if (removed->model != marked->model || removed->way != ORM_DELETE_REMOVES)
			continue;
		keys = orm_keyset_make_for(marked->model);
		for (int i = 0; i < orm_keyset_count(marked->keys); i++)
			if (orm_keyset_find(removed->keys, orm_keyset_values(marked->keys, i)) < 0)
				orm_keyset_add(keys, orm_keyset_values(marked->keys, i));
		marked->keys = keys;
		marked->named = Min(marked->named, orm_keyset_count(keys));
	}
}

void
orm_collect_run(OrmDelete *delete)
{
	ListCell *cell;
	bool more = true;

	foreach(cell, delete->sets)
	{
		OrmDeleteSet *set = lfirst(cell);

		know_set(delete, set);
		if (set->along != NIL || set->links != NIL || delete->access == ORM_READ || set->way != ORM_DELETE_REMOVES)
			find_named(delete, set);
	}
	while (more)
	{
		more = false;
		for (int i = 0; i < list_length(delete->sets); i++)
		{
			OrmDeleteSet *set = list_nth(delete->sets, i);
			int from = set->followed;

			know_set(delete, set);
			set->followed = orm_keyset_count(set->keys);
			if (from == set->followed)
				continue;
			foreach(cell, set->along)
				follow(delete, set, lfirst(cell), from);
			more = true;
		}
	}
	foreach(cell, delete->sets)
		if (((OrmDeleteSet *) lfirst(cell))->way != ORM_DELETE_REMOVES)
			pass_over_removed(delete, lfirst(cell));
}
