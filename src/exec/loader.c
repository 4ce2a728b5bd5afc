/*
 * loader.c - reading the levels of a graph; see loader.h.
 *
 * Keys are collected while rows arrive: for every level below, the key of the row is added
 * to the key set of that level.  The number of the key is the "group" of the rows that the
 * level will read for it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "exec/execute.h"
#include "exec/limits.h"
#include "exec/keyed.h"
#include "exec/keyset.h"
#include "exec/loader.h"
#include "exec/run.h"

/* Initializes the rows of a level. */
static void
begin_rows(OrmLoader *loader, int number)
{
	const OrmLevelForm *form = &loader->query->prepared->forms[number];
	const OrmLevel *level = form->level;
	OrmLevelRows *rows = &loader->levels[number];

	memset(rows, 0, sizeof(OrmLevelRows));
	rows->loader = loader;
	rows->form = form;
	rows->level = level;
	initStringInfo(&rows->text);
	if (number == 0)
		initStringInfo(&rows->cursor_text);
	if (orm_keyed_is(rows))
		initStringInfo(&rows->key_text);
	if (level->link.form != ORM_LINK_NONE)
		rows->keys = orm_keyset_make(level->link.nkeys, level->link.types);
	if (level->recursion != 0 && level->identity > 0)
		rows->identities = orm_keyset_make(level->identity, level->identity_types);
}

OrmLoader *
orm_loader_begin(OrmQuery *query)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm loader", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	OrmLoader *loader = palloc0(sizeof(OrmLoader));

	loader->query = query;
	loader->context = context;
	loader->levels = palloc(sizeof(OrmLevelRows) * query->compiled->nlevels);
	orm_receiver_init(&loader->receiver, NULL, NULL);
	for (int i = 0; i < query->compiled->nlevels; i++)
		begin_rows(loader, i);
	MemoryContextSwitchTo(caller);
	return loader;
}

int
orm_loader_root_size(const OrmLoader *loader)
{
	return loader->levels[0].text.len;
}

void
orm_loader_end(OrmLoader *loader)
{
	MemoryContextDelete(loader->context);
}

void
orm_loader_explain(OrmLoader *loader, List **plans)
{
	loader->plans = plans;
	loader->plans_context = CurrentMemoryContext;
}

/* ---- Taking rows ---- */

/* An array with room for more elements, in the graph's context. */
static void *
grow(const OrmLevelRows *rows, void *array, Size size)
{
	if (array == NULL)
		return MemoryContextAllocHuge(rows->loader->context, size * rows->capacity);
	return repalloc_huge(array, size * rows->capacity);
}

/* Makes room for one more row. */
static void
make_room(OrmLevelRows *rows)
{
	if (rows->nrows < rows->capacity)
		return;
	if (rows->capacity > PG_INT32_MAX / 2)
		orm_json_grow(&rows->text, MaxAllocSize); /* raises 54000 */
	rows->capacity = Max(rows->capacity * 2, 64);
	rows->rows = grow(rows, rows->rows, sizeof(OrmLoadedRow));
	if (rows->form->nbelow > 0)
		rows->cells = grow(rows, rows->cells, sizeof(OrmLinkCell) * rows->form->nbelow);
	if (rows->level->sort >= 0)
		rows->sorts = grow(rows, rows->sorts, sizeof(int64));
	if (rows->loader->query->compiled->ncursor > 0 && rows->level->number == 0)
		rows->cursor_ends = grow(rows, rows->cursor_ends, sizeof(int));
	if (orm_keyed_is(rows))
		rows->key_ends = grow(rows, rows->key_ends, sizeof(int));
}

/* Adds the key in these columns of a row and returns its number, or -1 when it has a NULL. */
static int
add_key(OrmKeySet *keys, const TupleTableSlot *slot, int ncolumns, const int *positions)
{
	Datum key[MaxTupleAttributeNumber];

	if (positions == NULL)
		return -1;
	for (int i = 0; i < ncolumns; i++)
	{
		if (slot->tts_isnull[positions[i]])
			return -1;
		key[i] = slot->tts_values[positions[i]];
	}
	return orm_keyset_add(keys, key);
}

/* Sets the group of a row for one of the levels below. */
static void
set_cell(OrmLinkCell *cell, OrmLevelRows *below, bool own, const TupleTableSlot *slot)
{
	const OrmLevel *level = below->level;

	cell->group = add_key(below->keys, slot, level->link.nkeys, own ? level->link.own : level->link.parent);
	cell->identity = -1;
	if (level->recursion == 0)
		return;
	if (below->identities == NULL)
		cell->identity = cell->group;
	else
		cell->identity = add_key(below->identities, slot, level->identity,
								 own ? level->identities : level->parent_identities);
}

