/*
 * settings.c - see settings.h.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/guc.h"

#include "base/settings.h"
#include "base/sql.h"

static const char *const date_styles[] = {
	[USE_POSTGRES_DATES] = "postgres",
	[USE_ISO_DATES] = "iso",
	[USE_SQL_DATES] = "sql",
	[USE_GERMAN_DATES] = "german",
};

static const char *const date_orders[] = {
	[DATEORDER_YMD] = "ymd",
	[DATEORDER_DMY] = "dmy",
	[DATEORDER_MDY] = "mdy",
};

static const char *const interval_styles[] = {
	[INTSTYLE_POSTGRES] = "postgres",
	[INTSTYLE_POSTGRES_VERBOSE] = "postgres_verbose",
	[INTSTYLE_SQL_STANDARD] = "sql_standard",
	[INTSTYLE_ISO_8601] = "iso_8601",
};

OrmSettings
orm_settings_now(void)
{
	OrmSettings settings = {
		.date_style = DateStyle,
		.date_order = DateOrder,
		.interval_style = IntervalStyle,
		.zone = session_timezone,
	};

	return settings;
}

OrmSettings
orm_settings_exact(void)
{
	OrmSettings settings = orm_settings_now();

	settings.date_style = USE_ISO_DATES;
	settings.interval_style = INTSTYLE_POSTGRES;
	settings.whole_floats = true;
	return settings;
}

OrmSettings
orm_settings_pinned(void)
{
	OrmSettings settings = {
		.date_style = USE_ISO_DATES,
		.date_order = DATEORDER_MDY,
		.interval_style = INTSTYLE_POSTGRES,
		.zone = pg_tzset("UTC"),
		.whole_floats = true,
	};

	return settings;
}

/* Sets one until the level is left. */
static void
set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

int
orm_settings_enter(const OrmSettings *settings)
{
	bool dates = settings->date_style != DateStyle || settings->date_order != DateOrder;
	bool intervals = settings->interval_style != IntervalStyle;
	bool zone = settings->zone != session_timezone;
	bool floats = settings->whole_floats && extra_float_digits < 1;
	int level;

	if (!dates && !intervals && !zone && !floats)
		return 0;
	level = NewGUCNestLevel();
	if (dates)
		set("datestyle", psprintf("%s, %s", date_styles[settings->date_style], date_orders[settings->date_order]));
	if (intervals)
		set("intervalstyle", interval_styles[settings->interval_style]);
	if (zone)
		set("timezone", pg_get_timezone_name(settings->zone));
	if (floats)
		set("extra_float_digits", "3");
	return level;
}

int
orm_settings_pin(const char *schema)
{
	int level = NewGUCNestLevel();
	OrmSettings settings = orm_settings_pinned();
	bool has_path = namespace_search_path[strspn(namespace_search_path, " ")] != '\0';

	(void) orm_settings_enter(&settings); /* its own level ends with this one */
	if (schema == NULL)
		set("search_path", "pg_catalog, pg_temp");
	else
		set("search_path",
			psprintf("pg_catalog, %s%s%s, pg_temp", orm_sql_quoted(schema), has_path ? ", " : "",
					 namespace_search_path));
	return level;
}

int
orm_settings_pin_path(const char *schema)
{
	int level = NewGUCNestLevel();

	set("search_path", psprintf("pg_catalog, %s, pg_temp", orm_sql_quoted(schema)));
	return level;
}

void
orm_settings_leave(int level)
{
	if (level > 0)
		AtEOXact_GUC(true, level);
}
