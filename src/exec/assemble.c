/*
 * assemble.c - writing the objects of a graph; see assemble.h.
 *
 * The text of a row begins with its brace.  A key needs a comma unless the previous byte
 * is an opening brace, which no member ends with.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "exec/assemble.h"
#include "exec/keyed.h"
#include "exec/loader.h"

static void write_row(const OrmLevelRows *rows, int row, int depth, StringInfo out);

/* Writes the objects of a relationship: an array, an object of them by key, or an object or null. */
static void
write_group(const OrmLevelRows *rows, int group, int depth, StringInfo out)
{
	const int *row = group < 0 ? rows->order : rows->order + rows->starts[group];
	bool keyed = orm_keyed_is(rows);
	const int *end = group < 0 ? row : rows->order + rows->starts[group + 1];

	if (rows->level->single)
	{
		if (row == end)
			orm_json_put(out, "null", 4);
		else
			write_row(rows, *row, depth, out);
		return;
	}
	orm_json_put(out, keyed ? "{" : "[", 1);
	for (const int *first = row; row < end; row++)
	{
		if (row > first)
			orm_json_put(out, ",", 1);
		if (keyed)
			orm_keyed_put(out, rows, *row);
		write_row(rows, *row, depth, out);
	}
	orm_json_put(out, keyed ? "}" : "]", 1);
}

/*
 * Writes a relationship of an object.  A recursive one is omitted when its depth is
 * reached or the object is in its own path.
 */
static void
write_below(const OrmLevelRows *rows, int row, int which, int depth, StringInfo out)
{
	const OrmBelow *below = &rows->form->below[which];
	const OrmLinkCell *cell = &rows->cells[(Size) row * rows->form->nbelow + which];
	const OrmLevelRows *target = &rows->loader->levels[below->level];
	bool *on_path = cell->identity >= 0 ? &target->on_path[cell->identity] : NULL;
	int comma = out->data[out->len - 1] == '{' ? 1 : 0;

	if (target != rows)
		depth = 0;
	else if ((on_path != NULL && *on_path) || depth == rows->level->recursion)
		return;
	orm_json_put(out, below->key + comma, below->key_length - comma);
	if (on_path != NULL)
		*on_path = true;
	write_group(target, cell->group, depth + 1, out);
	if (on_path != NULL)
		*on_path = false;
}

/* Writes an object; "depth" is the number of recursive steps to it. */
static void
write_row(const OrmLevelRows *rows, int row, int depth, StringInfo out)
{
	const OrmLoadedRow *text = &rows->rows[row];

	orm_json_put(out, rows->text.data + text->start, text->length);
	if (rows->form->nbelow == 0)
		return;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < rows->form->nbelow; i++)
		write_below(rows, row, i, depth, out);
	orm_json_put(out, "}", 1);
}

/*
 * When a large result is freed, malloc returns its memory to the system, and the next
 * call faults it in again page by page, which is half of the time of a large graph.
 * Freeing one larger block, which is never touched, raises glibc's dynamic threshold, so
 * that the memory is kept.
 */
static void
keep_freed_memory(void)
{
	static bool done = false;

	if (!done)
		pfree(palloc(8 * 1024 * 1024));
	done = true;
}

/* An estimate of the length of all objects, each written once. */
static Size
estimate(const OrmLoader *loader)
{
	Size size = 0;

	for (int i = 0; i < loader->query->compiled->nlevels; i++)
	{
		const OrmLevelRows *rows = &loader->levels[i];
		Size row = 2;

		for (int j = 0; j < rows->form->nbelow; j++)
			row += rows->form->below[j].key_length + 3;
		size += rows->text.len + rows->nrows * row;
	}
	return size;
}

void
orm_assemble_reserve(const OrmLoader *loader, StringInfo out)
{
	Size size = estimate(loader);

	if (size > 128 * 1024)
		keep_freed_memory();
	if (size < MaxAllocSize - out->len)
		orm_json_reserve(out, size);
}

bool
orm_assemble_keyed(OrmLoader *loader, StringInfo out, int group)
{
	const OrmLevelRows *root = &loader->levels[0];

	write_group(root, group, 0, out);
	return group >= 0 && root->starts[group] < root->starts[group + 1];
}

void
orm_assemble_write(OrmLoader *loader, StringInfo out, int from, int to)
{
	const OrmLevelRows *root = &loader->levels[0];

	if (to - from == root->nrows)
		orm_assemble_reserve(loader, out);
	for (int i = from; i < to; i++)
	{
		if (i > from)
			orm_json_put(out, ",", 1);
		write_row(root, i, 0, out);
	}
	*orm_json_reserve(out, 0) = '\0';
}
