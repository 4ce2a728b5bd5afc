/*
 * result.c - the document of the stored objects; see result.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "exec/json.h"
#include "graph/result.h"

static const char *const action_members[] = {
	[ORM_ACTION_INSERTED] = "\"$action\":\"inserted\"",
	[ORM_ACTION_UPDATED] = "\"$action\":\"updated\"",
	[ORM_ACTION_UNCHANGED] = "\"$action\":\"unchanged\"",
};

static void write_object(StringInfo out, const OrmGraph *graph, const OrmObject *object);

const char *
orm_result_action(const OrmObject *object)
{
	return action_members[object->returned.action];
}

/* Writes the key of an object given as a scalar. */
static void
write_key(StringInfo out, const OrmObject *object)
{
	int attribute = object->group->model->primary_key->attributes[0];
	Datum value = (Datum) 0;
	bool isnull = true;

	orm_graph_value(object, attribute, &value, &isnull);
	orm_json_write_value(out, object->group->model->attributes[attribute].type, value, isnull);
}

/* Writes the items of a relationship. */
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

/* Writes an object with its nested objects. */
static void
write_object(StringInfo out, const OrmGraph *graph, const OrmObject *object)
{
	const OrmObject *shown;
	int start;
	ListCell *cell;

	check_stack_depth();
	if (object->said.by_key)
	{
		write_key(out, object);
		return;
	}
	if (orm_result_is_left_out(object))
	{
		appendStringInfoString(out, "null");
		return;
	}
	appendStringInfoChar(out, '{');
	start = out->len;
	shown = orm_same_rows_shown(object);
	appendBinaryStringInfo(out, graph->returned.json.data + shown->returned.json_offset, shown->returned.json_length);
	if (graph->options.action && shown->returned.stored)
		appendStringInfo(out, "%s%s", out->len > start ? "," : "", orm_result_action(shown));
	foreach(cell, object->said.members)
	{
		const OrmGiven *member = lfirst(cell);
		int skip = out->len > start ? 0 : 1;

		appendBinaryStringInfo(out, member->edge->json_key + skip, member->edge->json_key_length - skip);
		write_items(out, graph, member);
	}
	appendStringInfoChar(out, '}');
}

bool
orm_result_is_left_out(const OrmObject *object)
{
	return object->group->returned.shape != NULL && (!object->returned.stored || object->returned.gone);
}

/* Releases the object shapes, in reverse order. */
static void
release_shapes(const OrmGraph *graph)
{
	for (int i = list_length(graph->returned.shapes) - 1; i >= 0; i--)
		orm_plan_release(list_nth(graph->returned.shapes, i));
}

Datum
orm_result_json(OrmGraph *graph, OrmObject **roots, int n, bool array)
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
	release_shapes(graph);
	return orm_json_end(&json);
}
