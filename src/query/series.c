/*
 * series.c - conditions joined by AND or OR; see series.h.
 */
#include "postgres.h"

#include "query/series.h"

void
orm_series_begin(OrmSeries *series, StringInfo sql, const char *joint)
{
	series->sql = sql;
	series->joint = joint;
	series->begin = sql->len;
	series->part = sql->len;
	series->nparts = 0;
	appendStringInfoChar(sql, '(');
}

/* Truncates the text. */
static void
truncate_to(StringInfo sql, int length)
{
	sql->len = length;
	sql->data[length] = '\0';
}

void
orm_series_begin_part(OrmSeries *series)
{
	series->part = series->sql->len;
	if (series->nparts > 0)
		appendStringInfoString(series->sql, series->joint);
}

void
orm_series_end_part(OrmSeries *series, bool kept)
{
	if (kept)
		series->nparts++;
	else
		truncate_to(series->sql, series->part);
}

bool
orm_series_end(OrmSeries *series)
{
	StringInfo sql = series->sql;
	char *open = sql->data + series->begin;

	if (series->nparts == 0)
	{
		truncate_to(sql, series->begin);
		return false;
	}
	if (series->nparts > 1)
	{
		appendStringInfoChar(sql, ')');
		return true;
	}
	memmove(open, open + 1, sql->len - series->begin);
	sql->len--;
	return true;
}
