/*
 * operations.c - adding, merging and removing objects of any models together;
 * see operations.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/attempt.h"
#include "graph/writer.h"
#include "model/key.h"
#include "model/value.h"
#include "remove/delete.h"
#include "session/dependents.h"
#include "session/operations.h"
#include "session/schedule.h"
#include "store/parking.h"
#include "store/reader.h"
#include "store/stale.h"
#include "store/seen.h"

typedef struct Writing
{
	OrmOperation *operations;
	OrmTurn *turns;		 /* one per operation */
	OrmObject **objects; /* one per operation; REMOVE: NULL */
	OrmLabels *labels;
	OrmFindLabel find_label;
	bool may_skip;	  /* triggers, rules and policies may skip rows */
	bool late_labels; /* there are rows whose first operation in a round is not in pass 0 */
	OrmTally tally;
} Writing;

/* The operations of a round. */
typedef struct Round
{
	Writing *writing;
	const int *numbers; /* of its operations, in their order */
	int n;
	int *order;	   /* the same, sorted by pass */
	int nwrites;   /* the first ones of "order" are writes, sorted by pass; the rest are removals */
	int next;	   /* position in "order" of the pass after the current one */
	bool *early;   /* by position in "order": a removal that precedes the writes */
	List *written; /* OIDs of the tables of all objects, nested ones included */
} Round;

/* qsort_arg comparator: by pass, then by number. */
static int
compare_passes(const void *a, const void *b, void *argument)
{
	const OrmTurn *turns = argument;
	int one = *(const int *) a;
	int other = *(const int *) b;

	if (turns[one].pass != turns[other].pass)
		return turns[one].pass < turns[other].pass ? -1 : 1;
	return one < other ? -1 : one > other;
}

/* ---- Objects ---- */

static const struct
{
	OrmIntent intent;
	OrmVerb verb;
} kinds[] = {
	[ORM_OPERATION_ADD] = {ORM_INTENT_CREATE, ORM_VERB_CREATE},
	[ORM_OPERATION_MERGE] = {ORM_INTENT_SAVE, ORM_VERB_SAVE},
};

