/*
 * body.c - the body of a function in LANGUAGE orm; see body.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "parser/scansup.h"

#include "base/body.h"

/* Can this byte be part of a word?  Letters beyond ASCII can. */
static bool
is_word_byte(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || IS_HIGHBIT_SET(c) ||
		(!first && c >= '0' && c <= '9');
}

static const char *
skip_space(const char *text)
{
	while (scanner_isspace(*text))
		text++;
	return text;
}

/* Reads a word, which may be empty; returns the position after it. */
static const char *
read_word(const char *text, char **word)
{
	const char *end = text;

	while (is_word_byte(*end, end == text))
		end++;
	*word = pnstrdup(text, end - text);
	return end;
}

void
orm_body_raise(const char *message)
{
	ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("%s", message),
			errhint("A body in language orm is a verb, a model and the verb's documents: "
					"create Usuario, or all \"Order Line\" {\"limit\": 10}."));
}

/* Reads a name in double quotes; returns the position after the last one, NULL: it is not closed. */
static const char *
read_quoted(const char *text, char **name)
{
	StringInfoData buffer;

	initStringInfo(&buffer);
	*name = buffer.data;
	for (;; text++)
	{
		if (*text == '\0')
			return NULL;
		if (*text == '"' && *++text != '"')
			break;
		appendStringInfoChar(&buffer, *text);
	}
	*name = buffer.data;
	return text;
}

/* Skips a JSON string, from its first quote. */
static const char *
skip_string(const char *text)
{
	for (text++; *text != '\0' && *text != '"'; text++)
		if (text[0] == '\\' && text[1] != '\0')
			text++;
	return *text == '"' ? text + 1 : text;
}

/*
 * Finds the end of a JSON object or array by its brackets, outside strings.  If
 * they do not match, the rest of the text is taken, and the JSON parser reports
 * the error.
 */
static const char *
find_end(const char *text)
{
	int depth = 0;

	do
	{
		if (*text == '"')
		{
			text = skip_string(text);
			continue;
		}
		depth += *text == '{' || *text == '[' ? 1 : *text == '}' || *text == ']' ? -1 : 0;
		text++;
	} while (depth > 0 && *text != '\0');
	return text;
}

/* Error context callback: the number of the document being read. */
static void
say_document(void *number)
{
	errcontext("document %d in the body of the function", *(int *) number);
}

/* Reads a document, from its first bracket. */
static const char *
read_document(const char *text, OrmBody *body)
{
	const char *end = find_end(text);
	int number = body->ndocuments + 1;
	ErrorContextCallback context = {error_context_stack, say_document, &number};

	if (body->ndocuments == ORM_BODY_DOCUMENTS)
		orm_body_raise("too many documents in the body of the function");
	error_context_stack = &context;
	body->documents[body->ndocuments++] = orm_document_open(PointerGetDatum(orm_document_parse(text, end - text)));
	error_context_stack = context.previous;
	return end;
}

/* Reads verb and model; returns what stands behind them, NULL for an open quote. */
static const char *
read_beginning(const char *text, char **verb, char **model)
{
	text = skip_space(read_word(skip_space(text), verb));
	text = *text == '"' ? read_quoted(text + 1, model) : read_word(text, model);
	return text != NULL ? skip_space(text) : NULL;
}

bool
orm_body_split(const char *text, char **verb, char **model, const char **rest)
{
	*rest = read_beginning(text, verb, model);
	return *rest != NULL && (*verb)[0] != '\0';
}

OrmBody
orm_body_parse(const char *text)
{
	OrmBody body = {0};

	text = read_beginning(text, &body.verb, &body.model);
	if (body.verb[0] == '\0')
		orm_body_raise("the body of the function does not begin with a verb");
	if (text == NULL)
		orm_body_raise("unterminated quoted name in the body of the function");
	if (body.model[0] == '\0' && *text != '\0')
		orm_body_raise("the body of the function names no model");
	for (; *text == '{' || *text == '['; text = skip_space(text))
		text = read_document(text, &body);
	if (*text != '\0')
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("unexpected text after the %s in the body of the function: %s",
					   body.ndocuments > 0 ? "documents" : "model", text));
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
