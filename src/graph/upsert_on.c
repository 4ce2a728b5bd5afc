/*
 * upsert_on.c - the conflict target of objects that are upserted in a collection; see upsert_on.h.
 */
#include "postgres.h"

#include "base/members.h"
#include "graph/upsert_on.h"
#include "store/conflict_key.h"

/* Reads the names, with room for those of the owner's key. */
static int
read_names(const OrmPlace *place, OrmJson on, char **names)
{
	OrmJsonWalk walk;
	int n = 0;

	if (orm_json_kind(on) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(on, "an array of attributes", place->path);
	walk = orm_json_walk(on);
	while (orm_json_next(&walk))
	{
		OrmPlace below = orm_place_index(place, walk.index);

		if (orm_json_kind(walk.value) != ORM_JSON_STRING)
			orm_members_raise_kind(walk.value, "an attribute", below.path);
		names[n++] = orm_json_string(walk.value);
	}
	return n;
}

/* Adds the attributes that the owner's key supplies; returns the number of names. */
static int
add_supplied(const OrmEdge *edge, char **names, int n)
{
	for (int i = 0; edge->holder == edge->target && i < edge->n; i++)
		names[n++] = edge->target->model->attributes[edge->holder_key[i]].name;
	return n;
}

/* Raises the error for names that mean no unique key. */
static void
raise_no_key(const OrmPlace *place, char *const *names, int n)
{
	const OrmModel *model = place->edge->target->model;

	for (int i = 0; i < n; i++)
		if (orm_model_attribute(model, names[i], strlen(names[i])) < 0)
		{
			OrmPlace below = orm_place_index(place, i);

			orm_model_no_attribute(model, names[i], below.path);
		}
	orm_conflict_key_missing(model, place->path);
}

/* Do two conflict targets have equal names? */
static bool
is_equal(const OrmConflictOn *a, int n, char *const *names)
{
	if (a->n != n)
		return false;
	for (int i = 0; i < n; i++)
		if (strcmp(a->names[i], names[i]) != 0)
			return false;
	return true;
}

/* The conflict target of these names, one for each in a graph. */
static const OrmConflictOn *
intern(OrmGraph *graph, int n, char *const *names)
{
	OrmConflictOn *on;
	ListCell *cell;

	foreach(cell, graph->conflict_ons)
		if (is_equal(lfirst(cell), n, names))
			return lfirst(cell);
	on = palloc(sizeof(OrmConflictOn));
	on->n = n;
	on->names = names;
	graph->conflict_ons = lappend(graph->conflict_ons, on);
	return on;
}

const OrmConflictOn *
orm_upsert_on_read(const OrmPlace *place, OrmJson json)
{
	const OrmModel *model = place->edge->target->model;
	OrmPlace below = orm_place_key(place, "on");
	MemoryContext caller = MemoryContextSwitchTo(place->graph->context);
	const OrmConflictOn *on;
	char **names;
	int n = 0;

	if (json.node != NULL)
	{
		names = palloc(sizeof(char *) * (json.node->count + place->edge->n + 1));
		n = read_names(&below, json, names);
		if (n == 0 || !orm_conflict_key_is_named(model, n, names))
		{
			int all = add_supplied(place->edge, names, n);

			if (all == n || n == 0 || !orm_conflict_key_is_named(model, all, names))
				raise_no_key(&below, names, n);
			n = all;
		}
	}
	on = intern(place->graph, n, n > 0 ? names : NULL);
	MemoryContextSwitchTo(caller);
	return on;
}
