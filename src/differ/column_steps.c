/*
 * column_steps.c - changed columns.
 *
 * The fields of one that is
 * there are compared by a table of records.  Each record prints the statement that makes its
 * field what a form says: from the declared form the step, from the actual one its reverse.
 * Where the type changes, or the kind of value (default, identity, generation expression), the
 * old value goes before and the new one comes after.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/kept_name.h"
#include "base/names.h"
#include "base/sql.h"
#include "ddl/print_column.h"
#include "differ/column_steps.h"
#include "differ/column_form.h"
#include "differ/cost.h"
#include "differ/new_column.h"
#include "differ/normalized.h"
#include "differ/violation.h"

/* Two forms of one column. */
typedef struct Pair
{
	const OrmDiffer *differ;
	const OrmColumnForm *declared;
	const OrmColumnForm *actual;
	char *object;
} Pair;

/* Starts ALTER TABLE t ALTER COLUMN c. */
static void
start(StringInfo sql, const OrmDiffer *differ, const OrmColumnForm *form)
{
	initStringInfo(sql);
	appendStringInfo(sql, "ALTER TABLE %s ALTER COLUMN ", differ->name);
	orm_sql_name(sql, form->name);
}

static bool
same_type(const Pair *pair)
{
	const OrmColumnForm *declared = pair->declared;
	Oid type = pair->actual->type;

	if (declared->any_integer && (type == INT2OID || type == INT4OID || type == INT8OID))
		return true;
	return declared->type == type && declared->typmod == pair->actual->typmod &&
		declared->collation == pair->actual->collation;
}

/* The statement that gives the type; a conversion is the step's alone, not that of its reverse. */
static char *
print_type(const OrmDiffer *differ, const OrmColumnForm *to)
{
	StringInfoData sql;

	start(&sql, differ, to);
	appendStringInfoString(&sql, " TYPE ");
	orm_print_column_type(&sql, differ->table, to->column);
	if (OidIsValid(to->collation) && OidIsValid(to->column->collation))
	{
		appendStringInfoString(&sql, " COLLATE ");
		orm_sql_collation(&sql, to->collation);
	}
	return sql.data;
}

static char *
print_null(const OrmDiffer *differ, const OrmColumnForm *to)
{
	StringInfoData sql;

	start(&sql, differ, to);
	appendStringInfoString(&sql, to->not_null ? " SET NOT NULL" : " DROP NOT NULL");
	return sql.data;
}

static bool
same_storage(const Pair *pair)
{
	return orm_name_is_same(pair->declared->storage, pair->actual->storage);
}

static char *
print_storage(const OrmDiffer *differ, const OrmColumnForm *to)
{
	static const char *const words[] = {
		[TYPSTORAGE_PLAIN] = "PLAIN",
		[TYPSTORAGE_EXTERNAL] = "EXTERNAL",
		[TYPSTORAGE_EXTENDED] = "EXTENDED",
		[TYPSTORAGE_MAIN] = "MAIN",
	};
	StringInfoData sql;

	start(&sql, differ, to);
	appendStringInfo(&sql, " SET STORAGE %s",
					 to->storage != NULL ? to->storage : words[(int) get_typstorage(to->type)]);
	return sql.data;
}

static bool
same_compression(const Pair *pair)
{
	return orm_name_is_same(pair->declared->compression, pair->actual->compression);
}

static char *
print_compression(const OrmDiffer *differ, const OrmColumnForm *to)
{
	StringInfoData sql;

	start(&sql, differ, to);
	appendStringInfo(&sql, " SET COMPRESSION %s", to->compression != NULL ? to->compression : "DEFAULT");
	return sql.data;
}

static bool
same_comment(const Pair *pair)
{
	return orm_name_is_same(pair->declared->comment, pair->actual->comment);
}

static char *
print_comment(const OrmDiffer *differ, const OrmColumnForm *to)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "COMMENT ON COLUMN %s.", differ->name);
	orm_sql_name(&sql, to->name);
	appendStringInfoString(&sql, " IS ");
	if (to->comment != NULL)
		orm_sql_literal(&sql, to->comment);
	else
		appendStringInfoString(&sql, "NULL");
	return sql.data;
}

/* Have both columns values of one kind: a default, a generation expression, an identity, a sequence, none? */
static bool
same_kind(const OrmColumnForm *a, const OrmColumnForm *b)
{
	return (a->value == NULL) == (b->value == NULL) && a->generated == b->generated &&
		(a->identity == NULL) == (b->identity == NULL) &&
		(a->identity == NULL || (strcmp(a->identity, "serial") == 0) == (strcmp(b->identity, "serial") == 0));
}

static bool
is_serial(const OrmColumnForm *form)
{
	return form->identity != NULL && strcmp(form->identity, "serial") == 0;
}

