/*
 * operations.c - adding, merging and removing objects of any models together;
 * see operations.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/attempt.h"
#include "model/key.h"
#include "query/named_scope.h"
#include "remove/delete.h"
#include "session/dependents.h"
#include "session/operations.h"
#include "session/pass.h"
#include "session/schedule.h"
#include "store/reader.h"
#include "store/seen.h"

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
store_keys(const OrmRound *round)
{
	const OrmWriting *writing = round->writing;

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
check_skipped(const OrmRound *round, bool early)
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
write_removals(OrmRound *round, bool early)
{
	OrmWriting *writing = round->writing;
	OrmDelete *delete = NULL;
	int64 deleted;
	int n = 0;

	for (int i = round->nwrites; i < round->n; i++)
	{
		const OrmOperation *operation = &writing->operations[round->order[i]];

		if (round->early[i] != early)
			continue;
		orm_seen_check_key(operation->model, operation->key, operation->place,
						   writing->options->unscoped ? ORM_SCOPE_LIFTS_DEFAULTS : 0);
		if (delete == NULL)
			delete = orm_delete_make(writing->options->may_skip ? ORM_DELETE_MAY_SKIP : 0);
		orm_delete_add(delete, operation->model, operation->key);
		n++;
	}
	if (delete == NULL)
		return;
	deleted = orm_delete_run(delete);
	if (deleted < n && !writing->options->may_skip)
		check_skipped(round, early);
	writing->tally.deleted += deleted;
}

/* Locks and compares the rows of removals with an expected state, before the round changes them. */
static void
check_expected(const OrmRound *round)
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
	OrmRound *round = argument;
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
		orm_pass_write(round, order, count);
	}
	store_keys(round);
	write_removals(round, false);
}

/* Removes the labels of a round. */
static void
drop_labels(const OrmRound *round)
{
	const OrmWriting *writing = round->writing;

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
choose_early(OrmRound *round, OrmDependents allowed)
{
	const OrmWriting *writing = round->writing;
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
write_contended(OrmRound *round)
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
order_round(OrmRound *round)
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
sort_rounds(OrmWriting *writing, int n)
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
orm_operations_write(OrmOperation *operations, int n, OrmFindLabel find_label, const OrmOperationOptions *options)
{
	OrmWriting writing = {.operations = operations, .find_label = find_label, .options = options};
	const int *numbers;

	writing.turns = orm_schedule_make(operations, n);
	writing.objects = palloc_extended(sizeof(OrmObject *) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	numbers = sort_rounds(&writing, n);
	for (int start = 0, end; start < n; start = end)
	{
		OrmRound round = {.writing = &writing, .numbers = &numbers[start]};

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
	int nested = orm_reader_read(orm_reader_make(model), object, NULL, orm_pass_ways[kind].verb, record);
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
	root = orm_graph_adopt(graph, orm_graph_group(graph, model), orm_pass_ways[kind].intent, record, NULL);
	orm_read_relationships(graph, root, object, nested);
	MemoryContextSwitchTo(caller);
	missing = copy_labels(graph->labels.missing);
	MemoryContextDelete(context);
	return missing;
}
