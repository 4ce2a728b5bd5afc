/*
 * labels.c - labels of objects; see labels.h.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"

#include "graph/graph.h"
#include "model/key.h"

struct OrmLabels
{
	HTAB *table;
};

typedef struct LabelEntry
{
	const char *label; /* the key */
	void *what;
} LabelEntry;

static uint32
hash_label(const void *key, Size size)
{
	const char *label = *(const char *const *) key;

	return hash_bytes((const unsigned char *) label, (int) strlen(label));
}

/* Compares the texts of labels. */
static int
compare_labels(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

OrmLabels *
orm_labels_make(MemoryContext context)
{
	OrmLabels *labels = MemoryContextAlloc(context, sizeof(OrmLabels));
	HASHCTL control = {
		.keysize = sizeof(char *),
		.entrysize = sizeof(LabelEntry),
		.hash = hash_label,
		.match = compare_labels,
		.hcxt = context,
	};

	labels->table = hash_create("orm labels", 32, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	return labels;
}

void *
orm_labels_find(const OrmLabels *labels, const char *label)
{
	const LabelEntry *entry = labels ? hash_search(labels->table, &label, HASH_FIND, NULL) : NULL;

	return entry ? entry->what : NULL;
}

void
orm_labels_put(OrmLabels *labels, const char *label, void *what)
{
	LabelEntry *entry = hash_search(labels->table, &label, HASH_ENTER, NULL);

	entry->label = label;
	entry->what = what;
}

void
orm_labels_drop(OrmLabels *labels, const char *label)
{
	hash_search(labels->table, &label, HASH_REMOVE, NULL);
}

/* ---- Objects by their labels ---- */

/* Raises 42704: the label does not exist. */
static void
raise_unknown(const char *label, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("label \"%s\" does not exist in this transaction", orm_error_clip(label)), orm_error_place(place),
			errhint("Labels are given by orm.add, orm.merge and orm.flush(document)."));
}

/* Raises 22023 if the labelled object is of another model. */
static void
check_label_model(const OrmGroup *group, const char *label, const char *model, const OrmPath *place)
{
	if (strcmp(group->model->name, model) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("label \"%s\" belongs to an object of model \"%s\", not \"%s\"", orm_error_clip(label), model,
					   group->model->name),
				orm_error_place(place));
}

/* Adds an object for an existing row, whose key the caller sets. */
static OrmObject *
add_row(OrmGraph *graph, OrmGroup *group, const OrmPath *place)
{
	OrmObject *object = orm_graph_add(graph, group, ORM_INTENT_FIND, place);

	object->said.nested = true;
	object->said.key = orm_model_need_key(group->model);
	object->said.by_key = object->said.key->nattributes == 1;
	return object;
}

/* Adds an object for the row of a written object. */
static OrmObject *
row_of(OrmGraph *graph, OrmGroup *group, const OrmObject *written, const OrmPath *place)
{
	OrmObject *object = add_row(graph, group, place);

	for (int i = 0; i < object->said.key->nattributes; i++)
	{
		int attribute = object->said.key->attributes[i];
		Datum value;
		bool isnull;

		if (orm_graph_value(written, attribute, &value, &isnull))
			orm_record_set(object->record, attribute, value, isnull);
	}
	return object;
}

/* Adds an object for a row whose key the session keeps. */
static OrmObject *
remembered_row(OrmGraph *graph, OrmGroup *group, const char *label, const OrmLabelled *found, const OrmPath *place)
{
	OrmObject *object = add_row(graph, group, place);
	Datum values[INDEX_MAX_KEYS];

	if (found->nkey == 0 && graph->labels.checking)
		return object;
	if (found->nkey == 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("object with label \"%s\" has not been written yet", label), orm_error_place(place));
	orm_key_read_kept(group->model, found->nkey, found->key, place, values);
	orm_record_copy_key(object->record, object->said.key, values);
	return object;
}

OrmObject *
orm_labels_object(OrmGraph *graph, OrmGroup *group, const char *label, const OrmPath *place)
{
	OrmObject *object = orm_labels_find(graph->labels.table, label);
	OrmLabelled found;

	if (object != NULL)
	{
		check_label_model(group, label, object->group->model->name, place);
		return object->written ? row_of(graph, group, object, place) : object;
	}
	if (graph->labels.find == NULL || !graph->labels.find(label, &found))
	{
		if (!graph->labels.checking)
			raise_unknown(label, place);
		graph->labels.missing = lappend(graph->labels.missing, pstrdup(label));
		return add_row(graph, group, place);
	}
	check_label_model(group, label, found.model, place);
	return remembered_row(graph, group, label, &found, place);
}
