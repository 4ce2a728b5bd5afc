/*
 * body.c - see body.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "parser/scansup.h"

#include "accessor/body.h"

/* Can this byte stand in a word?  Letters beyond ASCII can. */
static bool
is_word_byte(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || IS_HIGHBIT_SET(c) ||
		(!first && c >= '0' && c <= '9');
}

/* Passes over white space. */
static const char *
skip_space(const char *text)
{
	while (scanner_isspace(*text))
		text++;
	return text;
}

/* Reads a word; an empty one where there is none. */
static const char *
read_word(const char *text, char **word)
{
	const char *end = text;

	while (is_word_byte(*end, end == text))
		end++;
	*word = pnstrdup(text, end - text);
	return end;
}

/* Raises 42601 with what a body looks like. */
static void
raise_syntax(const char *message)
{
	ereport(ERROR,
			errcode(ERRCODE_SYNTAX_ERROR),
			errmsg("%s", message),
			errhint("A body in language orm is a verb and a model: "
					"create Usuario, or create \"Order Line\"."));
}

/* Reads a name in double quotes; "text" stands behind the first. */
static const char *
read_quoted(const char *text, char **name)
{
	StringInfoData buffer;

	initStringInfo(&buffer);
	for (;; text++)
	{
		if (*text == '\0')
			raise_syntax("unterminated quoted name in the body of the function");
		if (*text == '"' && *++text != '"')
			break;
		appendStringInfoChar(&buffer, *text);
	}
	*name = buffer.data;
	return text;
}

OrmBody
orm_body_parse(const char *text)
{
	OrmBody		body;

	text = skip_space(read_word(skip_space(text), &body.verb));
	if (body.verb[0] == '\0')
		raise_syntax("the body of the function does not begin with a verb");
	text = *text == '"' ? read_quoted(text + 1, &body.model) : read_word(text, &body.model);
	if (body.model[0] == '\0')
		raise_syntax("the body of the function names no model");
	text = skip_space(text);
	if (*text != '\0')
		ereport(ERROR,
				errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("unexpected text after the model in the body of the function: %s", text));
	return body;
}

char *
orm_body_write(const char *verb, const char *model)
{
	StringInfoData body;
	const char *end = model;

	initStringInfo(&body);
	appendStringInfo(&body, "%s ", verb);
	while (!IS_HIGHBIT_SET(*end) && is_word_byte(*end, end == model))
		end++;
	if (*end == '\0' && end > model)
		appendStringInfoString(&body, model);
	else
	{
		appendStringInfoChar(&body, '"');
		for (; *model; model++)
		{
			if (*model == '"')
				appendStringInfoChar(&body, '"');
			appendStringInfoChar(&body, *model);
		}
		appendStringInfoChar(&body, '"');
	}
	return body.data;
}
