/*
 * expression_names.c - the columns that the text of an expression names; see expression_names.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"

#include "base/sql.h"
#include "model/expression_names.h"

/* References to columns. */
typedef struct References
{
	OrmExpressionRow row;
	List *names;	 /* of char *, */
	List *locations; /* in the text that was parsed */
} References;

/* Is a reference one to a column? */
static bool
names_column(const List *fields, OrmExpressionRow row)
{
	ListCell *cell;

	foreach(cell, fields)
		if (!IsA(lfirst(cell), String))
			return false;
	if (row == ORM_EXPRESSION_ONE)
		return list_length(fields) == 1;
	return list_length(fields) == 2 &&
		(strcmp(strVal(linitial(fields)), "new") == 0 || strcmp(strVal(linitial(fields)), "old") == 0);
}

/* Adds a reference in the order of the text, which is not that of the walk. */
static void
add(References *references, char *name, int location)
{
	int i = list_length(references->locations);

	while (i > 0 && list_nth_int(references->locations, i - 1) > location)
		i--;
	references->names = list_insert_nth(references->names, i, name);
	references->locations = list_insert_nth_int(references->locations, i, location);
}

/* Walker: collects them. */
static bool
collect(Node *node, void *context)
{
	References *references = context;
	List *fields;

	check_stack_depth();
	if (node == NULL)
		return false;
	if (!IsA(node, ColumnRef))
		return raw_expression_tree_walker(node, collect, context);
	fields = ((ColumnRef *) node)->fields;
	if (!names_column(fields, references->row))
		return false;
	add(references, strVal(llast(fields)), ((ColumnRef *) node)->location);
	return false;
}

/* What goes before a text to parse it. */
#define BEFORE "SELECT ("

/* Reads the references of a text. */
static References
read_references(const char *text, OrmExpressionRow row)
{
	References references = {row, NIL, NIL};

	collect(orm_sql_parse_spliced(BEFORE, text, "\n)", NULL), &references);
	return references;
}

List *
orm_expression_names_read(const char *text, OrmExpressionRow row)
{
	return read_references(text, row).names;
}

/* The length of an identifier. */
static size_t
identifier_length(const char *text)
{
	size_t length = 1;

	if (text[0] != '"')
		return strcspn(text, " \t\n.,;:()[]<>=!+-*/%^&|~'\"");
	while (text[length] != '\0' && (text[length] != '"' || text[length + 1] == '"'))
		length += text[length] == '"' ? 2 : 1;
	return length + 1;
}

char *
orm_expression_names_replace(const char *text, OrmExpressionRow row, const char *before, const char *now)
{
	References references = read_references(text, row);
	const char *done = text;
	StringInfoData out;
	ListCell *name;
	ListCell *location;

	initStringInfo(&out);
	forboth(name, references.names, location, references.locations)
	{
		const char *found = text + lfirst_int(location) - strlen(BEFORE);

		if (strcmp(lfirst(name), before) != 0)
			continue;
		if (row == ORM_EXPRESSION_OLD_NEW)
		{
			found += identifier_length(found);
			found += strspn(found, " \t\n.");
		}
		appendBinaryStringInfo(&out, done, found - done);
		appendStringInfoString(&out, orm_sql_quoted(now));
		done = found + identifier_length(found);
	}
	appendStringInfoString(&out, done);
	return out.data;
}
