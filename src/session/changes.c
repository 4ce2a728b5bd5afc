/*
 * changes.c - objects of any models written together; see changes.h.
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
#include "session/changes.h"
#include "store/stale.h"

/* What is known of one row that changes name by its key. */
typedef struct Row
{
	int round;		 /* the last round in which it occurs */
	int occurrences; /* in that round */
	int first;		 /* the change of that round in which it occurs first */
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

/* What is known of a change besides. */
typedef struct Plan
{
	int round;
	int pass;  /* how often its row has occurred before in this round; REMOVING */
	int first; /* the change of this round in which it occurs first: perhaps this one */
	int asks;  /* the next one of it, of the same model, that may say what it was read from; 0: none */
	OrmObject *object;
} Plan;

/* The pass of removals, after all others. */
#define REMOVING PG_INT32_MAX

typedef struct Writing
{
	OrmChange *changes;
	Plan *plans; /* one for each */
	OrmLabels *labels;
	OrmFindLabel find_label;
	OrmTally tally;
} Writing;

/* ---- Rounds and passes ---- */

/* Do two models have the same rows, by the same key? */
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

/* Puts the settings in force under which an object was given. */
static int
enter_settings(const OrmChange *change)
{
	return change->settings != NULL ? orm_settings_enter(change->settings) : 0;
}

/* Reads the primary key that a change gives; false: it gives none, or something that is none. */
static bool
read_key(const OrmChange *change, Datum *key)
{
	const OrmModel *model = change->model;
	bool isnull;

	if (model->primary_key == NULL || orm_json_kind(change->object) != ORM_JSON_OBJECT)
		return false;
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];
		OrmPath here = orm_path_key(change->place, attribute->name);
		OrmJson value;

		if (!orm_json_member(change->object, attribute->name, &value) ||
			(orm_json_kind(value) == ORM_JSON_OBJECT && orm_patch_find(attribute->type, value) != ORM_PATCH_SET))
			return false;
		key[i] = orm_value_read(attribute->type, value, &here, &isnull);
		if (isnull)
			return false;
	}
	return true;
}

/* The row of a key; one that is not known yet has occurred in no round. */
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
 * If an object says what it was read from, that is compared before its row is
 * written for the first time, by whichever change.
 */
static void
note_asking(Writing *writing, int i)
{
	const OrmChange *change = &writing->changes[i];
	const OrmChange *first = &writing->changes[writing->plans[i].first];
	Plan *plan = &writing->plans[writing->plans[i].first];
	int version = change->model->version;
	OrmJson value;

	if (change == first || plan->asks > 0 || first->kind != ORM_CHANGE_MERGE || change->kind != ORM_CHANGE_MERGE ||
		strcmp(first->model->name, change->model->name) != 0)
		return;
	if (orm_json_member(change->object, "$etag", &value) ||
		(version >= 0 && orm_json_member(change->object, change->model->attributes[version].name, &value)))
		plan->asks = i;
}

