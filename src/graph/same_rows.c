/*
 * same_rows.c - one row in several places of a document; see same_rows.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/datum.h"

#include "exec/keyset.h"
#include "graph/graph.h"
#include "store/record_error.h"
#include "store/stale.h"

/* The objects of one row. */
typedef struct Row
{
	OrmObject *fullest; /* the object with the most attributes */
	OrmObject *last;	/* the last object; the others follow by same.next */
	OrmObject *named;	/* an object that only names the row, and is to be written; NULL: none */
} Row;

/* The rows of a group, by their primary keys. */
typedef struct OrmSameRows
{
	OrmKeySet *keys;
	Row *rows; /* by number of the key */
	int capacity;
} OrmSameRows;

/* Do two records give equal values, without patches, for an attribute? */
static bool
give_one_value(const OrmRecord *a, const OrmRecord *b, const OrmModel *model, int attribute)
{
	const OrmType *type = model->attributes[attribute].type;

	if ((a->patch != NULL && a->patch[attribute] != ORM_PATCH_SET) ||
		(b->patch != NULL && b->patch[attribute] != ORM_PATCH_SET) || a->isnull[attribute] != b->isnull[attribute])
		return false;
	return a->isnull[attribute] ||
		datum_image_eq(a->values[attribute], b->values[attribute], type->by_value, type->length);
}

/* Do two records give different values for an attribute, or different etags? */
static bool
contradict(const OrmRecord *a, const OrmRecord *b, const OrmModel *model)
{
	if (a->etag != NULL && b->etag != NULL && strcmp(a->etag, b->etag) != 0)
		return true;
	for (int i = 0; i < model->nattributes; i++)
		if (a->given[i] && b->given[i] && !give_one_value(a, b, model, i))
			return true;
	return false;
}

/* Is an object written by its own primary key? */
static bool
is_whole(const OrmObject *object)
{
	return object->intent != ORM_INTENT_FIND && object->intent != ORM_INTENT_UPSERT;
}

/* Does an object give all attributes of another one, with equal values and without patches? */
static bool
includes(const OrmObject *object, const OrmObject *other)
{
	const OrmModel *model = object->group->model;

	if (object->record->patch != NULL || other->record->patch != NULL)
		return false;
	for (int i = 0; i < model->nattributes; i++)
		if (other->record->given[i] && !object->record->given[i] && !model->attributes[i].identity_always)
			return false;
	return !contradict(object->record, other->record, model);
}

/*
 * Writes the first object for the second as well, unless it was already written
 * without the values that the second needs.
 */
static void
write_for(OrmObject *object, OrmObject *other)
{
	if (other->intent != ORM_INTENT_SAVE ||
		(object->written &&
		 ((object->returned.known == NULL && other->referenced) ||
		  orm_stale_is_asked(other->group->model, other->record))))
		return;
	if (object->record->etag == NULL)
		object->record->etag = other->record->etag;
	object->referenced = object->referenced || other->referenced;
	other->same.twin = object;
}

/* Copies the returned row from one object to another. */
static void
copy_outcome(OrmObject *to, const OrmObject *from)
{
	to->returned.known = from->returned.known;
	to->returned.stored = from->returned.stored;
	to->returned.json_offset = from->returned.json_offset;
	to->returned.json_length = from->returned.json_length;
}

/* The row of an upserted object was saved after it: both show the saved row. */
static void
show_later(OrmObject *upserted, OrmObject *saved)
{
	copy_outcome(upserted, saved);
	if (upserted->returned.action == ORM_ACTION_UNCHANGED)
		upserted->returned.action = saved->returned.action;
	saved->returned.action = upserted->returned.action;
}

/* Can an object of the row take over the references of one that only names the row? */
static bool
takes_name(const OrmObject *object, const OrmObject *named)
{
	return !object->written && object->intent != ORM_INTENT_UPSERT && object->intent != ORM_INTENT_CREATE &&
		!contradict(object->record, named->record, object->group->model);
}

