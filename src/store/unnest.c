/*
 * unnest.c - passing rows of values as arrays; see unnest.h.
 */
#include "postgres.h"

#include "utils/array.h"

#include "store/unnest.h"

void
orm_unnest_list(StringInfo sql, int first, int n)
{
	for (int i = 0; i < n; i++)
		appendStringInfo(sql, "%spg_catalog.unnest($%d)", i > 0 ? ", " : "", first + i);
}

void
orm_unnest_rows(StringInfo sql, int first, int n, bool numbered)
{
	appendStringInfoString(sql, "ROWS FROM (");
	orm_unnest_list(sql, first, n);
	appendStringInfoString(sql, numbered ? ") WITH ORDINALITY" : ")");
}

Datum
orm_unnest_array(const OrmType *type, Datum *values, bool *isnull, int n)
{
	int lower_bound = 1;

	return PointerGetDatum(
		construct_md_array(values, isnull, 1, &n, &lower_bound, type->oid, type->length, type->by_value, type->align));
}
