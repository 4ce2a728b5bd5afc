/*
 * inflect.c - singular and plural of English words.
 *
 * Both directions read tables of endings, of which the first that matches
 * counts.  The exceptions are pairs and serve both.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/inflect.h"
#include "base/names.h"

/* A plural ending and its singular. */
typedef struct Ending
{
	const char *plural;
	const char *singular;
	bool whole; /* it is the whole word, not its end */
} Ending;

/* Words that follow no rule. */
static const Ending exceptions[] = {
	{"children", "child", false},
	{"people", "person", false},
	{"men", "man", true},
	{"women", "woman", true},
	{"businessmen", "businessman", true},
	{"chairmen", "chairman", true},
	{"craftsmen", "craftsman", true},
	{"firemen", "fireman", true},
	{"foremen", "foreman", true},
	{"freshmen", "freshman", true},
	{"gentlemen", "gentleman", true},
	{"policemen", "policeman", true},
	{"salesmen", "salesman", true},
	{"feet", "foot", true},
	{"teeth", "tooth", true},
	{"geese", "goose", true},
	{"mice", "mouse", true},
	{"lice", "louse", true},
	{"oxen", "ox", true},
	{"indexes", "index", false},
	{"indices", "index", false},
	{"matrices", "matrix", false},
	{"vertices", "vertex", false},
	{"appendices", "appendix", false},
	{"criteria", "criterion", true},
	{"phenomena", "phenomenon", true},
	{"bacteria", "bacterium", true},
	{"curricula", "curriculum", true},
	{"memoranda", "memorandum", true},
	{"alumni", "alumnus", true},
	{"cacti", "cactus", true},
	{"fungi", "fungus", true},
	{"nuclei", "nucleus", true},
	{"radii", "radius", true},
	{"stimuli", "stimulus", true},
	/* one form */
	{"news", "news", false},
	{"series", "series", false},
	{"species", "species", false},
	{"metadata", "metadata", true},
	{"data", "data", true},
	{"media", "media", true},
	{"information", "information", true},
	{"equipment", "equipment", true},
	{"software", "software", true},
	{"hardware", "hardware", true},
	{"staff", "staff", true},
	{"money", "money", true},
	{"rice", "rice", true},
	{"sheep", "sheep", true},
	{"fish", "fish", true},
	{"deer", "deer", true},
	{"chassis", "chassis", true},
	/* singulars in s */
	{"lenses", "lens", true},
	{"lens", "lens", true},
	{"gases", "gas", true},
	{"buses", "bus", true},
	{"aliases", "alias", false},
	{"alias", "alias", true},
	{"atlases", "atlas", true},
	{"atlas", "atlas", true},
	{"biases", "bias", true},
	{"bias", "bias", true},
	{"canvases", "canvas", true},
	{"canvas", "canvas", true},
	{"chaos", "chaos", true},
	{"irises", "iris", true},
	{"quizzes", "quiz", true},
	{"menus", "menu", true},
	{"ids", "id", true},
	/* -ies */
	{"movies", "movie", true},
	{"cookies", "cookie", true},
	{"zombies", "zombie", true},
	{"calories", "calorie", true},
	{"brownies", "brownie", true},
	{"selfies", "selfie", true},
	{"ties", "tie", true},
	{"pies", "pie", true},
	{"lies", "lie", true},
	/* -ves */
	{"knives", "knife", true},
	{"lives", "life", true},
	{"wives", "wife", true},
	{"leaves", "leaf", true},
	{"halves", "half", true},
	{"calves", "calf", true},
	{"elves", "elf", true},
	{"selves", "self", true},
	{"shelves", "shelf", false},
	{"wolves", "wolf", true},
	{"loaves", "loaf", true},
	{"thieves", "thief", true},
	/* -es */
	{"analyses", "analysis", false},
	{"diagnoses", "diagnosis", false},
	{"hypotheses", "hypothesis", false},
	{"parentheses", "parenthesis", false},
	{"crises", "crisis", true},
	{"theses", "thesis", true},
	{"oases", "oasis", true},
	{"axes", "axis", true},
	{"caches", "cache", true},
	{"headaches", "headache", true},
	{"niches", "niche", true},
	{"avalanches", "avalanche", true},
	{"excuses", "excuse", true},
	{"uses", "use", true},
	{"shoes", "shoe", true},
	{"toes", "toe", true},
	{"canoes", "canoe", true},
	{"heroes", "hero", true},
	{"potatoes", "potato", true},
	{"tomatoes", "tomato", true},
	{"echoes", "echo", true},
	{"vetoes", "veto", true},
};