/* Makes the first object take over the references of the second, which only names the row. */
static void
name_again(OrmObject *object, OrmObject *named)
{
	const OrmRecord *from = named->record;
	OrmRecord *to = object->record;

	for (int i = 0; i < object->group->model->nattributes; i++)
		if (from->given[i] && !to->given[i])
			orm_record_set(to, i, from->values[i], from->isnull[i]);
	object->referenced = object->referenced || named->referenced;
	named->same.twin = object;
}

/* Does another object take over the references of an object that only names the row? */
static bool
is_named_again(Row *row, OrmObject *object)
{
	if (takes_name(row->fullest, object))
		name_again(row->fullest, object);
	else if (row->named != NULL && takes_name(row->named, object))
		name_again(row->named, object);
	else
	{
		row->named = object;
		return false;
	}
	return true;
}

/* Compares an object with the others of its row; raises 21000 if they contradict each other. */
static void
compare(Row *row, OrmObject *object)
{
	OrmObject *first = row->fullest;

	/* the server reports duplicate keys of new rows; two objects of one array are refused when they are written */
	if ((first->intent == ORM_INTENT_CREATE && object->intent == ORM_INTENT_CREATE) ||
		(!first->said.nested && !object->said.nested))
		return;
	if (!is_whole(first) || !is_whole(object))
	{
		if (contradict(first->record, object->record, object->group->model))
			orm_record_error_same_key(object->group->model, first->record, object->record);
		if (object->intent == ORM_INTENT_FIND && is_named_again(row, object))
			return;
		if (is_whole(object) && row->named != NULL && !row->named->written && takes_name(object, row->named))
		{
			name_again(object, row->named);
			row->named = NULL;
		}
		object->same.says_more = first->written;
		if (!is_whole(first))
			row->fullest = object;
		else if (object->intent == ORM_INTENT_UPSERT && !first->written)
			show_later(object, first);
	}
	else if (includes(first, object))
		write_for(first, object);
	else if (includes(object, first) && first->intent != ORM_INTENT_CREATE)
	{
		if (!first->written)
			write_for(object, first);
		object->same.says_more = true;
		row->fullest = object;
	}
	else
		orm_record_error_same_key(object->group->model, first->record, object->record);
}

static OrmSameRows *
make_rows(const OrmModel *model)
{
	OrmSameRows *same = palloc0(sizeof(OrmSameRows));

	same->keys = orm_keyset_make_for(model);
	return same;
}

/* Adds a row with its first object. */
static void
add_row(OrmSameRows *same, int number, OrmObject *object)
{
	if (number >= same->capacity)
	{
		same->capacity = Max(2 * same->capacity, 8);
		same->rows = same->rows == NULL ? palloc(sizeof(Row) * same->capacity)
										: repalloc_huge(same->rows, sizeof(Row) * same->capacity);
	}
	same->rows[number].fullest = same->rows[number].last = object;
	same->rows[number].named = object->intent == ORM_INTENT_FIND ? object : NULL;
}

/* Adds an object to its row, and compares it with the others. */
static void
add(OrmSameRows *same, OrmObject *object)
{
	Datum key[INDEX_MAX_KEYS];
	int count = orm_keyset_count(same->keys);
	int number;

	if (!orm_graph_key(object, key))
		return;
	number = orm_keyset_add(same->keys, key);
	if (number == count)
	{
		add_row(same, number, object);
		return;
	}
	compare(&same->rows[number], object);
	object->same.next = same->rows[number].last;
	same->rows[number].last = object;
}

