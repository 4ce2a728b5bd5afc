/*
 * operations.c - writing objects of any models together; see operations.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "exec/keyset.h"
#include "graph/writer.h"
#include "model/key.h"
#include "model/patch.h"
#include "model/value.h"
#include "remove/delete.h"
#include "session/operations.h"
#include "store/stale.h"

/* A row whose key operations give. */
typedef struct Row
{
	int round;		 /* the last round in which it occurs; -1: none */
	int occurrences; /* in that round */
	int first;		 /* number of the first operation of it in that round */
	bool removed;	 /* in that round */
} Row;

/* The rows of one table. */
typedef struct TableRows
{
	const OrmModel *model; /* one of its models */
	OrmKeySet *keys;
	Row *rows; /* by number of the key */
	int capacity;
} TableRows;

/* When and how an operation is written. */
typedef struct Plan
{
	int round;
	int pass;  /* number of earlier occurrences of its row in this round; or REMOVING */
	int first; /* number of the first operation of its row in this round, perhaps itself */
	int asks;  /* number of a later MERGE of its row with an etag or a version; 0: none */
	OrmObject *object;
} Plan;

/* The pass of removals, after all others. */
#define REMOVING PG_INT32_MAX

typedef struct Writing
{
	OrmOperation *operations;
	Plan *plans; /* one for each */
	OrmLabels *labels;
	OrmFindLabel find_label;
	OrmTally tally;
} Writing;

/* ---- Rounds and passes ---- */

/* Do two models have one table and one primary key? */
static bool
same_rows(const OrmModel *a, const OrmModel *b)
{
	const OrmKey *key = a->primary_key;

	return a->relid == b->relid && key->nattributes == b->primary_key->nattributes &&
		memcmp(key->attributes, b->primary_key->attributes, sizeof(*key->attributes) * key->nattributes) == 0;
}

/* The rows of a model's table. */
static TableRows *
rows_of(List **tables, const OrmModel *model)
{
	TableRows *found;
	ListCell *cell;

	foreach(cell, *tables)
		if (same_rows(((TableRows *) lfirst(cell))->model, model))
			return lfirst(cell);
	found = palloc0(sizeof(TableRows));
	found->model = model;
	found->keys = orm_keyset_make_for(model);
	*tables = lappend(*tables, found);
	return found;
}

/* Puts the settings of an operation in force. */
static int
enter_settings(const OrmOperation *operation)
{
	return operation->settings != NULL ? orm_settings_enter(operation->settings) : 0;
}

/* Reads the primary key in an object; false: the object has none, or a patch or null in it. */
static bool
read_key(const OrmOperation *operation, Datum *key)
{
	const OrmModel *model = operation->model;
	bool isnull;

	if (model->primary_key == NULL || orm_json_kind(operation->object) != ORM_JSON_OBJECT)
		return false;
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];
		OrmPath here = orm_path_key(operation->place, attribute->name);
		OrmJson value;

		if (!orm_json_member(operation->object, attribute->name, &value) ||
			(orm_json_kind(value) == ORM_JSON_OBJECT && orm_patch_find(attribute->type, value) != ORM_PATCH_SET))
			return false;
		key[i] = orm_value_read(attribute->type, value, &here, &isnull);
		if (isnull)
			return false;
	}
	return true;
}

/* The row of a key. */
static Row *
row_of_key(TableRows *table, const Datum *key)
{
	int known = orm_keyset_count(table->keys);
	int number = orm_keyset_add(table->keys, key);

	if (number == table->capacity)
	{
		table->capacity = Max(2 * table->capacity, 16);
		table->rows = table->rows == NULL ? palloc(sizeof(Row) * table->capacity)
										  : repalloc_huge(table->rows, sizeof(Row) * table->capacity);
	}
	if (number == known)
		table->rows[number] = (Row){.round = -1};
	return &table->rows[number];
}

/*
 * An etag or a version of any operation of a row is compared before the row is
 * written for the first time.
 */
