/*
 * series.h - conditions joined by AND or OR.  Private to this folder.
 */
#ifndef ORM_QUERY_SERIES_H
#define ORM_QUERY_SERIES_H

#include "lib/stringinfo.h"

/*
 * Conditions that are joined by AND or OR, in parentheses where there are more
 * than one.  Conditions removed by unset parameters leave no trace.
 */
typedef struct OrmSeries
{
	StringInfo sql;
	const char *joint; /* " AND " */
	int begin;		   /* where the series begins in the text, */
	int part;		   /* ... and its newest part */
	int nparts;
} OrmSeries;

extern void orm_series_begin(OrmSeries *series, StringInfo sql, const char *joint);

/* Around each part: "kept" is what the part's function returned. */
extern void orm_series_begin_part(OrmSeries *series);
extern void orm_series_end_part(OrmSeries *series, bool kept);

/* Returns false, and leaves nothing, when no part was kept. */
extern bool orm_series_end(OrmSeries *series);

#endif
