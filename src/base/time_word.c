/*
 * time_word.c - see time_word.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"

#include "base/compat.h"
#include "base/sql.h"
#include "base/time_word.h"

/* The words, and what means that moment whenever it is evaluated. */
static const struct
{
	const char *word;
	const char *function;
} words[] = {
	{"now", "now()"},
	{"today", "current_date"},
	{"yesterday", "current_date - 1"},
	{"tomorrow", "current_date + 1"},
};

/* Types whose constants, or whose elements' and bounds', can have the words, as the raw parser calls them. */
static const char *const types[] = {"date",			  "timestamp",	  "timestamptz",   "time",
									"timetz",		  "daterange",	  "tsrange",	   "tstzrange",
									"datemultirange", "tsmultirange", "tstzmultirange"};

/* What to write instead of a constant; NULL: it has none of the words. */
static const char *
function_for(const char *constant)
{
	static const char *const between = " \t\n,:+-/.0123456789{}[]()\"";

	for (const char *start = constant + strspn(constant, between); *start != '\0';)
	{
		size_t length = strcspn(start, between);

		for (int i = 0; i < (int) lengthof(words); i++)
			if (strlen(words[i].word) == length && pg_strncasecmp(start, words[i].word, length) == 0)
				return words[i].function;
		start += length;
		start += strspn(start, between);
	}
	return NULL;
}

/* The text of a constant; NULL for other nodes. */
static const char *
text_of(const Node *node)
{
	const A_Const *constant = (const A_Const *) node;

	return node != NULL && IsA(node, A_Const) && !constant->isnull && IsA(&constant->val, String)
		? strVal(unconstify(union ValUnion *, &constant->val))
		: NULL;
}

/* Is it one of the types? */
static bool
is_time(const TypeName *type)
{
	const char *name = type->names != NIL ? strVal(llast(type->names)) : "";

	for (int i = 0; i < (int) lengthof(types); i++)
		if (strcmp(types[i], name) == 0)
			return true;
	return false;
}

/* Walker: raises for a constant. */
static bool
refuse(Node *node, void *context)
{
	const TypeCast *cast = (const TypeCast *) node;
	const char *text;
	const char *function;

	check_stack_depth();
	if (node == NULL)
		return false;
	text = IsA(node, TypeCast) && is_time(cast->typeName) ? text_of(cast->arg) : NULL;
	function = text != NULL ? function_for(text) : NULL;
	if (function != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("constant '%s' is not allowed in a declaration", text),
				errhint("It means the moment at which it is read, which is once. Write %s.", function));
	return raw_expression_tree_walker(node, refuse, context);
}

/* Parses an expression. */
static Node *
parse(const char *expression)
{
	const SelectStmt *select = (const SelectStmt *) orm_sql_parse_spliced("SELECT (", expression, "\n)", NULL);

	return (Node *) linitial_node(ResTarget, select->targetList)->val;
}

/* Can a constant of an expression have one of the words?  Looked at first: declarations are read often. */
static bool
may_have_word(const char *expression)
{
	for (int i = 0; strchr(expression, '\'') != NULL && i < (int) lengthof(words); i++)
		for (const char *c = expression; *c != '\0'; c++)
			if (pg_strncasecmp(c, words[i].word, strlen(words[i].word)) == 0)
				return true;
	return false;
}

void
orm_time_word_refuse(const char *expression)
{
	if (may_have_word(expression))
		(void) refuse(parse(expression), NULL);
}

const char *
orm_time_word_function(const char *expression)
{
	const char *text = may_have_word(expression) ? text_of(parse(expression)) : NULL;

	return text != NULL ? function_for(text) : NULL;
}
