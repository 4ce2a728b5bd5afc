/*
 * names.c - names that are made, not given.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include <ctype.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "parser/scansup.h"

#include "base/names.h"

/* What a character is in the words of a name. */
typedef enum CharClass
{
	CHAR_OTHER,
	CHAR_UPPER,
	CHAR_LOWER, /* letters without case, and whatever is not ASCII, among them */
	CHAR_DIGIT
} CharClass;

/* What the character at "at" is; *length receives its bytes. */
static CharClass
char_class(const char *at, int *length)
{
	unsigned char c = (unsigned char) *at;

	*length = pg_mblen(at);
	if (*length > 1)
		return CHAR_LOWER;
	if (IS_HIGHBIT_SET(c))
		return pg_database_encoding_max_length() == 1 && isupper(c) ? CHAR_UPPER : CHAR_LOWER;
	if (c >= 'A' && c <= 'Z')
		return CHAR_UPPER;
	if (c >= 'a' && c <= 'z')
		return CHAR_LOWER;
	if (c >= '0' && c <= '9')
		return CHAR_DIGIT;
	return CHAR_OTHER;
}

/* Cuts a name to the length of an identifier, at a character's edge. */
static char *
cut(char *name)
{
	int length = strlen(name);

	if (length >= NAMEDATALEN)
		name[pg_mbcliplen(name, length, NAMEDATALEN - 1)] = '\0';
	return name;
}

/* Does a word begin with an upper case letter behind "before" and in front of "after"? */
static bool
begins_word(CharClass before, CharClass after)
{
	return before == CHAR_LOWER || before == CHAR_DIGIT || (before == CHAR_UPPER && after == CHAR_LOWER);
}

/* A name in snake case, cut to the length of an identifier. */
char *
orm_name_snake(const char *name)
{
	StringInfoData out;
	CharClass before = CHAR_OTHER;
	int length;

	initStringInfo(&out);
	for (const char *at = name; *at; at += length)
	{
		CharClass class = char_class(at, &length);
		int ignored;
		CharClass after = at[length] ? char_class(at + length, &ignored) : CHAR_OTHER;
		bool edge = before == CHAR_OTHER || (class == CHAR_UPPER && begins_word(before, after));

		if (class != CHAR_OTHER)
		{
			if (edge && out.len > 0)
				appendStringInfoChar(&out, '_');
			appendBinaryStringInfo(&out, at, length);
		}
		before = class;
	}
	if (out.len == 0)
		appendStringInfoChar(&out, '_');
	return cut(downcase_identifier(out.data, out.len, false, false));
}

/* A name in words that begin with capitals; "lower": but for the first one. */
static char *
capitalize(const char *name, bool lower)
{
	const char *snake = orm_name_snake(name);
	StringInfoData out;

	initStringInfo(&out);
	for (const char *at = snake; *at; at++)
	{
		bool begins = at == snake ? !lower : at[-1] == '_';
		bool between_digits = at > snake && isdigit((unsigned char) at[-1]) && isdigit((unsigned char) at[1]);

		if (*at != '_' || at[1] == '\0' || between_digits)
			appendStringInfoChar(&out, begins ? pg_ascii_toupper((unsigned char) *at) : *at);
	}
	return out.data;
}

char *
orm_name_pascal(const char *name)
{
	return capitalize(name, false);
}

char *
orm_name_camel(const char *name)
{
	return capitalize(name, true);
}

const char *
orm_name_last_word(const char *name)
{
	const char *word = name;
	CharClass before = CHAR_OTHER;
	int length;

	for (const char *at = name; *at; at += length)
	{
		CharClass class = char_class(at, &length);
		bool letter = class == CHAR_UPPER || class == CHAR_LOWER;

		if (letter && (before == CHAR_OTHER || before == CHAR_DIGIT || (class == CHAR_UPPER && before == CHAR_LOWER)))
			word = at;
		before = class;
	}
	return word;
}