/* Adds the upserted objects of a group, or the others. */
static void
add_all(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n, bool upserted)
{
	MemoryContext caller = MemoryContextSwitchTo(graph->context);

	if (group->rows == NULL)
		group->rows = make_rows(group->model);
	for (int i = 0; i < n; i++)
	{
		const OrmObject *object = objects[i];

		CHECK_FOR_INTERRUPTS();
		if (object->intent == ORM_INTENT_FIND_OR_CREATE || (object->intent == ORM_INTENT_UPSERT) != upserted ||
			(object->fresh && object->intent == ORM_INTENT_SAVE) || (upserted && object->returned.known == NULL))
			continue;
		add(group->rows, objects[i]);
	}
	MemoryContextSwitchTo(caller);
}

/* Can two objects have one row?  Not without a primary key, nor at the root only. */
static bool
can_have_twins(const OrmGroup *group)
{
	if (group->model->primary_key == NULL)
		return false;
	for (int i = 0; i < group->n; i++)
		if (group->objects[i]->said.nested)
			return group->n > 1;
	return false;
}

void
orm_same_rows_find(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	if (can_have_twins(group))
		add_all(graph, group, objects, n, false);
}

void
orm_same_rows_find_upserted(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n)
{
	if (can_have_twins(group))
		add_all(graph, group, objects, n, true);
}

void
orm_same_rows_share(OrmObject *object)
{
	const OrmObject *twin = object->same.twin;

	if (twin != NULL)
	{
		while (twin->same.twin != NULL)
			twin = twin->same.twin;
		copy_outcome(object, twin);
		object->returned.action = twin->returned.action;
	}
	if (!object->same.says_more || object->same.twin != NULL)
		return;
	for (OrmObject *other = object->same.next; other != NULL; other = other->same.next)
	{
		if (!other->written || other->intent == ORM_INTENT_FIND)
			continue;
		if (other->returned.stored && other->returned.action != ORM_ACTION_UNCHANGED)
			object->returned.action = other->returned.action;
		copy_outcome(other, object);
	}
	for (OrmObject *other = object->same.next; other != NULL; other = other->same.next)
		if (other->written)
			other->returned.action = object->returned.action;
}

const OrmObject *
orm_same_rows_shown(const OrmObject *object)
{
	const OrmSameRows *same = object->group->rows;
	Datum key[INDEX_MAX_KEYS];
	int number;

	if ((object->intent != ORM_INTENT_FIND && object->intent != ORM_INTENT_FIND_OR_CREATE) || same == NULL ||
		!orm_graph_key(object, key))
		return object;
	number = orm_keyset_find(same->keys, key);
	return number >= 0 && same->rows[number].fullest->returned.stored ? same->rows[number].fullest : object;
}

/* ---- Merging before objects are ordered ---- */

/* Does an object reference another one, directly or through others? */
static bool
reaches(OrmObject *from, const OrmObject *to, List **visited)
{
	check_stack_depth();
	if (list_member_ptr(*visited, from))
		return false;
	*visited = lappend(*visited, from);
	for (const OrmReference *r = from->references; r != NULL; r = r->next)
		if (r->target == to || reaches(r->target, to, visited))
			return true;
	return false;
}

static bool
refers(OrmObject *from, const OrmObject *to)
{
	List *visited = NIL;

	return reaches(from, to, &visited);
}

/* Do two objects reference different ones by the same foreign key? */
static bool
refer_elsewhere(const OrmObject *a, const OrmObject *b)
{
	for (const OrmReference *r = a->references; r != NULL; r = r->next)
		for (const OrmReference *s = b->references; s != NULL; s = s->next)
			if (r->edge->holder_key[0] == s->edge->holder_key[0] && r->target != s->target)
				return true;
	return false;
}

/* Should two objects of a row be merged?  If neither includes the other, comparing them later raises an error. */
static bool
should_merge(OrmObject *first, OrmObject *other)
{
	bool new = first->intent == ORM_INTENT_CREATE || other->intent == ORM_INTENT_CREATE;

	if ((first->intent == ORM_INTENT_CREATE && other->intent == ORM_INTENT_CREATE) ||
		(!first->said.nested && !other->said.nested) || first->said.labelled != other->said.labelled ||
		refer_elsewhere(first, other))
		return false;
	return (includes(first, other) || includes(other, first)) && (new || refers(first, other) || refers(other, first));
}

