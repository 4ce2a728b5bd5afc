/*
 * pass.c - the objects of a pass: reading, checking and writing them; see pass.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "graph/check.h"
#include "graph/check_call.h"
#include "graph/writer.h"
#include "model/key.h"
#include "model/value.h"
#include "session/pass.h"
#include "store/parking.h"
#include "store/reader.h"
#include "store/stale.h"

const OrmOperationWay orm_pass_ways[] = {
	[ORM_OPERATION_ADD] = {ORM_INTENT_CREATE, ORM_VERB_CREATE},
	[ORM_OPERATION_MERGE] = {ORM_INTENT_SAVE, ORM_VERB_SAVE},
};

/* Assigns the label of an operation to an object. */
static void
put_label(OrmWriting *writing, const OrmOperation *operation, OrmObject *object)
{
	if (writing->labels == NULL)
		writing->labels = orm_labels_make(CurrentMemoryContext);
	if (orm_labels_find(writing->labels, operation->label) != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("label \"%s\" is given twice", operation->label),
				orm_error_place(operation->place));
	orm_model_need_key(object->group->model);
	object->said.labelled = true;
	object->referenced = true;
	orm_labels_put(writing->labels, operation->label, object);
}

/* Assigns the labels of a round that name objects of the pass, the first ones of their rows. */
static void
put_labels(const OrmRound *round, int pass)
{
	OrmWriting *writing = round->writing;

	for (int k = 0; k < round->n; k++)
	{
		int i = round->numbers[k];
		int first = writing->turns[i].first;

		if (writing->operations[i].label != NULL && writing->turns[first].pass == pass &&
			!orm_schedule_own_label(writing->operations, writing->turns, i))
			put_label(writing, &writing->operations[i], writing->objects[first]);
	}
}

/* The kind of an operation's write: an object that is merged after its removal is added. */
static OrmOperationKind
written_kind(const OrmWriting *writing, int i)
{
	return writing->turns[i].anew ? ORM_OPERATION_ADD : writing->operations[i].kind;
}

/* Adds the objects of a pass, to be read once all labels are known. */
static void
add_objects(OrmWriting *writing, OrmGraph *graph, const int *order, int n)
{
	for (int i = 0; i < n; i++)
	{
		const OrmOperation *operation = &writing->operations[order[i]];

		writing->objects[order[i]] = orm_graph_add(graph, orm_graph_group(graph, operation->model),
												   orm_pass_ways[written_kind(writing, order[i])].intent,
												   operation->place);
		if (orm_schedule_own_label(writing->operations, writing->turns, order[i]))
			put_label(writing, operation, writing->objects[order[i]]);
	}
}

/* Takes over the etag and the version of another operation of the row. */
static void
take_state(const OrmOperation *operation, OrmRecord *record)
{
	const OrmModel *model = operation->model;
	OrmJson value;
	Datum version;
	bool isnull;

	if (orm_json_member(operation->object, "$etag", &value) && orm_json_kind(value) == ORM_JSON_STRING)
		record->etag = orm_json_string(value);
	if (model->version < 0 || !orm_json_member(operation->object, model->attributes[model->version].name, &value) ||
		orm_json_kind(value) == ORM_JSON_NULL)
		return;
	version = orm_value_read(model->attributes[model->version].type, value, operation->place, &isnull);
	orm_record_set(record, model->version, version, isnull);
}

/* Reads an object.  An etag or version already compared in an earlier pass is not compared again. */
static void
read_object(const OrmWriting *writing, OrmGraph *graph, int i)
{
	const OrmOperation *operation = &writing->operations[i];
	const OrmTurn *turn = &writing->turns[i];
	const OrmRecord *first = writing->objects[turn->first]->record;
	OrmRecord *record = writing->objects[i]->record;
	int level = orm_schedule_enter_settings(operation);

	orm_read_into(graph, writing->objects[i], orm_pass_ways[written_kind(writing, i)].verb, operation->object);
	orm_settings_leave(level);
	if (turn->asks > 0 && !orm_stale_is_asked(operation->model, record))
		take_state(&writing->operations[turn->asks], record);
	record->checked = first != record && orm_stale_is_same(operation->model, first, record);
}

/* Records the tables of all objects of a pass. */
static void
note_tables(OrmRound *round, const OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->groups)
		round->written = list_append_unique_oid(round->written, ((const OrmGroup *) lfirst(cell))->model->relid);
}

/* The row that a later operation merges, without its nested objects; NULL if its key is not given. */
static OrmGiver *
giver_of(const OrmOperation *operation)
{
	const OrmModel *model = operation->model;
	const OrmKey *key = model->primary_key;
	OrmRecord *record = orm_record_make(model, 1);
	Datum values[INDEX_MAX_KEYS];
	int level = orm_schedule_enter_settings(operation);

	orm_reader_read(orm_reader_make(model), operation->object, operation->place, orm_pass_ways[operation->kind].verb,
					record);
	orm_settings_leave(level);
	if (key == NULL || !orm_record_has_key(record, key) || orm_record_has_null(record, key))
		return NULL;
	record->in_graph = true;
	record->place = operation->place;
	orm_record_key(record, key, values);
	return orm_parking_giver(model, record, key, values);
}