/* Two names joined by "_", cut to the length of an identifier as the server cuts the names it makes. */
char *
orm_name_join(const char *first, const char *second)
{
	return makeObjectName(first, second, NULL);
}

/* Takes one part of a name, from *at on; in the last one a dot is a character.  *problem: what is wrong. */
static char *
take_part(const char **at, bool last, const char **problem)
{
	StringInfoData part;
	bool quoted = **at == '"';

	initStringInfo(&part);
	if (quoted)
		(*at)++;
	for (;; (*at)++)
	{
		if (quoted && **at == '"' && (*at)[1] != '"')
			break;
		if (quoted && **at == '"')
			(*at)++;
		else if (**at == '\0' || (!quoted && !last && **at == '.'))
			break;
		appendStringInfoChar(&part, **at);
	}
	if (quoted && **at == '\0')
		*problem = "A double quote is not closed.";
	else if (quoted && *++(*at) != '\0' && (last || **at != '.'))
		*problem = "Only a dot can follow a part in double quotes.";
	return part.data;
}

/* Takes a table's name apart; returns what is wrong with it, or NULL. */
static const char *
take_parts(const char *name, char **schema, char **relation)
{
	const char *at = name;
	const char *problem = NULL;

	*schema = NULL;
	*relation = take_part(&at, false, &problem);
	if (problem == NULL && *at == '.')
	{
		at++;
		*schema = *relation;
		*relation = take_part(&at, true, &problem);
	}
	return problem;
}

/* Takes a table's name apart; false when it is none. */
bool
orm_name_is_table(const char *name, char **schema, char **relation)
{
	return take_parts(name, schema, relation) == NULL && (*relation)[0] != '\0' && strlen(*relation) < NAMEDATALEN &&
		(*schema == NULL || ((*schema)[0] != '\0' && strlen(*schema) < NAMEDATALEN));
}

/* Takes a table's name apart; raises when it is none. */
void
orm_name_split(const char *name, char **schema, char **relation)
{
	const char *problem = take_parts(name, schema, relation);

	if (problem != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME), errmsg("invalid table name \"%s\"", name),
				errdetail("%s", problem));
	if (*schema != NULL)
		orm_name_check(*schema, "schema");
	orm_name_check(*relation, "table");
}

/* Appends a part as take_part reads it; "split": a dot in it would end it. */
static void
append_part(StringInfo out, const char *part, bool split)
{
	if (part[0] != '"' && !(split && strchr(part, '.')))
	{
		appendStringInfoString(out, part);
		return;
	}
	appendStringInfoChar(out, '"');
	for (const char *c = part; *c; c++)
	{
		if (*c == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, *c);
	}
	appendStringInfoChar(out, '"');
}

/* Puts a table's name together, so that it can be taken apart again. */
char *
orm_name_compose(const char *schema, const char *relation)
{
	StringInfoData out;

	initStringInfo(&out);
	if (schema != NULL)
	{
		append_part(&out, schema, true);
		appendStringInfoChar(&out, '.');
	}
	append_part(&out, relation, schema == NULL);
	return out.data;
}

/* Raises for a text that cannot be an identifier. */
void
orm_name_check(const char *name, const char *what)
{
	if (name[0] == '\0')
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME), errmsg("%s name must not be empty", what));
	if (strlen(name) >= NAMEDATALEN)
		ereport(ERROR, errcode(ERRCODE_NAME_TOO_LONG), errmsg("%s name is too long: \"%s\"", what, name),
				errdetail("A name can have up to %d bytes.", NAMEDATALEN - 1));
}

bool
orm_name_is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
orm_name_is_among(const List *names, const char *name)
{
	ListCell *cell;

	foreach(cell, names)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

bool
orm_name_is_in(const char *given, const char *default_schema, const char *name, const char *schema)
{
	char *given_schema;
	char *given_name;

	orm_name_split(given, &given_schema, &given_name);
	return strcmp(given_name, name) == 0 && strcmp(given_schema != NULL ? given_schema : default_schema, schema) == 0;
}