/* Is the value another, of one kind? */
static bool
same_value(const Pair *pair)
{
	OrmAnalysisPlace place = orm_column_form_place(pair->declared);

	if (!same_kind(pair->declared, pair->actual))
		return false;
	if (pair->declared->value != NULL)
		return orm_analysis_same(pair->differ, &place, pair->declared->expression, pair->actual->expression);
	return orm_name_is_same(pair->declared->identity, pair->actual->identity);
}

/* The statement that sets a default, or makes an identity; NULL: none is needed for this kind. */
static char *
print_value(const OrmDiffer *differ, const OrmColumnForm *to)
{
	StringInfoData sql;

	start(&sql, differ, to);
	if (is_serial(to))
	{
		appendStringInfoString(&sql, " SET DEFAULT ");
		orm_print_column_nextval(&sql, differ->table, to->column);
	}
	else if (to->identity != NULL)
	{
		appendStringInfoString(&sql, " ADD");
		orm_print_column_identity(&sql, differ->table, to->column);
	}
	else if (to->value != NULL && !to->generated)
	{
		appendStringInfoString(&sql, " SET DEFAULT ");
		orm_sql_fragment(&sql, to->value);
	}
	else
		return NULL;
	return sql.data;
}

/* The statement that takes a value away; NULL: there is none. */
static char *
print_no_value(const OrmDiffer *differ, const OrmColumnForm *from)
{
	StringInfoData sql;

	if (from->value == NULL && from->identity == NULL)
		return NULL;
	start(&sql, differ, from);
	if (from->generated)
		appendStringInfoString(&sql, " DROP EXPRESSION");
	else if (from->identity != NULL && !is_serial(from))
		appendStringInfoString(&sql, " DROP IDENTITY");
	else
		appendStringInfoString(&sql, " DROP DEFAULT");
	return sql.data;
}

/* Appends a step about a column. */
static OrmStep *
add_step(const Pair *pair, OrmStepPhase phase, char *sql, char *reverse, const char *lock)
{
	return orm_differ_step(pair->differ, phase, "alter", pair->object, sql, reverse, lock);
}

/* The statements about the sequence of a serial column. */
static char *
print_sequence(const OrmDiffer *differ, const OrmColumnForm *form, const char *verb)
{
	if (strcmp(verb, "CREATE") == 0)
		return psprintf("CREATE SEQUENCE %s %s", form->sequence, form->sequence_options);
	if (strcmp(verb, "DROP") == 0)
		return psprintf("DROP SEQUENCE %s", form->sequence);
	return psprintf("ALTER SEQUENCE %s OWNED BY %s.%s", form->sequence, differ->name, orm_sql_quoted(form->name));
}

/* The old value goes: the statements, where the column is to have none or another kind of it. */
static void
drop_value(const Pair *pair)
{
	char *sql = print_no_value(pair->differ, pair->actual);

	if (sql == NULL)
		return;
	add_step(pair, ORM_PHASE_COLUMN, sql, print_value(pair->differ, pair->actual), ORM_LOCK_FULL);
	if (is_serial(pair->actual))
		add_step(pair, ORM_PHASE_COLUMN, print_sequence(pair->differ, pair->actual, "DROP"),
				 print_sequence(pair->differ, pair->actual, "CREATE"), ORM_LOCK_FULL);
}

