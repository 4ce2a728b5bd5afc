/*
 * series.h - conditions joined by AND or OR.  Private to this folder.
 */
#ifndef ORM_QUERY_SERIES_H
#define ORM_QUERY_SERIES_H

#include "lib/stringinfo.h"

/*
 * Conditions joined by AND or OR, in parentheses if there are several.  The text of
 * conditions removed by unset parameters is truncated.
 */
typedef struct OrmSeries
{
	StringInfo sql;
	const char *joint; /* " AND " */
	int begin;		   /* offset of the series in the text */
	int part;		   /* offset of its newest part */
	int nparts;
} OrmSeries;

extern void orm_series_begin(OrmSeries *series, StringInfo sql, const char *joint);

/* Called around each part; with "kept" false the part is removed. */
extern void orm_series_begin_part(OrmSeries *series);
extern void orm_series_end_part(OrmSeries *series, bool kept);

/* Returns false, leaving the text as before the series, when no part was kept. */
extern bool orm_series_end(OrmSeries *series);

#endif