static void
note_asking(Writing *writing, int i)
{
	const OrmOperation *operation = &writing->operations[i];
	const OrmOperation *first = &writing->operations[writing->plans[i].first];
	Plan *plan = &writing->plans[writing->plans[i].first];
	int version = operation->model->version;
	OrmJson value;

	if (operation == first || plan->asks > 0 || first->kind != ORM_OPERATION_MERGE ||
		operation->kind != ORM_OPERATION_MERGE || strcmp(first->model->name, operation->model->name) != 0)
		return;
	if (orm_json_member(operation->object, "$etag", &value) ||
		(version >= 0 && orm_json_member(operation->object, operation->model->attributes[version].name, &value)))
		plan->asks = i;
}

/* Decides the round and the pass of each operation. */
static void
plan_passes(Writing *writing, int n)
{
	List *tables = NIL;
	Datum room[INDEX_MAX_KEYS];
	int round = 0;

	for (int i = 0; i < n; i++)
	{
		const OrmOperation *operation = &writing->operations[i];
		bool removing = operation->kind == ORM_OPERATION_REMOVE;
		Row *row = NULL;
		int level = enter_settings(operation);

		CHECK_FOR_INTERRUPTS();
		if (removing || read_key(operation, room))
			row = row_of_key(rows_of(&tables, operation->model), removing ? operation->key : room);
		orm_settings_leave(level);
		if (row != NULL && row->removed && row->round == round && !removing)
			round++;
		if (row != NULL && row->round != round)
			*row = (Row){.round = round, .first = i};
		writing->plans[i].round = round;
		writing->plans[i].first = row != NULL && !removing ? row->first : i;
		writing->plans[i].pass = removing ? REMOVING : row != NULL ? row->occurrences++ : 0;
		if (removing)
			row->removed = true;
		else
			note_asking(writing, i);
	}
}