/* From plural to singular. */
static const Ending singular_rules[] = {
	{"ies", "y", false},
	{"sses", "ss", false},
	{"shes", "sh", false},
	{"ches", "ch", false},
	{"xes", "x", false},
	{"zzes", "zz", false},
	{"auses", "ause", false},
	{"ouses", "ouse", false},
	{"uses", "us", false},
	{"oes", "o", false},
	/* the singular of these ends in s */
	{"ss", "ss", false},
	{"us", "us", false},
	{"is", "is", false},
	{"s", "", false},
};

/* From singular to plural. */
static const Ending plural_rules[] = {
	{"ays", "ay", false}, {"eys", "ey", false}, {"oys", "oy", false},  {"uys", "uy", false},
	{"ies", "y", false},  {"ses", "s", false},	{"shes", "sh", false}, {"ches", "ch", false},
	{"xes", "x", false},  {"zes", "z", false},	{"s", "", false},
};

/* Puts one ending in the place of another, in the letters' own case. */
static char *
replace_ending(const char *name, const char *from, const char *to)
{
	const char *old = name + strlen(name) - strlen(from);
	bool upper = name[0] != '\0' && name[strlen(name) - 1] >= 'A' && name[strlen(name) - 1] <= 'Z';
	int same = 0;
	StringInfoData out;

	while (from[same] != '\0' && from[same] == to[same])
		same++;
	initStringInfo(&out);
	appendBinaryStringInfo(&out, name, old - name + same);
	for (const char *rest = to + same; *rest; rest++)
		appendStringInfoChar(&out, upper ? pg_ascii_toupper((unsigned char) *rest) : *rest);
	return out.data;
}

/* Does a word end so?  One that is hardly more than the ending does not: "gas", "sms", "ies". */
static bool
ends_so(const char *word, const char *ending, bool whole, int least)
{
	int length = strlen(word);
	int n = strlen(ending);

	if (whole ? length != n : length < Max(n, least))
		return false;
	return pg_strcasecmp(word + length - n, ending) == 0;
}

/* The name with the ending that the table has for its own, or NULL. */
static char *
to_singular(const char *name, const Ending *table, int n)
{
	const char *word = orm_name_last_word(name);

	for (int i = 0; i < n; i++)
		if (ends_so(word, table[i].plural, table[i].whole, 4))
			return replace_ending(name, table[i].plural, table[i].singular);
	return NULL;
}

/* The same in the other direction. */
static char *
to_plural(const char *name, const Ending *table, int n)
{
	const char *word = orm_name_last_word(name);

	for (int i = 0; i < n; i++)
		if (ends_so(word, table[i].singular, table[i].whole, 1))
			return replace_ending(name, table[i].singular, table[i].plural);
	return NULL;
}

char *
orm_inflect_singular(const char *name)
{
	char *singular = to_singular(name, exceptions, lengthof(exceptions));

	if (singular == NULL)
		singular = to_singular(name, singular_rules, lengthof(singular_rules));
	return singular != NULL ? singular : pstrdup(name);
}

/* Has a name an ending that rules of English can be about? */
static bool
ends_in_letter(const char *name)
{
	char last = name[0] == '\0' ? '\0' : pg_ascii_tolower((unsigned char) name[strlen(name) - 1]);

	return last >= 'a' && last <= 'z';
}

char *
orm_inflect_plural(const char *name)
{
	char *plural = to_plural(name, exceptions, lengthof(exceptions));
	char *singular;

	if (plural != NULL)
		return plural;
	if (!ends_in_letter(name))
		return pstrdup(name);
	singular = orm_inflect_singular(name);
	if (strcmp(singular, name) != 0)
		return pstrdup(name);
	return to_plural(name, plural_rules, lengthof(plural_rules));
}
