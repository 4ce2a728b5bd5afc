/*
 * datetime.h - expressions of dates and times.  Private to this folder.
 *
 *     {"trunc": "month", "of": "fecha"}        pg_catalog.date_trunc('month', t0."fecha")
 *     {"part": "year", "of": "fecha"}          pg_catalog."extract"('year', t0."fecha")
 */
#ifndef ORM_QUERY_DATETIME_H
#define ORM_QUERY_DATETIME_H

#include "query/compile.h"

/*
 * The expression over "of" that a form with this unit is; "place" is the
 * form's.  Raise 42883 for a type that has no such units, 22023 for a unit
 * that the type does not have.
 */
extern const OrmExpression *orm_datetime_trunc(const OrmExpression *of, OrmJson unit, const OrmPath *place);
extern const OrmExpression *orm_datetime_part(const OrmExpression *of, OrmJson unit, const OrmPath *place);

/* Raises 42883: the form is for values of other types. */
extern void orm_datetime_refuse_type(const OrmExpression *of, const char *form, const char *types, const OrmPath *place)
	pg_attribute_noreturn();

#endif