/* The group of a row of a level, by its link column; or -1. */
static int
find_group(const OrmLevelRows *rows, const TupleTableSlot *slot)
{
	switch (rows->level->link.form)
	{
		case ORM_LINK_NONE:
			return 0;
		case ORM_LINK_ANY:
			return slot->tts_isnull[0] ? -1 : orm_keyset_find(rows->keys, &slot->tts_values[0]);
		case ORM_LINK_JOIN:
		case ORM_LINK_LATERAL:
			return rows->asked + (int) DatumGetInt64(slot->tts_values[0]) - 1;
		case ORM_LINK_SINGLE:
			return rows->asked;
	}
	return -1;
}

/* The sort value of a row; NULLs sort last. */
static int64
sort_value(const OrmLevelRows *rows, const TupleTableSlot *slot)
{
	int position = rows->level->sort;
	Datum value = slot->tts_values[position];

	if (slot->tts_isnull[position])
		return PG_INT64_MAX;
	switch (TupleDescAttr(slot->tts_tupleDescriptor, position)->atttypid)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		default:
			return DatumGetInt64(value);
	}
}

/* Stores the cursor values of a row. */
static void
write_cursor(OrmLevelRows *rows, const TupleTableSlot *slot)
{
	const OrmCompiled *compiled = rows->loader->query->compiled;
	StringInfo out = &rows->cursor_text;

	for (int i = 0; i < compiled->ncursor; i++)
	{
		const OrmMember *value = &compiled->cursor[i];

		orm_json_put(out, i == 0 ? "[" : ",", 1);
		orm_json_write_exact(out, value->type, slot->tts_values[value->position], slot->tts_isnull[value->position]);
	}
	orm_json_put(out, "]", 1);
	rows->cursor_ends[rows->nrows] = out->len;
}

/* Stores a row: the receiver's function. */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	OrmLevelRows *rows = argument;
	const OrmLevelForm *form = rows->form;
	StringInfo text = &rows->text;
	OrmLoadedRow *row;
	int group;

	slot_getsomeattrs(slot, form->width);
	group = find_group(rows, slot);
	if (group < 0)
		return;
	make_room(rows);
	row = &rows->rows[rows->nrows];
	row->group = group;
	row->start = text->len;
	orm_json_put(text, "{", 1);
	orm_json_write_members(text, form->shape, slot->tts_values, slot->tts_isnull);
	if (form->nbelow == 0)
		orm_json_put(text, "}", 1);
	row->length = text->len - row->start;
	for (int i = 0; i < form->nbelow; i++)
	{
		OrmLevelRows *below = &rows->loader->levels[form->below[i].level];

		set_cell(&rows->cells[(Size) rows->nrows * form->nbelow + i], below, below == rows, slot);
	}
	if (rows->sorts != NULL)
		rows->sorts[rows->nrows] = sort_value(rows, slot);
	if (rows->cursor_ends != NULL)
		write_cursor(rows, slot);
	if (orm_keyed_is(rows))
		orm_keyed_take(rows, slot);
	rows->nrows++;
}

void
orm_loader_take_root(OrmLoader *loader, TupleTableSlot *slot)
{
	take_row(&loader->levels[0], slot);
}

const char *
orm_loader_cursor(OrmLoader *loader, int row, int *length)
{
	const OrmLevelRows *root = &loader->levels[0];
	int start = row == 0 ? 0 : root->cursor_ends[row - 1];

	*length = root->cursor_ends[row] - start;
	return root->cursor_text.data + start;
}

/* ---- Reading levels ---- */

/* Runs the statement of a level. */
static void
run_level(OrmLevelRows *rows, OrmExecution access, uint64 limit)
{
	OrmLoader *loader = rows->loader;
	int number = rows->level->number;
	const Datum *values = loader->query->values[number];
	const bool *isnull = loader->query->isnull[number];

	if (loader->plans != NULL)
	{
		OrmPlan *plan = orm_query_plan(loader->query, number);
		MemoryContext caller = MemoryContextSwitchTo(loader->plans_context);

		*loader->plans = lappend(*loader->plans, orm_execute_explain(plan, values, isnull));
		MemoryContextSwitchTo(caller);
		orm_plan_release(plan);
	}
	loader->receiver.row = take_row;
	loader->receiver.argument = rows;
	orm_limits_execute(loader->query, number, access, limit, &loader->receiver.pub);
}

uint64
orm_loader_read_root(OrmLoader *loader, uint64 limit)
{
	run_level(&loader->levels[0], loader->query->compiled->lock ? ORM_WRITE : ORM_READ, limit);
	return loader->levels[0].nrows;
}

/* One column of the keys from..to-1 as an array. */
static Datum
make_array(const OrmLevelRows *rows, int column, int from, int to, Oid array_type)
{
	const OrmType *type = rows->level->link.types[column];
	int n = to - from;
	Datum *elements = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * n);
	ArrayType *array;

	for (int i = 0; i < n; i++)
		elements[i] = orm_keyset_values(rows->keys, from + i)[column];
	array = construct_array(elements, n, get_element_type(array_type), type->length, type->by_value, type->align);
	pfree(elements);
	return PointerGetDatum(array);
}