/* Assigns the label of an operation to an object. */
static void
put_label(Writing *writing, const OrmOperation *operation, OrmObject *object)
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
put_labels(const Round *round, int pass)
{
	Writing *writing = round->writing;

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
written_kind(const Writing *writing, int i)
{
	return writing->turns[i].anew ? ORM_OPERATION_ADD : writing->operations[i].kind;
}

/* Adds the objects of a pass, to be read once all labels are known. */
static void
add_objects(Writing *writing, OrmGraph *graph, const int *order, int n)
{
	for (int i = 0; i < n; i++)
	{
		const OrmOperation *operation = &writing->operations[order[i]];

		writing->objects[order[i]] = orm_graph_add(graph, orm_graph_group(graph, operation->model),
												   kinds[written_kind(writing, order[i])].intent, operation->place);
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
read_object(const Writing *writing, OrmGraph *graph, int i)
{
	const OrmOperation *operation = &writing->operations[i];
	const OrmTurn *turn = &writing->turns[i];
	const OrmRecord *first = writing->objects[turn->first]->record;
	OrmRecord *record = writing->objects[i]->record;
	int level = orm_schedule_enter_settings(operation);

	orm_read_into(graph, writing->objects[i], kinds[written_kind(writing, i)].verb, operation->object);
	orm_settings_leave(level);
	if (turn->asks > 0 && !orm_stale_is_asked(operation->model, record))
		take_state(&writing->operations[turn->asks], record);
	record->checked = first != record && orm_stale_is_same(operation->model, first, record);
}

/* Records the tables of all objects of a pass. */
static void
note_tables(Round *round, const OrmGraph *graph)
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

	orm_reader_read(orm_reader_make(model), operation->object, operation->place, kinds[operation->kind].verb, record);
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
is_merge(const Round *round, int position, const OrmModel *model)
{
	const OrmOperation *operation = &round->writing->operations[round->order[position]];

	return operation->model == model && operation->kind == ORM_OPERATION_MERGE;
}

/* Do later passes of a round merge rows of a model? */
static bool
may_have_givers(const void *argument, const OrmModel *model)
{
	const Round *round = argument;

	for (int i = round->next; i < round->nwrites; i++)
		if (is_merge(round, i, model))
			return true;
	return false;
}

/* The rows of a model that later passes of a round merge again. */
static List *
find_givers(const void *argument, const OrmModel *model)
{
	const Round *round = argument;
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

/* Writes the objects of a pass. */
static void
write_pass(Round *round, const int *order, int n)
{
	Writing *writing = round->writing;
	OrmGraph *graph = orm_graph_make();

	graph->labels.find = writing->find_label;
	graph->options.by_table = true;
	graph->options.told_apart = true;
	graph->options.may_skip = writing->may_skip;
	graph->options.givers = round->next < round->nwrites ? find_givers : NULL;
	graph->options.may_have_givers = may_have_givers;
	graph->options.givers_argument = round;
	add_objects(writing, graph, order, n);
	if (writing->turns[order[0]].pass == 0 || writing->late_labels)
		put_labels(round, writing->turns[order[0]].pass);
	graph->labels.table = writing->labels;
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		read_object(writing, graph, order[i]);
	}
	note_tables(round, graph);
	orm_writer_run(graph);
	writing->tally.inserted += graph->tally.inserted;
	writing->tally.updated += graph->tally.updated;
	writing->tally.deleted += graph->tally.deleted;
}

/* The primary key of an object's row; NULL if it is not known. */
static const Datum *
stored_key(const OrmObject *object)
{
	const OrmKey *key = orm_model_need_key(object->group->model);
	Datum *values = palloc(sizeof(Datum) * key->nattributes);

	return orm_graph_key(object, values) ? values : NULL;
}

/* Sets "stored" of labelled operations. */
static void
store_keys(const Round *round)
{
	const Writing *writing = round->writing;

	for (int k = 0; k < round->n; k++)
	{
		int i = round->numbers[k];

		if (writing->operations[i].label != NULL)
			writing->operations[i].stored = stored_key(writing->objects[writing->turns[i].first]);
	}
}

/* ---- Rounds ---- */

/* Raises 09000 if a trigger or a rule skipped one of the removals. */
static void
check_skipped(const Round *round, bool early)
{
	for (int i = round->nwrites; i < round->n; i++)
	{
		const OrmOperation *operation = &round->writing->operations[round->order[i]];

		if (round->early[i] == early)
			orm_delete_check_skipped(operation->model, operation->key, operation->place);
	}
}

/* Executes the removals of a round that precede, or follow, the writes. */
static void
write_removals(Round *round, bool early)
{
	Writing *writing = round->writing;
	OrmDelete *delete = NULL;
	int64 deleted;
	int n = 0;

	for (int i = round->nwrites; i < round->n; i++)
	{
		const OrmOperation *operation = &writing->operations[round->order[i]];

		if (round->early[i] != early)
			continue;
		orm_seen_check_key(operation->model, operation->key, operation->place);
		if (delete == NULL)
			delete = orm_delete_make();
		orm_delete_add(delete, operation->model, operation->key);
		n++;
	}
	if (delete == NULL)
		return;
	deleted = orm_delete_run(delete, writing->may_skip);
	if (deleted < n && !writing->may_skip)
		check_skipped(round, early);
	writing->tally.deleted += deleted;
}

/* Locks and compares the rows of removals with an expected state, before the round changes them. */
static void
check_expected(const Round *round)
{
	for (int i = round->nwrites; i < round->n; i++)
	{
		const OrmOperation *operation = &round->writing->operations[round->order[i]];

		CHECK_FOR_INTERRUPTS();
		orm_expected_check(operation->model, operation->key, &operation->expected, operation->place);
	}
}

/* Writes the operations of a round, pass by pass. */
static void
write_round(void *argument)
{
	Round *round = argument;
	const OrmTurn *turns = round->writing->turns;
	int count;

	check_expected(round);
	write_removals(round, true);
	for (int done = 0; done < round->nwrites; done += count)
	{
		const int *order = &round->order[done];

		for (count = 1; done + count < round->nwrites && turns[order[count]].pass == turns[order[0]].pass;)
			count++;
		round->next = done + count;
		write_pass(round, order, count);
	}
	store_keys(round);
	write_removals(round, false);
}

/* Removes the labels of a round. */
static void
drop_labels(const Round *round)
{
	const Writing *writing = round->writing;

	for (int k = 0; k < round->n; k++)
	{
		const OrmOperation *operation = &writing->operations[round->numbers[k]];

		if (operation->label != NULL && writing->labels != NULL)
			orm_labels_drop(writing->labels, operation->label);
	}
}

/* May an error be caused by an object that takes a unique value of a row to be removed? */
static bool
is_taken(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION || error->sqlerrcode == ERRCODE_EXCLUSION_VIOLATION ||
		error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION;
}

/* Selects removals that precede the writes, by their effect; false if there are no further ones. */
static bool
choose_early(Round *round, OrmDependents allowed)
{
	const Writing *writing = round->writing;
	bool more = false;

	for (int i = round->nwrites; i < round->n; i++)
	{
		const OrmOperation *operation = &writing->operations[round->order[i]];

		CHECK_FOR_INTERRUPTS();
		if (round->early[i] || !writing->turns[round->order[i]].alone)
			continue;
		round->early[i] = orm_dependents_of(operation->model, operation->key, round->written) <= allowed;
		more = more || round->early[i];
	}
	return more;
}

/*
 * Writes a round with removals.  These go last, since the writes may move rows
 * that reference removed ones.  If an object takes a unique value of a removed
 * row, the round is undone and written again with the removals first that
 * affect no other row of the tables written, and then also with the removals of
 * referenced rows that a foreign key protects.
 */
static void
write_contended(Round *round)
{
	OrmTally before = round->writing->tally;
	ErrorData *error = orm_attempt(write_round, round, ORM_ATTEMPT_KEEP);

	for (OrmDependents allowed = ORM_DEPENDENTS_NONE; error != NULL && allowed <= ORM_DEPENDENTS_PROTECTED; allowed++)
	{
		if (!is_taken(error))
			break;
		if (!choose_early(round, allowed))
			continue;
		round->writing->tally = before;
		drop_labels(round);
		if (orm_attempt(write_round, round, ORM_ATTEMPT_KEEP) == NULL)
			return;
	}
	if (error != NULL)
		ReThrowError(error);
}

/* Sorts the operations of a round by pass, then by number. */
static void
order_round(Round *round)
{
	const OrmTurn *turns = round->writing->turns;
	int n = round->n;

	round->order = palloc_extended(sizeof(int) * n, MCXT_ALLOC_HUGE);
	round->early = palloc_extended(sizeof(bool) * n, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < n; i++)
	{
		round->order[i] = round->numbers[i];
		round->nwrites += turns[round->numbers[i]].pass != ORM_PASS_REMOVALS;
	}
	qsort_arg(round->order, n, sizeof(int), compare_passes, unconstify(OrmTurn *, turns));
}

/* qsort_arg comparator: by round, then by number. */
static int
compare_rounds(const void *a, const void *b, void *argument)
{
	const OrmTurn *turns = argument;
	int one = *(const int *) a;
	int other = *(const int *) b;

	if (turns[one].round != turns[other].round)
		return turns[one].round < turns[other].round ? -1 : 1;
	return one < other ? -1 : one > other;
}

/* The numbers of the operations, sorted by round. */
static const int *
sort_rounds(Writing *writing, int n)
{
	OrmTurn *turns = writing->turns;
	int *numbers = palloc_extended(sizeof(int) * Max(n, 1), MCXT_ALLOC_HUGE);

	for (int i = 0; i < n; i++)
	{
		numbers[i] = i;
		writing->late_labels = writing->late_labels ||
			(turns[i].first == i && turns[i].pass != 0 && turns[i].pass != ORM_PASS_REMOVALS);
	}
	qsort_arg(numbers, n, sizeof(int), compare_rounds, turns);
	return numbers;
}

OrmTally
orm_operations_write(OrmOperation *operations, int n, OrmFindLabel find_label, bool may_skip)
{
	Writing writing = {.operations = operations, .find_label = find_label, .may_skip = may_skip};
	const int *numbers;

	writing.turns = orm_schedule_make(operations, n);
	writing.objects = palloc_extended(sizeof(OrmObject *) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	numbers = sort_rounds(&writing, n);
	for (int start = 0, end; start < n; start = end)
	{
		Round round = {.writing = &writing, .numbers = &numbers[start]};

		for (end = start + 1; end < n && writing.turns[numbers[end]].round == writing.turns[numbers[start]].round;)
			end++;
		round.n = end - start;
		order_round(&round);
		if (round.nwrites == 0 || round.nwrites == round.n)
			write_round(&round);
		else
			write_contended(&round);
	}
	return writing.tally;
}

/* Copies labels into the current memory context. */
static List *
copy_labels(const List *labels)
{
	List *copies = NIL;
	ListCell *cell;

	foreach(cell, labels)
		copies = lappend(copies, pstrdup(lfirst(cell)));
	return copies;
}

List *
orm_operations_check(OrmOperationKind kind, const OrmModel *model, OrmJson object, OrmFindLabel find_label)
{
	OrmRecord *record = orm_record_make(model, 1);
	int nested = orm_reader_read(orm_reader_make(model), object, NULL, kinds[kind].verb, record);
	MemoryContext context;
	MemoryContext caller;
	OrmGraph *graph;
	OrmObject *root;
	List *missing;

	if (nested == 0)
		return NIL;
	context = AllocSetContextCreate(CurrentMemoryContext, "orm check", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	graph = orm_graph_make();
	graph->labels.find = find_label;
	graph->labels.checking = true;
	root = orm_graph_adopt(graph, orm_graph_group(graph, model), kinds[kind].intent, record, NULL);
	orm_read_relationships(graph, root, object, nested);
	MemoryContextSwitchTo(caller);
	missing = copy_labels(graph->labels.missing);
	MemoryContextDelete(context);
	return missing;
}
