/*
 * datetime.c - expressions of dates and times; see datetime.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/nearest.h"
#include "query/datetime.h"

/* The types of date_trunc and extract, as flags. */
#define D (1 << 0) /* date */
#define T (1 << 1) /* time */
#define Z (1 << 2) /* time with time zone */
#define S (1 << 3) /* timestamp */
#define C (1 << 4) /* timestamp with time zone */
#define I (1 << 5) /* interval */

/* The units, and the types that have them: what the server supports in every version. */
static const struct
{
	const char *name;
	int trunc;
	int part;
} units[] = {{"microseconds", S | C | I, T | Z | S | C | I},
			 {"milliseconds", S | C | I, T | Z | S | C | I},
			 {"second", S | C | I, T | Z | S | C | I},
			 {"minute", S | C | I, T | Z | S | C | I},
			 {"hour", S | C | I, T | Z | S | C | I},
			 {"day", D | S | C | I, D | S | C | I},
			 {"week", D | S | C, D | S | C},
			 {"month", D | S | C | I, D | S | C | I},
			 {"quarter", D | S | C | I, D | S | C | I},
			 {"year", D | S | C | I, D | S | C | I},
			 {"decade", D | S | C | I, D | S | C | I},
			 {"century", D | S | C | I, D | S | C | I},
			 {"millennium", D | S | C | I, D | S | C | I},
			 {"dow", 0, D | S | C},
			 {"isodow", 0, D | S | C},
			 {"doy", 0, D | S | C},
			 {"isoyear", 0, D | S | C},
			 {"julian", 0, D | S | C},
			 {"epoch", 0, D | T | Z | S | C | I},
			 {"timezone", 0, Z | C},
			 {"timezone_hour", 0, Z | C},
			 {"timezone_minute", 0, Z | C}};

static const struct
{
	Oid type;
	int flag;
} time_types[] = {{DATEOID, D}, {TIMEOID, T}, {TIMETZOID, Z}, {TIMESTAMPOID, S}, {TIMESTAMPTZOID, C}, {INTERVALOID, I}};

/* The flag of a type; 0: it is none of time. */
static int
time_flag(const OrmType *type)
{
	for (int i = 0; i < (int) lengthof(time_types); i++)
		if (time_types[i].type == type->base)
			return time_types[i].flag;
	return 0;
}

/* In an ereport: the units that there are; a nearest one, if there is one, takes the place of this hint. */
static int
hint_units(const char *const *names, int nnames)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < nnames; i++)
		appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "", names[i]);
	errhint("Its units are %s.", list.data);
	return 0;
}

/* The unit that JSON names; it must be one of the expression's type. */
static const char *
read_unit(OrmJson json, bool part, const OrmExpression *of, const OrmPath *place)
{
	const char *names[lengthof(units)];
	int nnames = 0;
	int flag = time_flag(of->type);
	const char *given;

	if (orm_json_kind(json) != ORM_JSON_STRING && orm_json_kind(json) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(json, "a unit of time, as \"month\"", place);
	given = orm_json_string(json);
	for (int i = 0; i < (int) lengthof(units); i++)
	{
		if (!((part ? units[i].part : units[i].trunc) & flag))
			continue;
		if (strcmp(units[i].name, given) == 0)
			return units[i].name;
		names[nnames++] = units[i].name;
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unrecognized unit \"%s\" for \"%s\" of type %s", given, part ? "part" : "trunc",
				   format_type_be(of->type->oid)),
			orm_error_place(place), hint_units(names, nnames), orm_nearest_hint("unit", given, names, nnames));
}

/* Raises 42883: the expression is not for that type. */
void
orm_datetime_refuse_type(const OrmExpression *of, const char *form, const char *types, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "of");

	ereport(
		ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
		errmsg("\"%s\" does not support %s of type %s", form, orm_query_describe(of), format_type_be(of->type->oid)),
		orm_error_place(&here), errhint("\"%s\" is for %s.", form, types));
}

/* {"trunc": unit, "of": expr}; a date stays a date, by way of timestamp: no time zone is involved. */
const OrmExpression *
orm_datetime_trunc(const OrmExpression *of, OrmJson unit, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "trunc");
	OrmExpression *expression;
	const char *literal;
	char *sql;

	if (!(time_flag(of->type) & (D | S | C | I)))
		orm_datetime_refuse_type(of, "trunc", "dates, timestamps and intervals", place);
	literal = read_unit(unit, false, of, &here);
	if (of->type->base == DATEOID)
		sql = psprintf("(pg_catalog.date_trunc('%s', %s::pg_catalog.timestamp)::pg_catalog.date)", literal, of->sql);
	else
		sql = psprintf("pg_catalog.date_trunc('%s', %s)", literal, of->sql);
	expression = orm_query_expression("trunc", sql, of->type->base);
	expression->not_null = of->not_null;
	return expression;
}

/* {"part": unit, "of": expr} */
const OrmExpression *
orm_datetime_part(const OrmExpression *of, OrmJson unit, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "part");
	const char *literal;

	if (time_flag(of->type) == 0)
		orm_datetime_refuse_type(of, "part", "dates, times, timestamps and intervals", place);
	literal = read_unit(unit, true, of, &here);
	return orm_query_expression("part", psprintf("pg_catalog.\"extract\"('%s', %s)", literal, of->sql), NUMERICOID);
}
