/*
 * kept_name.c - see kept_name.h.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/datetime.h"

#include "base/kept_name.h"

#define MARK "~kept~"
#define DIGITS 8
#define SUFFIX_LENGTH ((int) sizeof(MARK) - 1 + DIGITS)

/* The name without what follows it, as far as there is room. */
static char *
stem(const char *name)
{
	int length = strlen(name);

	return pnstrdup(name,
					length + SUFFIX_LENGTH < NAMEDATALEN ? length
														 : pg_mbcliplen(name, length, NAMEDATALEN - 1 - SUFFIX_LENGTH));
}

char *
orm_kept_name_make(const char *name, DateADT until)
{
	int year;
	int month;
	int day;

	j2date(until + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%s" MARK "%04d%02d%02d", stem(name), year, month, day);
}

bool
orm_kept_name_read(const char *name, DateADT *until)
{
	int length = strlen(name);
	const char *mark = name + length - SUFFIX_LENGTH;
	int number = 0;

	if (length <= SUFFIX_LENGTH || strncmp(mark, MARK, strlen(MARK)) != 0)
		return false;
	for (const char *digit = mark + strlen(MARK); *digit != '\0'; digit++)
	{
		if (*digit < '0' || *digit > '9')
			return false;
		number = 10 * number + (*digit - '0');
	}
	if (until != NULL)
		*until = date2j(number / 10000, number / 100 % 100, number % 100) - POSTGRES_EPOCH_JDATE;
	return true;
}

bool
orm_kept_name_is_of(const char *kept, const char *name)
{
	char *wanted = stem(name);

	return orm_kept_name_read(kept, NULL) && strlen(kept) == strlen(wanted) + SUFFIX_LENGTH &&
		strncmp(kept, wanted, strlen(wanted)) == 0;
}
