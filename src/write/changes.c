/*
 * changes.c - objects of any models written together; see changes.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "exec/keys.h"
#include "model/key.h"
#include "model/value.h"
#include "write/delete.h"
#include "write/flush.h"
#include "write/stale.h"

/* The keys that occur in objects of one model. */
typedef struct ModelKeys
{
	const OrmModel *model;
	OrmKeySet  *keys;
	int		   *occurrences;	/* by number of the key */
	int		   *first;			/* the change in which it occurs first */
	int			capacity;
} ModelKeys;

/* What is known of a change besides. */
typedef struct Plan
{
	int			pass;			/* how often its object has occurred before */
	int			first;			/* the change in which it occurs first: perhaps this one */
	OrmObject  *object;
} Plan;

typedef struct Writing
{
	OrmChange  *changes;
	int			n;
	Plan	   *plans;			/* one for each */
	int			npasses;
	OrmLabels  *labels;
	OrmFindLabel find_label;
	OrmTally	tally;
} Writing;

/* ---- Passes ---- */

/* The keys of a model. */
static ModelKeys *
keys_of(List **models, const OrmModel *model)
{
	const OrmType *types[INDEX_MAX_KEYS];
	ModelKeys  *found;
	ListCell   *cell;

	foreach(cell, *models)
		if (strcmp(((ModelKeys *) lfirst(cell))->model->name, model->name) == 0)
			return lfirst(cell);
	for (int i = 0; i < model->primary_key->nattributes; i++)
		types[i] = model->attributes[model->primary_key->attributes[i]].type;
	found = palloc0(sizeof(ModelKeys));
	found->model = model;
	found->keys = orm_keyset_make(model->primary_key->nattributes, types);
	*models = lappend(*models, found);
	return found;
}

/* Reads the primary key that an object gives; false: it gives none, or something that is none. */
static bool
read_key(const OrmChange *change, Datum *key)
{
	const OrmModel *model = change->model;
	bool		isnull;

	if (model->primary_key == NULL || orm_json_kind(change->object) != ORM_JSON_OBJECT)
		return false;
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];
		OrmPath		here = orm_path_key(change->place, attribute->name);
		OrmJson		value;

		if (!orm_json_member(change->object, attribute->name, &value) || orm_json_kind(value) >= ORM_JSON_ARRAY)
			return false;
		key[i] = orm_value_read(attribute->type, value, &here, &isnull);
		if (isnull)
			return false;
	}
	return true;
}

/* Room for what is known of one more key. */
static void
grow(ModelKeys *keys)
{
	int			capacity = Max(2 * keys->capacity, 16);

	if (orm_keyset_count(keys->keys) <= keys->capacity)
		return;
	keys->occurrences = keys->occurrences == NULL ? palloc(sizeof(int) * capacity)
		: repalloc_huge(keys->occurrences, sizeof(int) * capacity);
	keys->first = keys->first == NULL ? palloc(sizeof(int) * capacity)
		: repalloc_huge(keys->first, sizeof(int) * capacity);
	keys->capacity = capacity;
}

/* Decides in which pass each object is written. */
static void
plan_passes(Writing *writing)
{
	List	   *models = NIL;
	Datum		key[INDEX_MAX_KEYS];

	for (int i = 0; i < writing->n; i++)
	{
		Plan	   *plan = &writing->plans[i];
		ModelKeys  *keys;
		int			known;
		int			number;

		plan->first = i;
		if (writing->changes[i].kind == ORM_CHANGE_REMOVE)
			continue;
		writing->npasses = Max(writing->npasses, 1);
		if (!read_key(&writing->changes[i], key))
			continue;
		keys = keys_of(&models, writing->changes[i].model);
		known = orm_keyset_count(keys->keys);
		number = orm_keyset_add(keys->keys, key);
		grow(keys);
		if (number == known)
		{
			keys->occurrences[number] = 0;
			keys->first[number] = i;
		}
		plan->pass = keys->occurrences[number]++;
		plan->first = keys->first[number];
		writing->npasses = Max(writing->npasses, plan->pass + 1);
	}
}

/* ---- Objects ---- */

static const struct
{
	OrmIntent	intent;
	OrmVerb		verb;
}			kinds[] = {
	[ORM_CHANGE_ADD] = {ORM_INTENT_CREATE, ORM_VERB_CREATE},
	[ORM_CHANGE_MERGE] = {ORM_INTENT_SAVE, ORM_VERB_SAVE},
};

