/*
 * cascade.c - cascade options of relationships.
 *
 * The options are those of SQLAlchemy.  "merge" and "save-update" are synonyms:
 * both stand for writing nested objects.
 */
#include "postgres.h"

#include "parser/scansup.h"

#include "base/error.h"
#include "base/nearest.h"
#include "model/cascade.h"
#include "model/declaration.h"
#include "model/relationship.h"

#define SAVE ORM_CASCADE_SAVE
#define DELETE ORM_CASCADE_DELETE
#define ORPHAN ORM_CASCADE_ORPHAN

static const struct
{
	const char *word;
	int cascade;
} words[] = {
	{"save-update", SAVE},	   {"merge", SAVE},		   {"delete", DELETE},
	{"delete-orphan", ORPHAN}, {"all", SAVE | DELETE}, {"none", 0},
};

/* Raises 22023 for an unrecognized option. */
static void
raise_unknown(const char *word)
{
	const char *names[lengthof(words)];
	StringInfoData possible;

	initStringInfo(&possible);
	for (int i = 0; i < (int) lengthof(words); i++)
	{
		names[i] = words[i].word;
		appendStringInfo(&possible, "%s\"%s\"", i ? ", " : "", names[i]);
	}

	/* the later errhint() replaces the earlier one when there is a nearest option */
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			word[0] == '\0' ? errmsg("cascade option is missing") : errmsg("unrecognized cascade option \"%s\"", word),
			errhint("Cascade options, separated by commas, are %s.", possible.data),
			orm_nearest_hint("cascade option", word, names, lengthof(names)));
}

/* The bits of an option. */
static int
find_word(const char *word)
{
	for (int i = 0; i < (int) lengthof(words); i++)
		if (pg_strcasecmp(words[i].word, word) == 0)
			return words[i].cascade;
	raise_unknown(word);
	return 0;
}

/* Returns the next option, trimmed; *text moves behind its comma, or becomes NULL at the end. */
static char *
next_word(char **text)
{
	char *word = *text;
	char *end = strchr(word, ',');

	*text = end ? end + 1 : NULL;
	if (end == NULL)
		end = word + strlen(word);
	while (word < end && scanner_isspace(*word))
		word++;
	while (end > word && scanner_isspace(end[-1]))
		end--;
	*end = '\0';
	return word;
}

/* Raises 22023 for options that are not allowed together or for the kind of relationship. */
static void
check_words(int cascade, bool none, int nwords, OrmRelationshipKind kind)
{
	if (none && nwords > 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("cascade option \"none\" is not allowed with others"));
	if ((cascade & ORPHAN) && kind != ORM_HAS_MANY && kind != ORM_HAS_ONE)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("cascade option \"delete-orphan\" is not allowed for %s", orm_relationship_kind_name(kind)),
				errhint("It is for has_many and has_one, whose objects belong to one other object."));
	if ((cascade & ORPHAN) && !(cascade & DELETE))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("cascade option \"delete-orphan\" requires \"delete\""), errhint("Write 'all, delete-orphan'."));
}

int
orm_cascade_read(const char *text, OrmRelationshipKind kind)
{
	char *rest = text ? pstrdup(text) : NULL;
	int cascade = 0;
	int nwords = 0;
	bool none = false;

	if (text == NULL)
		return SAVE;
	while (rest != NULL)
	{
		int found = find_word(next_word(&rest));

		cascade |= found;
		none = none || found == 0;
		nwords++;
	}
	check_words(cascade, none, nwords, kind);
	return cascade;
}