/* Replaces an object by another one throughout the graph. */
static void
replace(OrmGraph *graph, OrmObject *old, OrmObject *new)
{
	OrmReference *next;
	ListCell *cell;
	ListCell *part;

	for (OrmReference *r = old->references; r != NULL; r = next)
	{
		next = r->next;
		r->holder = new;
		r->next = new->references;
		new->references = r;
	}
	for (OrmReference *r = old->holders; r != NULL; r = next)
	{
		next = r->next_holder;
		r->target = new;
		r->next_holder = new->holders;
		new->holders = r;
	}
	old->references = old->holders = NULL;
	foreach(cell, graph->removals)
	{
		OrmRemoval *removal = lfirst(cell);

		removal->owner = removal->owner == old ? new : removal->owner;
		foreach(part, removal->items)
			if (lfirst(part) == old)
				lfirst(part) = new;
	}
	foreach(cell, graph->edges)
		foreach(part, ((OrmEdge *) lfirst(cell))->links)
		{
			OrmPair *pair = lfirst(part);

			pair->source = pair->source == old ? new : pair->source;
			pair->target = pair->target == old ? new : pair->target;
		}
}

/* Merges an object into another one of its row. */
static void
merge(OrmGraph *graph, OrmObject *into, OrmObject *other)
{
	const OrmRecord *from = other->record;
	OrmRecord *to = into->record;

	for (int i = 0; i < into->group->model->nattributes; i++)
		if (from->given[i] && !to->given[i])
			orm_record_set(to, i, from->values[i], from->isnull[i]);
	if (to->etag == NULL)
		to->etag = from->etag;
	if (into->intent == ORM_INTENT_SAVE)
		into->intent = other->intent;
	into->referenced = into->referenced || other->referenced;
	other->same.twin = into;
	other->same.merged = true;
	other->written = true;
	replace(graph, other, into);
}

/* Merges the objects of a group. */
static void
merge_group(OrmGraph *graph, OrmGroup *group)
{
	const OrmKey *key = group->model->primary_key;
	OrmKeySet *keys = orm_keyset_make_for(group->model);
	OrmObject **firsts = palloc_extended(sizeof(OrmObject *) * group->n, MCXT_ALLOC_HUGE);

	for (int i = 0; i < group->n; i++)
	{
		OrmObject *object = group->objects[i];
		OrmObject *first;
		Datum values[INDEX_MAX_KEYS];
		int count = orm_keyset_count(keys);
		int number;

		CHECK_FOR_INTERRUPTS();
		if (!is_whole(object) || object->intent == ORM_INTENT_FIND_OR_CREATE || object->written ||
			!orm_record_has_key(object->record, key) || !orm_graph_key(object, values))
			continue;
		number = orm_keyset_add(keys, values);
		if (number == count)
		{
			firsts[number] = object;
			continue;
		}
		first = firsts[number];
		if (!should_merge(first, object))
			continue;
		if (first->said.nested && (!object->said.nested || object->intent == ORM_INTENT_CREATE))
		{
			merge(graph, object, first);
			firsts[number] = object;
		}
		else
			merge(graph, first, object);
	}
}

void
orm_same_rows_merge(OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->groups)
		if (can_have_twins(lfirst(cell)))
			merge_group(graph, lfirst(cell));
}

void
orm_same_rows_share_merged(OrmGraph *graph)
{
	ListCell *cell;

	foreach(cell, graph->groups)
	{
		const OrmGroup *group = lfirst(cell);

		for (int i = 0; i < group->n; i++)
			if (group->objects[i]->same.merged)
				orm_same_rows_share(group->objects[i]);
	}
}
