/*
 * path.c - places in documents; see path.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/error.h"
#include "base/path.h"

/* Appends the steps from the root to a place. */
static void
append_path(StringInfo text, const OrmPath *path)
{
	check_stack_depth();
	if (path->parent != NULL)
		append_path(text, path->parent);
	if (path->key == NULL)
		appendStringInfo(text, "[%d]", path->index);
	else
	{
		if (text->len > 0)
			appendStringInfoChar(text, '.');
		appendStringInfoString(text, orm_error_clip(path->key));
	}
}

/* The place as text. */
char *
orm_path_text(const OrmPath *path)
{
	StringInfoData text;

	initStringInfo(&text);
	if (path != NULL)
		append_path(&text, path);
	return text.data;
}

/* How many steps a place is below the root. */
static int
path_depth(const OrmPath *path)
{
	int depth = 0;

	for (; path != NULL; path = path->parent)
		depth++;
	return depth;
}

/* Are two steps the same? */
static bool
same_step(const OrmPath *a, const OrmPath *b)
{
	if (a->key == NULL || b->key == NULL)
		return a->key == b->key && a->index == b->index;
	return strcmp(a->key, b->key) == 0;
}

/* Two places of the same depth: the step below which they are the same. */
static const OrmPath *
common_at_depth(const OrmPath *a, const OrmPath *b)
{
	const OrmPath *common = a;

	for (; a != b && a != NULL; a = a->parent, b = b->parent)
		if (!same_step(a, b))
			common = a->parent;
	return common;
}

/* The nearest place that two places have in common. */
const OrmPath *
orm_path_common(const OrmPath *a, const OrmPath *b)
{
	int apart = path_depth(a) - path_depth(b);

	for (; apart > 0; apart--)
		a = a->parent;
	for (; apart < 0; apart++)
		b = b->parent;
	return common_at_depth(a, b);
}
