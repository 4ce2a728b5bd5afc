/*
 * result.c - documents with nested objects: read, written, and what was
 * stored in the shape that was given.
 *
 * An object comes back with all its attributes; a relationship that was given
 * comes back with what was given in it: objects as objects, keys as keys.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "exec/json.h"
#include "graph/graph.h"
#include "graph/reread.h"
#include "graph/same_rows.h"
#include "store/batch.h"

static const char *const action_members[] = {
	[ORM_ACTION_INSERTED] = "\"$action\":\"inserted\"",
	[ORM_ACTION_UPDATED] = "\"$action\":\"updated\"",
	[ORM_ACTION_UNCHANGED] = "\"$action\":\"unchanged\"",
};

static void write_object(StringInfo out, const OrmGraph *graph, const OrmObject *object);

const char *
orm_graph_action(const OrmObject *object)
{
	return action_members[object->action];
}

/* Writes the key of an object that was given as its key. */
static void
write_key(StringInfo out, const OrmObject *object)
{
	int attribute = object->group->model->primary_key->attributes[0];
	Datum value = (Datum) 0;
	bool isnull = true;

	orm_graph_value(object, attribute, &value, &isnull);
	orm_json_write_value(out, object->group->model->attributes[attribute].type, value, isnull);
}

/* Writes what a relationship was given. */
static void
write_items(StringInfo out, const OrmGraph *graph, const OrmGiven *member)
{
	ListCell *cell;

	if (!member->list)
	{
		if (member->items == NIL)
			appendStringInfoString(out, "null");
		else
			write_object(out, graph, linitial(member->items));
		return;
	}
	appendStringInfoChar(out, '[');
	foreach(cell, member->items)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoCharMacro(out, ',');
		write_object(out, graph, lfirst(cell));
	}
	appendStringInfoChar(out, ']');
}

/* Writes an object with all that is nested in it. */
static void
write_object(StringInfo out, const OrmGraph *graph, const OrmObject *object)
{
	const OrmObject *shown;
	int start;
	ListCell *cell;

	check_stack_depth();
	if (object->by_key)
	{
		write_key(out, object);
		return;
	}
	if (object->group->shape != NULL && !object->stored)
	{
		appendStringInfoString(out, "null");
		return;
	}
	appendStringInfoChar(out, '{');
	start = out->len;
	shown = orm_twins_shown(object);
	appendBinaryStringInfo(out, graph->json.data + shown->json_offset, shown->json_length);
	if (graph->action && shown->stored)
		appendStringInfo(out, "%s%s", out->len > start ? "," : "", orm_graph_action(shown));
	foreach(cell, object->members)
	{
		const OrmGiven *member = lfirst(cell);
		int skip = out->len > start ? 0 : 1;

		appendBinaryStringInfo(out, member->edge->json_key + skip, member->edge->json_key_length - skip);
		write_items(out, graph, member);
	}
	appendStringInfoChar(out, '}');
}

Datum
orm_graph_result(OrmGraph *graph, OrmObject **roots, int n, bool array)
{
	StringInfoData json;

	orm_json_begin(&json);
	if (array)
		appendStringInfoChar(&json, '[');
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoCharMacro(&json, ',');
		write_object(&json, graph, roots[i]);
	}
	if (array)
		appendStringInfoChar(&json, ']');
	return orm_json_end(&json);
}

/* What is to be done with the objects at the root. */
static OrmIntent
root_intent(OrmVerb verb, const OrmWriteOptions *options)
{
	switch (verb)
	{
		case ORM_VERB_UPDATE:
			return ORM_INTENT_UPDATE;
		case ORM_VERB_UPSERT:
			return ORM_INTENT_UPSERT;
		case ORM_VERB_SAVE:
			return ORM_INTENT_SAVE;
		default:
			return options->on_conflict == ORM_CONFLICT_UPDATE ? ORM_INTENT_UPSERT : ORM_INTENT_CREATE;
	}
}

/* Reads the objects at the root; returns how many. */
static int
read_roots(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmVerb verb, OrmJson json, OrmObject ***roots)
{
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
	{
		*roots = palloc(sizeof(OrmObject *));
		**roots = orm_graph_read(graph, group, intent, verb, json, NULL);
		return 1;
	}
	*roots = palloc_extended(sizeof(OrmObject *) * Max(json.node->count, 1), MCXT_ALLOC_HUGE);
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		OrmPath *place = palloc(sizeof(OrmPath));

		CHECK_FOR_INTERRUPTS();
		*place = orm_path_index(NULL, walk.index);
		(*roots)[walk.index] = orm_graph_read(graph, group, intent, verb, walk.value, place);
	}
	return json.node->count;
}

/* Raises: what is nested in an object that is left out belongs to nobody. */
static void
refuse_ignore(const OrmGraph *graph)
{
	const OrmEdge *edge = linitial(graph->edges);

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("orm.create with \"on_conflict\": \"ignore\" takes no nested objects"),
			errdetail("Relationship \"%s\" is given.", edge->relationship->name),
			errhint("orm.upsert with the same option does."));
}

/* Lets go of the forms of objects, the last first. */
static void
release_shapes(const OrmGraph *graph)
{
	for (int i = list_length(graph->shapes) - 1; i >= 0; i--)
		orm_plan_release(list_nth(graph->shapes, i));
}

bool
orm_graph_write(const OrmModel *model, OrmVerb verb, const Datum *key, const OrmDocument *document,
				const OrmWriteOptions *options, int nconflict_on, char *const *conflict_on, Datum *result)
{
	OrmJson json = orm_document_root(document);
	OrmGraph *graph = orm_graph_make();
	OrmGroup *group = orm_graph_group(graph, model);
	OrmIntent intent = root_intent(verb, options);
	bool array = orm_json_kind(json) == ORM_JSON_ARRAY;
	OrmQuery *query = orm_reread_open(model, options);
	OrmObject **roots;
	bool found;
	int n;

	graph->find_label = options->find_label;
	graph->result = !options->no_result && query == NULL;
	group->keyed = query != NULL;
	graph->action = options->action;
	graph->on_conflict = options->on_conflict;
	if (intent == ORM_INTENT_UPSERT && options->on_conflict == ORM_CONFLICT_ERROR)
		graph->on_conflict = ORM_CONFLICT_UPDATE;
	graph->nconflict_on = nconflict_on;
	graph->conflict_on = conflict_on;
	n = read_roots(graph, group, intent, verb, json, &roots);
	if (intent == ORM_INTENT_CREATE && graph->on_conflict == ORM_CONFLICT_IGNORE && graph->edges != NIL)
		refuse_ignore(graph);
	if (key != NULL)
		orm_batch_set_key(model, key, roots[0]->record);
	orm_graph_flush(graph);
	if (graph->result)
		*result = orm_graph_result(graph, roots, n, array);
	found = graph->result && (array || group->shape == NULL || roots[0]->stored);
	release_shapes(graph);
	return query != NULL ? orm_reread(query, graph, roots, n, array, result) : found;
}