/* Is an operation, by its position in "order", a merge of the model? */
static bool
is_merge(const OrmRound *round, int position, const OrmModel *model)
{
	const OrmOperation *operation = &round->writing->operations[round->order[position]];

	return operation->model == model && operation->kind == ORM_OPERATION_MERGE;
}

/* Do later passes of a round merge rows of a model? */
static bool
may_have_givers(const void *argument, const OrmModel *model)
{
	const OrmRound *round = argument;

	for (int i = round->next; i < round->nwrites; i++)
		if (is_merge(round, i, model))
			return true;
	return false;
}

/* The rows of a model that later passes of a round merge again. */
static List *
find_givers(const void *argument, const OrmModel *model)
{
	const OrmRound *round = argument;
	List *givers = NIL;

	for (int i = round->next; i < round->nwrites; i++)
	{
		OrmGiver *giver;

		CHECK_FOR_INTERRUPTS();
		if (!is_merge(round, i, model))
			continue;
		giver = giver_of(&round->writing->operations[round->order[i]]);
		if (giver != NULL)
			givers = lappend(givers, giver);
	}
	return givers;
}

/* Arguments of read_part(). */
typedef struct ReadingPart
{
	const OrmWriting *writing;
	OrmGraph *graph;
	int number;
} ReadingPart;

static void
read_part(void *argument)
{
	const ReadingPart *part = argument;

	read_object(part->writing, part->graph, part->number);
}

/* Reads the objects of a pass; with findings, to be checked. */
static OrmGraph *
read_pass(OrmRound *round, const int *order, int n, OrmFindings *findings)
{
	OrmWriting *writing = round->writing;
	OrmGraph *graph = orm_graph_make();

	graph->findings = findings;
	graph->labels.find = writing->find_label;
	graph->options.by_table = true;
	graph->options.told_apart = true;
	graph->options.may_skip = writing->options->may_skip;
	graph->options.unscoped = writing->options->unscoped;
	graph->options.givers = round->next < round->nwrites ? find_givers : NULL;
	graph->options.may_have_givers = may_have_givers;
	graph->options.givers_argument = round;
	add_objects(writing, graph, order, n);
	if (writing->turns[order[0]].pass == 0 || writing->late_labels)
		put_labels(round, writing->turns[order[0]].pass);
	graph->labels.table = writing->labels;
	for (int i = 0; i < n; i++)
	{
		ReadingPart part = {writing, graph, order[i]};

		CHECK_FOR_INTERRUPTS();
		if (!orm_read_part(graph, read_part, &part, writing->operations[order[i]].place))
			writing->objects[order[i]]->said.broken = true;
	}
	return graph;
}

/* Tells a graph that is checked which rows the round removes. */
static void
vacate_removed(const OrmRound *round, OrmGraph *graph)
{
	for (int i = round->nwrites; i < round->n; i++)
	{
		const OrmOperation *operation = &round->writing->operations[round->order[i]];
		OrmObject *object = orm_graph_add(graph, orm_graph_group(graph, operation->model), ORM_INTENT_FIND,
										  operation->place);

		orm_record_copy_key(object->record, operation->model->primary_key, operation->key);
		object->said.broken = true; /* it is none of the objects */
		orm_graph_vacate(graph, object->record);
	}
}

/* Removes the labels of a pass. */
static void
drop_labels_of(const OrmRound *round, int pass)
{
	const OrmWriting *writing = round->writing;
	const OrmTurn *turns = writing->turns;

	for (int k = 0; k < round->n && writing->labels != NULL; k++)
	{
		int i = round->numbers[k];
		int named = orm_schedule_own_label(writing->operations, turns, i) ? i : turns[i].first;

		if (writing->operations[i].label != NULL && turns[named].pass == pass)
			orm_labels_drop(writing->labels, writing->operations[i].label);
	}
}

/* Checks the objects of a pass; raises everything that is wrong with them. */
static void
check_pass(OrmRound *round, const int *order, int n)
{
	OrmGraph *graph = read_pass(round, order, n, orm_finding_make());

	vacate_removed(round, graph);
	orm_check_graph(graph);
	orm_check_call_raise(graph->findings, "changeset");
	drop_labels_of(round, round->writing->turns[order[0]].pass);
}

void
orm_pass_write(OrmRound *round, const int *order, int n)
{
	OrmWriting *writing = round->writing;
	OrmGraph *graph;

	if (writing->options->validate_all)
		check_pass(round, order, n);
	graph = read_pass(round, order, n, NULL);
	note_tables(round, graph);
	orm_writer_run(graph);
	writing->tally.inserted += graph->tally.inserted;
	writing->tally.updated += graph->tally.updated;
	writing->tally.deleted += graph->tally.deleted;
}
