/*
 * table_steps.c - see table_steps.h.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/names.h"
#include "base/sql.h"
#include "differ/table_steps.h"
#include "model/table_option.h"

/* A comparison. */
typedef struct TablePair
{
	OrmDiffer *differ;
	const OrmDeclaredTable *declared;
	const OrmDeclaredTable *actual; /* with the defaults, too */
} TablePair;

/* Appends ALTER TABLE with a clause and its reverse; either NULL: none. */
static OrmStep *
add_step(const TablePair *pair, const char *clause, const char *reverse)
{
	const char *name = pair->differ->name;

	return orm_differ_step(pair->differ, ORM_PHASE_OPTION, "alter", psprintf("table %s", name),
						   clause != NULL ? psprintf("ALTER TABLE %s %s", name, clause) : NULL,
						   reverse != NULL ? psprintf("ALTER TABLE %s %s", name, reverse) : NULL, ORM_LOCK_FULL);
}

/* UNLOGGED */
static void
compare_persistence(const TablePair *pair)
{
	bool declared = pair->declared->unlogged == ORM_YES;

	if (pair->declared->unlogged == ORM_NOT_GIVEN || declared == (pair->actual->unlogged == ORM_YES))
		return;
	add_step(pair, declared ? "SET UNLOGGED" : "SET LOGGED", declared ? "SET LOGGED" : "SET UNLOGGED")->rewrites = true;
}

/* A clause that ends with a name. */
static char *
with_name(const char *clause, const char *name)
{
	return psprintf("%s %s", clause, orm_sql_quoted(name));
}

/* USING */
static void
compare_method(const TablePair *pair)
{
	const char *clause = "SET ACCESS METHOD";
	const char *declared = pair->declared->method;

	if (declared != NULL && pair->actual->method != NULL && strcmp(declared, pair->actual->method) != 0)
		add_step(pair, with_name(clause, declared), with_name(clause, pair->actual->method))->rewrites = true;
}

/* TABLESPACE */
static void
compare_tablespace(const TablePair *pair)
{
	const char *clause = "SET TABLESPACE";
	const char *declared = pair->declared->tablespace;

	if (declared != NULL && strcmp(declared, pair->actual->tablespace) != 0)
		add_step(pair, with_name(clause, declared), with_name(clause, pair->actual->tablespace))->rewrites = true;
}

/* The name of a storage parameter, quoted, with that of its namespace. */
static char *
parameter_name(const DefElem *parameter)
{
	return parameter->defnamespace != NULL
		? psprintf("%s.%s", parameter->defnamespace, orm_sql_quoted(parameter->defname))
		: orm_sql_quoted(parameter->defname);
}

/* The parameter of the same name, or NULL. */
static const DefElem *
find_parameter(const List *parameters, const DefElem *parameter)
{
	ListCell *cell;

	foreach(cell, parameters)
	{
		const DefElem *other = lfirst(cell);

		if (strcmp(other->defname, parameter->defname) == 0 &&
			orm_name_is_same(other->defnamespace, parameter->defnamespace))
			return other;
	}
	return NULL;
}

/* The value of a parameter as the catalogs have it. */
static char *
parameter_value(const DefElem *parameter)
{
	return parameter->arg != NULL ? defGetString(unconstify(DefElem *, parameter)) : "true";
}

/* SET (...) of the parameters that "from" has otherwise or not at all; NULL: of none. */
static char *
print_set(const List *parameters, const List *from)
{
	StringInfoData sql;
	bool first = true;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SET (");
	foreach(cell, parameters)
	{
		const DefElem *parameter = lfirst(cell);
		const DefElem *other = find_parameter(from, parameter);

		if (other != NULL && strcmp(parameter_value(parameter), parameter_value(other)) == 0)
			continue;
		orm_sql_comma(&sql, &first);
		appendStringInfo(&sql, "%s=", parameter_name(parameter));
		orm_sql_literal(&sql, parameter_value(parameter));
	}
	appendStringInfoChar(&sql, ')');
	return first ? NULL : sql.data;
}

/* RESET (...) of the parameters that "from" has and they have not; NULL: of none. */
static char *
print_reset(const List *parameters, const List *from)
{
	StringInfoData sql;
	bool first = true;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "RESET (");
	foreach(cell, from)
	{
		if (find_parameter(parameters, lfirst(cell)) != NULL)
			continue;
		orm_sql_comma(&sql, &first);
		appendStringInfoString(&sql, parameter_name(lfirst(cell)));
	}
	appendStringInfoChar(&sql, ')');
	return first ? NULL : sql.data;
}

/* One clause, or two. */
static char *
join_clauses(char *one, char *other)
{
	return one != NULL && other != NULL ? psprintf("%s, %s", one, other) : one != NULL ? one : other;
}

/* WITH */
static void
compare_parameters(const TablePair *pair)
{
	List *declared;
	List *actual;
	char *clause;

	if (pair->declared->parameters == NULL)
		return;
	declared = orm_table_option_parameters(pair->declared->parameters);
	actual = pair->actual->parameters != NULL ? orm_table_option_parameters(pair->actual->parameters) : NIL;
	clause = join_clauses(print_set(declared, actual), print_reset(declared, actual));
	if (clause != NULL)
		add_step(pair, clause, join_clauses(print_set(actual, declared), print_reset(actual, declared)));
}

/* PARTITION BY */
static void
compare_partition(const TablePair *pair)
{
	if (pair->declared->partition_by == NULL ||
		(pair->actual->partition_by != NULL &&
		 equal(orm_table_option_partition(pair->declared->partition_by),
			   orm_table_option_partition(pair->actual->partition_by))))
		return;
	add_step(pair, NULL, NULL)->note = psprintf("declared PARTITION BY %s, which a table that exists cannot become",
												pair->declared->partition_by);
}

/* The options of a table. */
static void (*const options[])(const TablePair *pair) = {
	compare_persistence, compare_method, compare_tablespace, compare_parameters, compare_partition,
};

void
orm_table_steps_compare(OrmDiffer *differ)
{
	OrmDeclaredTable none = {.unlogged = ORM_NOT_GIVEN};
	OrmDeclaredTable *read = orm_table_option_read(differ->relation);
	OrmDeclaredTable actual = read != NULL ? *read : none;
	TablePair pair = {differ, orm_declaration_table(differ->table->declaration), &actual};

	if (differ->model == NULL || pair.declared == NULL)
		return;
	if (OidIsValid(differ->relation->rd_rel->relam))
		actual.method = get_am_name(differ->relation->rd_rel->relam);
	if (actual.tablespace == NULL)
		actual.tablespace = get_tablespace_name(MyDatabaseTableSpace);
	for (int i = 0; i < (int) lengthof(options); i++)
		options[i](&pair);
}
