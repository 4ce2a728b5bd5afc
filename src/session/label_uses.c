/*
 * label_uses.c - see label_uses.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "session/label_uses.h"

/* A search in the object of an operation. */
typedef struct LabelSearch
{
	const OrmOperation *operations;
	const OrmLabels *labels; /* of pointers into "operations" */
	List *found;
} LabelSearch;

/* Adds the operation with the label, if there is one. */
static void
add_use(LabelSearch *search, OrmJson label)
{
	const OrmOperation *operation = orm_labels_find(search->labels, orm_json_string(label));

	if (operation != NULL)
		search->found = list_append_unique_int(search->found, operation - search->operations);
}

/* Searches a value and all values in it. */
static void
search_value(LabelSearch *search, OrmJson json)
{
	OrmJsonKind kind = orm_json_kind(json);
	OrmJsonWalk walk;

	if (kind != ORM_JSON_OBJECT && kind != ORM_JSON_ARRAY)
		return;
	check_stack_depth();
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		CHECK_FOR_INTERRUPTS();
		if (kind == ORM_JSON_OBJECT && orm_json_equals(walk.key, "$ref") &&
			orm_json_kind(walk.value) == ORM_JSON_STRING)
			add_use(search, walk.value);
		else
			search_value(search, walk.value);
	}
}

/* The operations by their labels; NULL if there are no labels. */
static OrmLabels *
find_labels(const OrmOperation *operations, int n)
{
	OrmLabels *labels = NULL;

	for (int i = 0; i < n; i++)
	{
		if (operations[i].label == NULL)
			continue;
		if (labels == NULL)
			labels = orm_labels_make(CurrentMemoryContext);
		orm_labels_put(labels, operations[i].label, unconstify(OrmOperation *, &operations[i]));
	}
	return labels;
}

List **
orm_label_uses_find(const OrmOperation *operations, int n)
{
	LabelSearch search = {.operations = operations, .labels = find_labels(operations, n)};
	List **uses;

	if (search.labels == NULL)
		return NULL;
	uses = palloc_extended(sizeof(List *) * n, MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
	{
		search.found = NIL;
		if (operations[i].kind != ORM_OPERATION_REMOVE)
			search_value(&search, operations[i].object);
		uses[i] = search.found;
	}
	return uses;
}