/* Order by pass, then as given. */
static int
compare_passes(const void *a, const void *b, void *argument)
{
	const Plan *plans = argument;
	int one = *(const int *) a;
	int other = *(const int *) b;

	if (plans[one].pass != plans[other].pass)
		return plans[one].pass < plans[other].pass ? -1 : 1;
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

/* Gives an object the label of an operation. */
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

/* Has an operation a label of its own, since the first operation of its row is of another model? */
static bool
has_own_label(const Writing *writing, int i)
{
	const OrmOperation *operation = &writing->operations[i];

	return operation->label != NULL &&
		strcmp(writing->operations[writing->plans[i].first].model->name, operation->model->name) != 0;
}

/* Gives the labels of a round to the first objects of their rows. */
static void
put_labels(Writing *writing, int start, int end)
{
	for (int i = start; i < end; i++)
		if (writing->operations[i].label != NULL && !has_own_label(writing, i))
			put_label(writing, &writing->operations[i], writing->plans[writing->plans[i].first].object);
}

/* Adds the objects of a pass; they are read when all labels are known. */
static void
add_objects(Writing *writing, OrmGraph *graph, const int *order, int n)
{
	for (int i = 0; i < n; i++)
	{
		const OrmOperation *operation = &writing->operations[order[i]];

		writing->plans[order[i]].object = orm_graph_add(graph, orm_graph_group(graph, operation->model),
														kinds[operation->kind].intent, operation->place);
		if (has_own_label(writing, order[i]))
			put_label(writing, operation, writing->plans[order[i]].object);
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

/* Reads an object.  An etag or a version that was compared in an earlier pass is not compared again. */
static void
read_object(const Writing *writing, OrmGraph *graph, int i)
{
	const Plan *plan = &writing->plans[i];
	const OrmRecord *first = writing->plans[plan->first].object->record;
	OrmRecord *record = plan->object->record;
	int level = enter_settings(&writing->operations[i]);

	orm_read_into(graph, plan->object, kinds[writing->operations[i].kind].verb, writing->operations[i].object);
	orm_settings_leave(level);
	if (plan->asks > 0 && !orm_stale_is_asked(writing->operations[i].model, record))
		take_state(&writing->operations[plan->asks], record);
	record->checked = first != record && orm_stale_is_same(writing->operations[i].model, first, record);
}

/* Writes the objects of a pass; the first pass gives the labels of its round, start to end. */
static void
write_pass(Writing *writing, const int *order, int n, int start, int end)
{
	OrmGraph *graph = orm_graph_make();

	graph->labels.find = writing->find_label;
	graph->options.by_table = true;
	graph->options.told_apart = true;
	add_objects(writing, graph, order, n);
	if (writing->plans[order[0]].pass == 0)
		put_labels(writing, start, end);
	graph->labels.table = writing->labels;
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		read_object(writing, graph, order[i]);
	}
	orm_writer_run(graph);
	writing->tally.inserted += graph->tally.inserted;
	writing->tally.updated += graph->tally.updated;
	writing->tally.deleted += graph->tally.deleted;
}

/* The key of an object's row; NULL: it is not known. */
static const Datum *
stored_key(const OrmObject *object)
{
	const OrmKey *key = orm_model_need_key(object->group->model);
	Datum *values = palloc(sizeof(Datum) * key->nattributes);

	return orm_graph_key(object, values) ? values : NULL;
}

/* Fills in the keys of the rows of labelled objects. */
static void
store_keys(const Writing *writing, int start, int end)
{
	for (int i = start; i < end; i++)
		if (writing->operations[i].label != NULL)
			writing->operations[i].stored = stored_key(writing->plans[writing->plans[i].first].object);
}

/* Writes removals, all together. */
static void
remove_all(Writing *writing, const int *order, int n)
{
	OrmDelete *delete = orm_delete_make();

	for (int i = 0; i < n; i++)
		orm_delete_add(delete, writing->operations[order[i]].model, writing->operations[order[i]].key);
	writing->tally.deleted += orm_delete_run(delete);
}

/* Writes the operations of a round, pass by pass. */
static void
write_round(Writing *writing, int start, int end)
{
	int n = end - start;
	int *order = palloc_extended(sizeof(int) * n, MCXT_ALLOC_HUGE);
	int done = 0;

	for (int i = 0; i < n; i++)
		order[i] = start + i;
	qsort_arg(order, n, sizeof(int), compare_passes, writing->plans);
	while (done < n)
	{
		int pass = writing->plans[order[done]].pass;
		int count = 1;

		while (done + count < n && writing->plans[order[done + count]].pass == pass)
			count++;
		if (pass == REMOVING)
			break;
		write_pass(writing, &order[done], count, start, end);
		done += count;
	}
	store_keys(writing, start, end);
	if (done < n)
		remove_all(writing, &order[done], n - done);
}

OrmTally
orm_operations_write(OrmOperation *operations, int n, OrmFindLabel find_label)
{
	Writing writing = {.operations = operations, .find_label = find_label};

	writing.plans = palloc_extended(sizeof(Plan) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	plan_passes(&writing, n);
	for (int start = 0, end; start < n; start = end)
	{
		for (end = start + 1; end < n && writing.plans[end].round == writing.plans[start].round;)
			end++;
		write_round(&writing, start, end);
	}
	return writing.tally;
}

void
orm_operations_check(OrmOperationKind kind, const OrmModel *model, OrmJson object, OrmFindLabel find_label)
{
	OrmRecord *record = orm_record_make(model, 1);
	int nested = orm_reader_read(orm_reader_make(model), object, NULL, kinds[kind].verb, record);
	MemoryContext context;
	MemoryContext caller;
	OrmGraph *graph;
	OrmObject *root;

	if (nested == 0)
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "orm check", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	graph = orm_graph_make();
	graph->labels.find = find_label;
	graph->labels.checking = true;
	root = orm_graph_adopt(graph, orm_graph_group(graph, model), kinds[kind].intent, record, NULL);
	orm_read_relationships(graph, root, object, nested);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}