/* A new sequence begins behind the values that are there. */
static void
advance_sequence(const Pair *pair)
{
	StringInfoData column;
	StringInfoData sql;
	StringInfoData table;

	initStringInfo(&column);
	orm_sql_name(&column, pair->declared->name);
	initStringInfo(&table);
	orm_sql_literal(&table, pair->differ->name);
	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(%s, ", table.data);
	orm_sql_literal(&sql, pair->declared->name);
	appendStringInfo(&sql, "), pg_catalog.max(%s)) FROM %s HAVING pg_catalog.max(%s) IS NOT NULL", column.data,
					 pair->differ->name, column.data);
	add_step(pair, ORM_PHASE_COLUMN, sql.data, NULL, ORM_LOCK_FULL)->note = "the sequence begins behind the values of "
																			"the column";
}

/* The new value comes. */
static void
add_value(const Pair *pair, bool new_sequence)
{
	char *sql = print_value(pair->differ, pair->declared);

	if (sql == NULL)
		return;
	if (new_sequence && is_serial(pair->declared))
		add_step(pair, ORM_PHASE_COLUMN, print_sequence(pair->differ, pair->declared, "CREATE"),
				 print_sequence(pair->differ, pair->declared, "DROP"), ORM_LOCK_FULL);
	add_step(pair, ORM_PHASE_COLUMN, sql, print_no_value(pair->differ, pair->declared), ORM_LOCK_FULL);
	if (new_sequence && is_serial(pair->declared))
		add_step(pair, ORM_PHASE_COLUMN, print_sequence(pair->differ, pair->declared, "OWN"), NULL, ORM_LOCK_FULL);
	if (new_sequence && pair->declared->identity != NULL)
		advance_sequence(pair);
}

/* A column whose values are generated by another expression is made anew: they are computed. */
static void
generate_again(const Pair *pair)
{
	StringInfoData add;
	StringInfoData back;
	char *drop = psprintf("ALTER TABLE %s DROP COLUMN %s", pair->differ->name, orm_sql_quoted(pair->declared->name));
	OrmStep *step;

	initStringInfo(&add);
	appendStringInfo(&add, "ALTER TABLE %s ADD COLUMN ", pair->differ->name);
	orm_print_column_append(&add, pair->differ->table, pair->declared->column);
	initStringInfo(&back);
	appendStringInfo(&back, "ALTER TABLE %s ADD COLUMN ", pair->differ->name);
	orm_print_column_append(&back, pair->differ->table, pair->actual->column);
	step = add_step(pair, ORM_PHASE_COLUMN, drop, back.data, ORM_LOCK_FULL);
	step->loosens = true;
	if (!pair->actual->generated)
		orm_cost_lose_column(step, pair->differ, pair->actual->column->name, pair->declared->name);
	step = add_step(pair, ORM_PHASE_COLUMN, add.data, drop, ORM_LOCK_FULL);
	step->rewrites = true;
	step->note = "the column is made anew, as the last one: its values are computed";
}

/* Another type: the default goes before it and comes after it. */
static void
change_type(const Pair *pair)
{
	const OrmDeclaredColumn *declared = pair->declared->column->declared;
	const char *conversion = declared != NULL ? declared->using_expr : NULL;
	OrmStep *step = add_step(pair, ORM_PHASE_COLUMN, print_type(pair->differ, pair->declared),
							 print_type(pair->differ, pair->actual), ORM_LOCK_FULL);
	StringInfoData sql;

	step->loosens = true;
	step->number = orm_differ_number(pair->differ, pair->actual->name);
	orm_cost_retype(step, pair->differ, pair->actual, pair->declared);
	if (conversion == NULL)
		return;
	initStringInfo(&sql);
	appendStringInfo(&sql, "%s USING ", step->sql);
	orm_sql_fragment(&sql, conversion);
	step->sql = sql.data;
	step->note = step->lost = NULL;
	step->no_cast = false;
	orm_cost_rewrite(step, pair->differ);
}

/* SET NOT NULL, or DROP. */
static void
change_null(const Pair *pair)
{
	const OrmDdlColumn *column = pair->declared->column;
	OrmStep *step;

	if (pair->declared->not_null == pair->actual->not_null)
		return;
	if (pair->declared->not_null && column->declared != NULL && column->declared->fill != NULL)
		orm_new_column_fill(pair->differ, column, pair->object);
	step = add_step(pair, ORM_PHASE_COLUMN, print_null(pair->differ, pair->declared),
					print_null(pair->differ, pair->actual), ORM_LOCK_FULL);
	if (!pair->declared->not_null)
		return;
	orm_cost_scan(step, pair->differ);
	orm_violation_nulls(step, pair->differ, column->name);
	step->gentle = ORM_GENTLE_NOT_NULL;
	step->named = pstrdup(column->name);
}

/* ALTER COLUMN SET GENERATED, and the options of the sequence. */
static void
change_identity(const Pair *pair)
{
	const OrmColumnForm *declared = pair->declared;
	const OrmColumnForm *actual = pair->actual;

	if (declared->identity == NULL || !same_kind(declared, actual))
		return;
	if (strcmp(declared->identity, actual->identity) != 0)
	{
		const char *always = "ALTER TABLE %s ALTER COLUMN %s SET GENERATED ALWAYS";
		const char *usually = "ALTER TABLE %s ALTER COLUMN %s SET GENERATED BY DEFAULT";
		char *name = orm_sql_quoted(declared->name);
		bool to_always = strcmp(declared->identity, "always") == 0;

		add_step(pair, ORM_PHASE_COLUMN, psprintf(to_always ? always : usually, pair->differ->name, name),
				 psprintf(to_always ? usually : always, pair->differ->name, name), ORM_LOCK_FULL);
	}
	if (strcmp(declared->sequence_options, actual->sequence_options) != 0)
		add_step(pair, ORM_PHASE_COLUMN, psprintf("ALTER SEQUENCE %s %s", actual->sequence, declared->sequence_options),
				 psprintf("ALTER SEQUENCE %s %s", actual->sequence, actual->sequence_options), NULL);
	if (declared->column->declared != NULL && declared->column->declared->sequence_name != NULL &&
		strcmp(declared->sequence, actual->sequence) != 0)
		add_step(pair, ORM_PHASE_RENAME,
				 psprintf("ALTER SEQUENCE %s RENAME TO %s", actual->sequence,
						  orm_sql_quoted(declared->column->declared->sequence_name)),
				 NULL, NULL);
}

/* Fields that one statement each changes. */
typedef struct ColumnField
{
	bool (*same)(const Pair *pair);
	char *(*print)(const OrmDiffer *differ, const OrmColumnForm *to);
	OrmStepPhase phase;
	const char *lock;
} ColumnField;

static const ColumnField fields[] = {
	{same_storage, print_storage, ORM_PHASE_COLUMN, ORM_LOCK_FULL},
	{same_compression, print_compression, ORM_PHASE_COLUMN, ORM_LOCK_FULL},
	{same_comment, print_comment, ORM_PHASE_COMMENT, ORM_LOCK_LIGHT},
};

/* Appends the step of a field that differs. */
static void
compare_field(const Pair *pair, const ColumnField *field)
{
	if (!field->same(pair))
		add_step(pair, field->phase, field->print(pair->differ, pair->declared),
				 field->print(pair->differ, pair->actual), field->lock);
}

/* Compares a column that is there. */
static void
compare(OrmDiffer *differ, Pair *pair, AttrNumber number)
{
	const OrmColumnForm *declared = pair->declared;
	bool retype = !same_type(pair);
	bool value = !same_value(pair);
	bool kind = !same_kind(declared, pair->actual);

	if (declared->generated && value)
	{
		generate_again(pair);
		return;
	}
	if (retype)
		differ->retyped = bms_add_member(differ->retyped, number);
	if (kind || (pair->actual->value != NULL && retype))
		drop_value(pair);
	if (retype)
		change_type(pair);
	change_null(pair);
	if (kind || (declared->value != NULL && retype))
		add_value(pair, kind);
	else if (value && declared->value != NULL)
		add_step(pair, ORM_PHASE_COLUMN, print_value(differ, declared), print_value(differ, pair->actual),
				 ORM_LOCK_FULL);
	change_identity(pair);
	for (int i = 0; i < (int) lengthof(fields); i++)
		compare_field(pair, &fields[i]);
}

/* Is the column declared to go? */
static bool
is_removed(const OrmDiffer *differ, const char *name)
{
	ListCell *cell;

	foreach(cell, differ->table->declaration->removals)
	{
		const OrmDeclaredRemoval *removal = lfirst(cell);

		if (removal->column != NULL && strcmp(removal->column, name) == 0)
			return true;
	}
	return false;
}

/* The declared column of that name, or NULL. */
static const OrmDdlColumn *
declared_column(const OrmDiffer *differ, const char *name)
{
	ListCell *cell;

	foreach(cell, differ->table->columns)
		if (strcmp(((OrmDdlColumn *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	return NULL;
}

/* A column that no declaration names. */
static void
list_unmanaged(const OrmDiffer *differ, const char *name)
{
	orm_differ_unmanaged(differ, orm_new_column_object(differ, name));
	if (differ->strict && orm_kept_name_read(name, NULL))
		((OrmStep *) llast(*differ->steps))->note = "kept by a migration; orm.purge_dropped() drops it when it is due";
}

void
orm_column_steps_compare(OrmDiffer *differ)
{
	ListCell *cell;

	foreach(cell, differ->table->columns)
	{
		const OrmDdlColumn *column = lfirst(cell);
		AttrNumber number = orm_differ_number(differ, column->name);
		char *object = orm_new_column_object(differ, column->name);
		OrmDeclaredColumn *reflected;
		OrmColumnForm declared;
		OrmColumnForm actual;
		Pair pair = {differ, &declared, &actual, object};

		if (number == InvalidAttrNumber)
		{
			orm_new_column_add(differ, column, object);
			continue;
		}
		reflected = orm_declaration_column(differ->actual,
										   get_attname(RelationGetRelid(differ->relation), number, false));
		declared = orm_column_form_declared(differ, column);
		actual = orm_column_form_actual(differ, reflected, column->name);
		compare(differ, &pair, number);
		orm_normalized_compare(differ, column, number, object);
	}
	foreach(cell, differ->names)
	{
		const char *name = strVal(lfirst(cell));

		if (name[0] == '\0' || declared_column(differ, name) != NULL)
			continue;
		if (is_removed(differ, name) && !orm_kept_name_read(name, NULL))
			orm_new_column_drop(differ, foreach_current_index(cell) + 1, name);
		else
			list_unmanaged(differ, name);
	}
}