/* Decides when each object is written: what is stored after it was removed begins a new round. */
static void
plan_passes(Writing *writing, int n)
{
	List *tables = NIL;
	Datum room[INDEX_MAX_KEYS];
	int round = 0;

	for (int i = 0; i < n; i++)
	{
		const OrmChange *change = &writing->changes[i];
		bool removing = change->kind == ORM_CHANGE_REMOVE;
		Row *row = NULL;
		int level = enter_settings(change);

		CHECK_FOR_INTERRUPTS();
		if (removing || read_key(change, room))
			row = row_of_key(rows_of(&tables, change->model), removing ? change->key : room);
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

/* In the order of passes, and in each as they were given. */
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
	[ORM_CHANGE_ADD] = {ORM_INTENT_CREATE, ORM_VERB_CREATE},
	[ORM_CHANGE_MERGE] = {ORM_INTENT_SAVE, ORM_VERB_SAVE},
};

/* Gives an object the label of a change. */
static void
put_label(Writing *writing, const OrmChange *change, OrmObject *object)
{
	if (writing->labels == NULL)
		writing->labels = orm_labels_make(CurrentMemoryContext);
	if (orm_labels_find(writing->labels, change->label) != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("label \"%s\" is given twice", change->label),
				orm_error_place(change->place));
	orm_model_need_key(object->group->model);
	object->said.labelled = true;
	object->referenced = true;
	orm_labels_put(writing->labels, change->label, object);
}

/* Is a change labelled whose row was another model's object when it occurred first? */
static bool
has_own_label(const Writing *writing, int i)
{
	const OrmChange *change = &writing->changes[i];

	return change->label != NULL &&
		strcmp(writing->changes[writing->plans[i].first].model->name, change->model->name) != 0;
}

/* Gives labels to the objects of a round that occur first: what occurs again is known by the same object. */
static void
put_labels(Writing *writing, int start, int end)
{
	for (int i = start; i < end; i++)
		if (writing->changes[i].label != NULL && !has_own_label(writing, i))
			put_label(writing, &writing->changes[i], writing->plans[writing->plans[i].first].object);
}

/* Adds the objects of a pass; their contents are read when all labels are known. */
static void
add_objects(Writing *writing, OrmGraph *graph, const int *order, int n)
{
	for (int i = 0; i < n; i++)
	{
		const OrmChange *change = &writing->changes[order[i]];

		writing->plans[order[i]].object = orm_graph_add(graph, orm_graph_group(graph, change->model),
														kinds[change->kind].intent, change->place);
		if (has_own_label(writing, order[i]))
			put_label(writing, change, writing->plans[order[i]].object);
	}
}

/* Takes over what another change of the row says that it was read from. */
static void
take_state(const OrmChange *change, OrmRecord *record)
{
	const OrmModel *model = change->model;
	OrmJson value;
	Datum version;
	bool isnull;

	if (orm_json_member(change->object, "$etag", &value) && orm_json_kind(value) == ORM_JSON_STRING)
		record->etag = orm_json_string(value);
	if (model->version < 0 || !orm_json_member(change->object, model->attributes[model->version].name, &value) ||
		orm_json_kind(value) == ORM_JSON_NULL)
		return;
	version = orm_value_read(model->attributes[model->version].type, value, change->place, &isnull);
	orm_record_set(record, model->version, version, isnull);
}

/* Reads what is given of an object.  What has occurred before was looked at then, and is changed by now. */
static void
read_object(const Writing *writing, OrmGraph *graph, int i)
{
	const Plan *plan = &writing->plans[i];
	const OrmRecord *first = writing->plans[plan->first].object->record;
	OrmRecord *record = plan->object->record;
	int level = enter_settings(&writing->changes[i]);

	orm_read_into(graph, plan->object, kinds[writing->changes[i].kind].verb, writing->changes[i].object);
	orm_settings_leave(level);
	if (plan->asks > 0 && !orm_stale_is_asked(writing->changes[i].model, record))
		take_state(&writing->changes[plan->asks], record);
	record->checked = first != record && orm_stale_is_same(writing->changes[i].model, first, record);
}

/* Writes the objects of a pass; the first one of a round, which goes to "end", has all labels. */
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

/* The key of the row that an object has become; NULL: it is not known. */
static const Datum *
stored_key(const OrmObject *object)
{
	const OrmKey *key = orm_model_need_key(object->group->model);
	Datum *values = palloc(sizeof(Datum) * key->nattributes);

	return orm_graph_key(object, values) ? values : NULL;
}

/* Remembers the keys of what has a label. */
static void
store_keys(const Writing *writing, int start, int end)
{
	for (int i = start; i < end; i++)
		if (writing->changes[i].label != NULL)
			writing->changes[i].stored = stored_key(writing->plans[writing->plans[i].first].object);
}

/* Deletes what is removed, all together. */
static void
remove_all(Writing *writing, const int *order, int n)
{
	OrmDelete *delete = orm_delete_make();

	for (int i = 0; i < n; i++)
		orm_delete_add(delete, writing->changes[order[i]].model, writing->changes[order[i]].key);
	writing->tally.deleted += orm_delete_run(delete);
}

/* Writes the changes of a round, a pass after the other. */
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
orm_changes_write(OrmChange *changes, int n, OrmFindLabel find_label)
{
	Writing writing = {.changes = changes, .find_label = find_label};

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
orm_changes_check(OrmChangeKind kind, const OrmModel *model, OrmJson object, OrmFindLabel find_label)
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
