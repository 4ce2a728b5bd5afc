/*
 * keyed.c - see keyed.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "exec/json.h"
#include "exec/keyed.h"

/* The text of the key of a row. */
static const char *
key_of(const OrmLevelRows *rows, int row, int *length)
{
	int start = row == 0 ? 0 : rows->key_ends[row - 1];

	*length = rows->key_ends[row] - start;
	return rows->key_text.data + start;
}

void
orm_keyed_take(OrmLevelRows *rows, const TupleTableSlot *slot)
{
	const OrmMember *key = &rows->level->key_by;
	StringInfo out = &rows->key_text;
	int start = out->len;

	if (slot->tts_isnull[key->position])
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("\"%s\" of an object of model \"%s\" is null", key->name, rows->level->model->name),
				orm_error_place(rows->level->key_place), errhint("Every object of a collection must have a key."));
	orm_json_write_value(out, key->type, slot->tts_values[key->position], false);
	if (out->data[start] != '"')
	{
		char *bare = pnstrdup(out->data + start, out->len - start);

		out->len = start;
		orm_json_write_string(out, bare, strlen(bare));
		pfree(bare);
	}
	orm_json_put(out, ":", 1);
	rows->key_ends[rows->nrows] = out->len;
}

/* Compares the keys of two rows. */
static int
compare(const OrmLevelRows *rows, int a, int b)
{
	int a_length;
	int b_length;
	const char *a_key = key_of(rows, a, &a_length);
	const char *b_key = key_of(rows, b, &b_length);
	int order = memcmp(a_key, b_key, Min(a_length, b_length));

	return order != 0 ? order : a_length - b_length;
}

/* qsort_arg comparator for rows. */
static int
compare_rows(const void *a, const void *b, void *rows)
{
	return compare(rows, *(const int *) a, *(const int *) b);
}

/* Raises 23505 for a key that two objects have. */
static void
raise_twice(const OrmLevelRows *rows, int row)
{
	int length;
	const char *key = key_of(rows, row, &length);

	ereport(ERROR, errcode(ERRCODE_UNIQUE_VIOLATION),
			errmsg("\"%s\" of two objects of model \"%s\" is %.*s", rows->level->key_by.name, rows->level->model->name,
				   length - 1, key),
			orm_error_place(rows->level->key_place), errhint("The objects of a collection must have different keys."));
}

void
orm_keyed_check(const OrmLevelRows *rows)
{
	int *sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * Max((Size) rows->nrows, 1));

	memcpy(sorted, rows->order, sizeof(int) * rows->nrows);
	for (int group = 0; group < orm_keyset_count(rows->keys); group++)
	{
		int start = rows->starts[group];
		int end = rows->starts[group + 1];

		CHECK_FOR_INTERRUPTS();
		qsort_arg(sorted + start, end - start, sizeof(int), compare_rows, unconstify(OrmLevelRows *, rows));
		for (int i = start + 1; i < end; i++)
			if (compare(rows, sorted[i - 1], sorted[i]) == 0)
				raise_twice(rows, sorted[i]);
	}
	pfree(sorted);
}

void
orm_keyed_put(StringInfo out, const OrmLevelRows *rows, int row)
{
	int length;
	const char *key = key_of(rows, row, &length);

	orm_json_put(out, key, length);
}