/* Gives an object its label. */
static void
put_label(Writing *writing, const OrmChange *change, OrmObject *object)
{
	if (writing->labels == NULL)
		writing->labels = orm_labels_make(CurrentMemoryContext);
	if (orm_labels_find(writing->labels, change->label) != NULL)
		ereport(ERROR,
				errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("label \"%s\" is given twice", change->label),
				orm_error_place(change->place));
	orm_model_need_key(object->group->model);
	object->labelled = true;
	object->referenced = true;
	orm_labels_put(writing->labels, change->label, object);
}

/* Adds the objects of a pass; their contents are read when all labels are known. */
static void
add_objects(Writing *writing, OrmWork *work, int pass)
{
	for (int i = 0; i < writing->n; i++)
	{
		const OrmChange *change = &writing->changes[i];
		Plan	   *plan = &writing->plans[i];

		if (change->kind == ORM_CHANGE_REMOVE || plan->pass != pass)
			continue;
		plan->object = orm_work_add(work, orm_work_group(work, change->model), kinds[change->kind].intent,
									change->place);
	}
	for (int i = 0; pass == 0 && i < writing->n; i++)
		if (writing->changes[i].label != NULL && writing->changes[i].kind != ORM_CHANGE_REMOVE)
			put_label(writing, &writing->changes[i], writing->plans[writing->plans[i].first].object);
	work->labels = writing->labels;
}

/* Reads what is given of an object.  What has occurred before was looked at then, and is changed by now. */
static void
read_object(const Writing *writing, OrmWork *work, int i)
{
	const Plan *plan = &writing->plans[i];
	const OrmRecord *first = writing->plans[plan->first].object->record;
	OrmRecord  *record = plan->object->record;

	orm_work_read_into(work, plan->object, kinds[writing->changes[i].kind].verb, writing->changes[i].object);
	record->checked = first != record && orm_stale_is_same(writing->changes[i].model, first, record);
}

/* Writes the objects of a pass. */
static void
write_pass(Writing *writing, int pass)
{
	OrmWork    *work = orm_work_make();

	work->find_label = writing->find_label;
	work->by_table = true;
	work->told_apart = true;
	add_objects(writing, work, pass);
	for (int i = 0; i < writing->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (writing->changes[i].kind != ORM_CHANGE_REMOVE && writing->plans[i].pass == pass)
			read_object(writing, work, i);
	}
	orm_work_flush(work);
	writing->tally.inserted += work->tally.inserted;
	writing->tally.updated += work->tally.updated;
	writing->tally.deleted += work->tally.deleted;
}

/* The key of the row that an object has become; NULL: it is not known. */
static const Datum *
stored_key(const OrmObject *object)
{
	const OrmKey *key = orm_model_need_key(object->group->model);
	Datum	   *values = palloc(sizeof(Datum) * key->nattributes);
	bool		isnull;

	for (int i = 0; i < key->nattributes; i++)
		if (!orm_work_value(object, key->attributes[i], &values[i], &isnull) || isnull)
			return NULL;
	return values;
}

/* Deletes what is removed, all together. */
static void
remove_all(Writing *writing)
{
	OrmDelete  *delete = NULL;

	for (int i = 0; i < writing->n; i++)
	{
		const OrmChange *change = &writing->changes[i];

		if (change->kind != ORM_CHANGE_REMOVE)
			continue;
		if (delete == NULL)
			delete = orm_delete_make();
		orm_delete_add(delete, change->model, change->key);
	}
	if (delete != NULL)
		writing->tally.deleted += orm_delete_run(delete);
}

OrmTally
orm_changes_write(OrmChange *changes, int n, OrmFindLabel find_label)
{
	Writing		writing = {.changes = changes, .n = n, .find_label = find_label};

	writing.plans = palloc_extended(sizeof(Plan) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	plan_passes(&writing);
	for (int pass = 0; pass < writing.npasses; pass++)
		write_pass(&writing, pass);
	for (int i = 0; i < n; i++)
		if (changes[i].label != NULL && changes[i].kind != ORM_CHANGE_REMOVE)
			changes[i].stored = stored_key(writing.plans[writing.plans[i].first].object);
	remove_all(&writing);
	return writing.tally;
}

void
orm_changes_check(OrmChangeKind kind, const OrmModel *model, OrmJson object, OrmFindLabel find_label)
{
	MemoryContext context;
	MemoryContext caller;
	OrmWork    *work;

	if (orm_record_read_flat(model, object, NULL, kinds[kind].verb, orm_record_make(model, 1)))
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "orm check", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	work = orm_work_make();
	work->find_label = find_label;
	work->checking = true;
	orm_work_read(work, orm_work_group(work, model), kinds[kind].intent, kinds[kind].verb, object, NULL);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}
