/*
 * nearest.c - the nearest of some names, for hints.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/varlena.h"

#include "base/nearest.h"

/* What varstr_levenshtein takes; in characters there, in bytes here. */
#define MAX_NAME_BYTES 255

/* A name that is farther away than this is another name. */
#define MAX_DISTANCE 3

/* How far apart two names are; more than "most" when that far or farther. */
static int
distance(const char *given, const char *name, int most)
{
	int given_length = strlen(given);
	int name_length = strlen(name);

	if (pg_strcasecmp(given, name) == 0)
		return 0;
	if (given_length > MAX_NAME_BYTES || name_length > MAX_NAME_BYTES)
		return most + 1;
	return varstr_levenshtein_less_equal(given, given_length, name, name_length, 1, 1, 1, most, false);
}

/* The nearest of the names.  At most half of the letters may differ, or anything would be near to a short name. */
int
orm_nearest_name(const char *given, const char *const *names, int nnames)
{
	int nearest = -1;
	int most = Min(MAX_DISTANCE, pg_mbstrlen(given) / 2);

	for (int i = 0; i < nnames && most >= 0; i++)
	{
		int apart = distance(given, names[i], most);

		if (apart <= most)
		{
			nearest = i;
			most = apart - 1;
		}
	}
	return nearest;
}

/* In an ereport: the HINT that offers the nearest name. */
int
orm_nearest_hint(const char *what, const char *given, const char *const *names, int nnames)
{
	int nearest = orm_nearest_name(given, names, nnames);

	if (nearest >= 0)
		errhint("Perhaps you meant the %s \"%s\".", what, names[nearest]);
	return 0;
}