/* Sets the PARENTS parameters: arrays of the keys from..to-1, or one key for SINGLE. */
static void
bind_parents(OrmLevelRows *rows, int from, int to)
{
	const OrmQueryStatement *statement = &rows->level->statement;
	Datum *values = rows->loader->query->values[rows->level->number];

	for (int i = 0; i < statement->nslots; i++)
	{
		const OrmSlot *slot = &statement->slots[i];

		if (slot->source != ORM_SLOT_PARENTS)
			continue;
		if (rows->level->link.form == ORM_LINK_SINGLE)
			values[i] = orm_keyset_values(rows->keys, from)[slot->number];
		else
			values[i] = make_array(rows, slot->number, from, to, slot->parameter_type);
	}
}

/* Reads the rows of all keys not yet read; false when there are no such keys. */
static bool
read_round(OrmLevelRows *rows)
{
	int end = orm_keyset_count(rows->keys);
	int step = rows->level->link.form == ORM_LINK_SINGLE ? 1 : end - rows->asked;

	if (rows->asked == end)
		return false;
	while (rows->asked < end)
	{
		CHECK_FOR_INTERRUPTS();
		bind_parents(rows, rows->asked, rows->asked + step);
		run_level(rows, ORM_READ, 0);
		rows->asked += step;
	}
	return true;
}

/* Fills in "order" and "starts": a counting sort of the rows by group, stable within a group. */
static void
sort_out(OrmLevelRows *rows)
{
	int ngroups = orm_keyset_count(rows->keys);
	int *ends;

	rows->starts = MemoryContextAllocHuge(rows->loader->context, sizeof(int) * ((Size) ngroups + 2));
	rows->order = MemoryContextAllocHuge(rows->loader->context, sizeof(int) * Max((Size) rows->nrows, 1));
	memset(rows->starts, 0, sizeof(int) * ((Size) ngroups + 2));
	/* counts are stored two places further, so that after filling, starts[group] is the start of each group */
	ends = rows->starts + 1;
	for (int i = 0; i < rows->nrows; i++)
		ends[rows->rows[i].group + 1]++;
	for (int i = 1; i <= ngroups; i++)
		ends[i] += ends[i - 1];
	for (int i = 0; i < rows->nrows; i++)
		rows->order[ends[rows->rows[i].group]++] = i;
}

/* Is row "a" sorted after "b"?  Rows with equal values keep their order of arrival. */
static inline bool
comes_behind(const OrmLevelRows *rows, int a, int b)
{
	if (rows->sorts[a] != rows->sorts[b])
		return rows->sorts[a] > rows->sorts[b];
	return a > b;
}

/* qsort_arg comparator for rows. */
static int
compare_rows(const void *a, const void *b, void *rows)
{
	return comes_behind(rows, *(const int *) a, *(const int *) b) ? 1 : -1;
}

/* Sorts the rows of a group, with few steps if they are almost sorted. */
static void
sort_group(const OrmLevelRows *rows, int *order, int n)
{
	int moves = 4 * n + 16;

	for (int i = 1; i < n; i++)
	{
		int row = order[i];
		int j = i;

		for (; j > 0 && comes_behind(rows, order[j - 1], row); j--)
			order[j] = order[j - 1];
		order[j] = row;
		moves -= i - j;
		if (moves < 0)
		{
			qsort_arg(order, n, sizeof(int), compare_rows, unconstify(OrmLevelRows *, rows));
			return;
		}
	}
}

/* Reads a level, in several rounds if it is recursive, and sorts its rows. */
static void
read_level(OrmLevelRows *rows)
{
	int most = rows->level->recursion == 0 ? 1 : rows->level->recursion;

	for (int i = 0; (most == ORM_RECURSION_UNLIMITED || i < most) && read_round(rows); i++)
		CHECK_FOR_INTERRUPTS();
	sort_out(rows);
	for (int i = 0; rows->sorts != NULL && i < orm_keyset_count(rows->keys); i++)
		sort_group(rows, rows->order + rows->starts[i], rows->starts[i + 1] - rows->starts[i]);
	if (orm_keyed_is(rows))
		orm_keyed_check(rows);
	if (rows->level->recursion != 0)
		rows->on_path = MemoryContextAllocZero(
			rows->loader->context,
			1 + Max(orm_keyset_count(rows->keys), rows->identities ? orm_keyset_count(rows->identities) : 0));
}

void
orm_loader_read_levels(OrmLoader *loader)
{
	MemoryContext caller = MemoryContextSwitchTo(loader->context);

	for (int i = 1; i < loader->query->compiled->nlevels; i++)
		read_level(&loader->levels[i]);
	MemoryContextSwitchTo(caller);
}

void
orm_loader_read_keys(OrmLoader *loader, const OrmWanted *wanted, int n, int *groups)
{
	OrmLevelRows *root = &loader->levels[0];
	MemoryContext caller = MemoryContextSwitchTo(loader->context);

	for (int i = 0; i < n; i++)
		groups[i] = wanted[i].key != NULL ? orm_keyset_add(root->keys, wanted[i].key) : -1;
	read_level(root);
	MemoryContextSwitchTo(caller);
}
