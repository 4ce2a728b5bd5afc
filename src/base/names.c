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

/* An English plural ending and its singular. */
typedef struct Ending
{
	const char *plural;
	const char *singular;
	bool whole; /* it is the whole word, not its end */
} Ending;

/* The first that matches counts. */
static const Ending endings[] = {
	/* words of their own */
	{"children", "child", false},
	{"people", "person", false},
	{"men", "man", true},
	{"women", "woman", true},
	{"feet", "foot", true},
	{"teeth", "tooth", true},
	{"geese", "goose", true},
	{"mice", "mouse", true},
	{"oxen", "ox", true},
	{"indices", "index", false},
	{"matrices", "matrix", false},
	{"vertices", "vertex", false},
	{"appendices", "appendix", false},
	{"criteria", "criterion", true},
	{"phenomena", "phenomenon", true},
	{"news", "news", false},
	{"series", "series", false},
	{"species", "species", false},
	{"lens", "lens", true},
	{"lenses", "lens", true},
	{"gases", "gas", true},
	{"buses", "bus", true},
	{"aliases", "alias", false},
	{"biases", "bias", true},
	{"canvases", "canvas", true},
	{"quizzes", "quiz", true},
	{"menus", "menu", true},
	{"ids", "id", true},
	/* -ies */
	{"movies", "movie", true},
	{"cookies", "cookie", true},
	{"zombies", "zombie", true},
	{"calories", "calorie", true},
	{"ties", "tie", true},
	{"pies", "pie", true},
	{"lies", "lie", true},
	{"ies", "y", false},
	/* -ves */
	{"knives", "knife", true},
	{"lives", "life", true},
	{"wives", "wife", true},
	{"leaves", "leaf", true},
	{"halves", "half", true},
	{"shelves", "shelf", false},
	{"wolves", "wolf", true},
	{"loaves", "loaf", true},
	{"thieves", "thief", true},
	/* -es behind a sibilant, -is */
	{"analyses", "analysis", false},
	{"diagnoses", "diagnosis", false},
	{"hypotheses", "hypothesis", false},
	{"crises", "crisis", true},
	{"theses", "thesis", true},
	{"axes", "axis", true},
	{"caches", "cache", true},
	{"niches", "niche", true},
	{"avalanches", "avalanche", true},
	{"sses", "ss", false},
	{"shes", "sh", false},
	{"ches", "ch", false},
	{"xes", "x", false},
	{"uses", "use", true},
	{"auses", "ause", false},
	{"ouses", "ouse", false},
	{"excuses", "excuse", true},
	{"uses", "us", false},
	/* -oes */
	{"shoes", "shoe", true},
	{"toes", "toe", true},
	{"canoes", "canoe", true},
	{"oes", "o", false},
	/* the singular of these ends in s */
	{"ss", "ss", false},
	{"us", "us", false},
	{"is", "is", false},
	{"s", "", false},
};

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

/* The last word: behind what is no letter, or from an upper case letter behind a lower case one. */
static const char *
last_word(const char *name)
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

/* Puts the singular's ending in the place of the plural's, in the letters' own case. */
static char *
replace_ending(const char *name, const Ending *ending)
{
	const char *old = name + strlen(name) - strlen(ending->plural);
	bool upper = name[strlen(name) - 1] >= 'A' && name[strlen(name) - 1] <= 'Z';
	StringInfoData out;

	initStringInfo(&out);
	appendBinaryStringInfo(&out, name, old - name);
	for (int i = 0; ending->singular[i]; i++)
	{
		char c = ending->singular[i];

		if (c == ending->plural[i])
			appendStringInfoChar(&out, old[i]);
		else
		{
			for (const char *rest = ending->singular + i; *rest; rest++)
				appendStringInfoChar(&out, upper ? pg_ascii_toupper((unsigned char) *rest) : *rest);
			break;
		}
	}
	return out.data;
}

/* A name with its last word in the singular, by the table of endings. */
char *
orm_name_singular(const char *name)
{
	const char *word = last_word(name);
	int length = strlen(word);

	for (int i = 0; i < (int) lengthof(endings); i++)
	{
		const Ending *ending = &endings[i];
		int n = strlen(ending->plural);

		/* a word that is hardly more than the ending is none: "gas", "sms", "ies" */
		if (ending->whole ? length != n : length < Max(n, 4))
			continue;
		if (pg_strcasecmp(word + length - n, ending->plural) == 0)
			return replace_ending(name, ending);
	}
	return pstrdup(name);
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
