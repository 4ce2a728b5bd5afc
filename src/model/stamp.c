/*
 * stamp.c - see stamp.h.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"

#include "base/sql.h"
#include "model/element.h"
#include "model/stamp.h"

/* Adds a rule; "column" NULL: it is left out. */
static OrmStampRule *
add_rule(List **rules, char *column, const char *builder, const char *key, int position)
{
	OrmStampRule *rule = palloc0(sizeof(OrmStampRule));

	rule->column = column;
	rule->builder = builder;
	rule->key = key;
	rule->position = position;
	rule->created = true;
	if (column != NULL)
		*rules = lappend(*rules, rule);
	return rule;
}

List *
orm_stamp_rules(const OrmDeclaration *declaration)
{
	List *rules = NIL;
	ListCell *cell;

	foreach(cell, declaration->timestamps)
	{
		const OrmDeclaredTimestamps *times = lfirst(cell);
		const char *clock = times->clock != NULL ? times->clock : "transaction";

		add_rule(&rules, times->created_at, "timestamps", "created_at", times->position)->clock = clock;
		if (times->updated_at != NULL)
		{
			OrmStampRule *rule = add_rule(&rules, times->updated_at, "timestamps", "updated_at", times->position);

			rule->clock = clock;
			rule->updated = true;
		}
	}
	foreach(cell, declaration->stamps)
	{
		const OrmDeclaredStamp *stamp = lfirst(cell);
		OrmStampRule *rule = add_rule(&rules, stamp->column, "stamp", "column_name", stamp->position);

		rule->setting = stamp->setting;
		rule->updated = stamp->events != NULL && strcmp(stamp->events, "create") != 0;
	}
	return rules;
}

/* The function of a clock. */
static const char *
clock_function(const char *clock)
{
	return strcmp(clock, "statement") == 0 ? "pg_catalog.statement_timestamp()" : "pg_catalog.now()";
}

char *
orm_stamp_expression(const OrmStampRule *rule, Oid type, int32 typmod)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CAST(");
	if (rule->clock != NULL)
		appendStringInfoString(&sql, clock_function(rule->clock));
	else if (rule->setting == NULL)
		appendStringInfoString(&sql, "session_user");
	else
	{
		appendStringInfoString(&sql, "nullif(pg_catalog.current_setting(");
		orm_sql_literal(&sql, rule->setting);
		appendStringInfoString(&sql, ", true), '')");
	}
	appendStringInfoString(&sql, " AS ");
	orm_sql_type(&sql, type, typmod);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

/* The element of an implied column. */
static OrmJson
implied_element(const OrmStampRule *rule)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"column\": {\"name\": ");
	escape_json(&text, rule->column);
	if (rule->clock != NULL)
		appendStringInfo(&text, ", \"type\": \"timestamptz\", \"nullable\": false, \"server_default\": \"%s\"}}",
						 strcmp(rule->clock, "statement") == 0 ? "statement_timestamp()" : "now()");
	else
		appendStringInfoString(&text, ", \"type\": \"text\"}}");
	return orm_document_root(orm_document_parse(text.data, text.len));
}

void
orm_stamp_imply(OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, orm_stamp_rules(declaration))
	{
		const OrmStampRule *rule = lfirst(cell);

		if (orm_declaration_column(declaration, rule->column) != NULL)
			continue;
		orm_element_read(declaration, implied_element(rule), rule->position, false);
		((OrmDeclaredColumn *) llast(declaration->columns))->implied = true;
	}
}

/* Raises 42701 for a second rule of a column. */
static void
check_once(const List *rules, const OrmStampRule *rule)
{
	OrmElementPlace place;
	ListCell *cell;

	foreach(cell, rules)
	{
		const OrmStampRule *other = lfirst(cell);

		if (other == rule)
			return;
		if (strcmp(other->column, rule->column) == 0)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
					errmsg("column \"%s\" is stamped more than once", rule->column),
					orm_error_place(orm_declaration_place(&place, rule->position, rule->builder, rule->key)));
	}
}

void
orm_stamp_check(const OrmDeclaration *declaration)
{
	List *rules = orm_stamp_rules(declaration);
	OrmElementPlace place;
	ListCell *cell;

	if (list_length(declaration->timestamps) > 1)
		ereport(
			ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("element \"%s\" is given twice", "timestamps"),
			orm_error_place(orm_declaration_place(
				&place, ((OrmDeclaredTimestamps *) lsecond(declaration->timestamps))->position, "timestamps", NULL)));
	foreach(cell, rules)
	{
		const OrmStampRule *rule = lfirst(cell);

		check_once(rules, rule);
		if (rule->setting != NULL && pg_strncasecmp(rule->setting, "orm.", 4) == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("setting \"%s\" is not allowed here", rule->setting),
					orm_error_place(orm_declaration_place(&place, rule->position, rule->builder, "setting")),
					errhint("The prefix \"orm.\" is reserved. Use one of your own, as in \"app.user\"."));
	}
}
