/*
 * keys.c - added, changed and removed keys, constraints and indexes.
 *
 * A declared one is found among the actual ones
 *
 *   1. by its name, where the declaration gives one; the check of a rule by its column and the
 *      end of its name;
 *   2. else by its form: any of this form will do;
 *   3. else by what it is for: the default name, the one primary key, the columns of a
 *      unique or foreign key.
 *
 * The fields of the pair are compared by a table of records.  One that differs is dropped and
 * added; so is one with expressions over a column whose type changes, because the server would
 * keep expressions of the old type.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "base/error.h"
#include "base/names.h"
#include "base/settings.h"
#include "base/sql.h"
#include "ddl/layout.h"
#include "ddl/print.h"
#include "differ/cost.h"
#include "differ/keys.h"
#include "differ/key_declared.h"
#include "differ/key_form.h"
#include "differ/violation.h"
#include "model/element.h"
#include "model/validation.h"

typedef enum FieldType
{
	FIELD_TEXT,
	FIELD_NAMES,
	FIELD_FLAG,
	FIELD_CHAR,
	FIELD_OID
} FieldType;

/* A field of a form that is compared as it is; expressions are compared by themselves. */
typedef struct KeyField
{
	FieldType type;
	size_t offset;
} KeyField;

#define FIELD(type, member) \
	{ \
		(type), offsetof(OrmKeyForm, member) \
	}

static const KeyField fields[] = {
	FIELD(FIELD_NAMES, columns),
	FIELD(FIELD_NAMES, options),
	FIELD(FIELD_NAMES, include),
	FIELD(FIELD_NAMES, referenced),
	FIELD(FIELD_NAMES, on_delete_columns),
	FIELD(FIELD_TEXT, method),
	FIELD(FIELD_TEXT, storage),
	FIELD(FIELD_FLAG, is_unique),
	FIELD(FIELD_FLAG, nulls_not_distinct),
	FIELD(FIELD_FLAG, deferrable),
	FIELD(FIELD_FLAG, deferred),
	FIELD(FIELD_FLAG, no_inherit),
	FIELD(FIELD_FLAG, not_enforced),
	FIELD(FIELD_OID, target),
	FIELD(FIELD_CHAR, on_delete),
	FIELD(FIELD_CHAR, on_update),
	FIELD(FIELD_CHAR, match),
};

static bool
same_names(const List *a, const List *b)
{
	ListCell *left;
	ListCell *right;

	if (list_length(a) != list_length(b))
		return false;
	forboth(left, a, right, b)
		if (strcmp(lfirst(left), lfirst(right)) != 0)
			return false;
	return true;
}

/* Is a field of two forms equal? */
static bool
same_field(const KeyField *field, const OrmKeyForm *a, const OrmKeyForm *b)
{
	const char *left = (const char *) a + field->offset;
	const char *right = (const char *) b + field->offset;

	switch (field->type)
	{
		case FIELD_TEXT:
			return orm_name_is_same(*(char *const *) left, *(char *const *) right);
		case FIELD_NAMES:
			return same_names(*(List *const *) left, *(List *const *) right);
		case FIELD_FLAG:
			return *(const bool *) left == *(const bool *) right;
		case FIELD_CHAR:
			return *left == *right;
		case FIELD_OID:
			return *(const Oid *) left == *(const Oid *) right;
	}
	return false;
}

/* Are the expressions of the elements, and the condition, the same? */
static bool
same_expressions(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	OrmAnalysisPlace element = {.kind = ORM_ANALYSIS_INDEX};
	OrmAnalysisPlace condition = {.kind = declared->kind == ORM_CONSTRAINT_CHECK ? ORM_ANALYSIS_CHECK
																				 : ORM_ANALYSIS_CONDITION};
	ListCell *left;
	ListCell *right;

	if (list_length(declared->expressions) != list_length(actual->expressions) ||
		(declared->condition == NULL) != (actual->condition == NULL))
		return false;
	forboth(left, declared->expressions, right, actual->expressions)
		if (!orm_analysis_same(differ, &element, lfirst(left), lfirst(right)))
			return false;
	return declared->condition == NULL || orm_analysis_same(differ, &condition, declared->condition, actual->condition);
}

/* Is there an expression over a column whose type changes? */
static bool
is_retyped(const OrmDiffer *differ, const OrmKeyForm *actual)
{
	Bitmapset *used = NULL;
	bool retyped = false;
	int number = -1;

	if (differ->retyped == NULL)
		return false;
	pull_varattnos((Node *) actual->expressions, 1, &used);
	pull_varattnos(actual->condition, 1, &used);
	while ((number = bms_next_member(differ->retyped, number)) >= 0)
		retyped = retyped || bms_is_member(number - FirstLowInvalidHeapAttributeNumber, used);
	return retyped;
}

/* Have the two forms the same meaning, whatever their names? */
static bool
same_form(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	if (declared->kind != actual->kind || declared->unreadable)
		return false;
	for (int i = 0; i < (int) lengthof(fields); i++)
		if (!same_field(&fields[i], declared, actual))
			return false;
	return same_expressions(differ, declared, actual);
}

/* Does the name begin as the one that PostgreSQL chooses, with digits behind? */
static bool
is_default_name(const char *name, const char *chosen)
{
	size_t length = strlen(chosen);

	return strncmp(name, chosen, length) == 0 && strspn(name + length, "0123456789") == strlen(name + length);
}

/* The name that PostgreSQL chooses, without digits behind. */
static char *
default_name(const OrmDiffer *differ, const OrmKeyForm *form)
{
	static const char *const labels[] = {
		[ORM_CONSTRAINT_PRIMARY_KEY] = "pkey", [ORM_CONSTRAINT_UNIQUE] = "key",	  [ORM_CONSTRAINT_INDEX] = "idx",
		[ORM_CONSTRAINT_CHECK] = "check",	   [ORM_CONSTRAINT_EXCLUDE] = "excl", [ORM_CONSTRAINT_FOREIGN_KEY] = "fkey",
	};
	List *columns = form->declared != NULL ? form->declared->columns : form->columns;
	StringInfoData joined;
	ListCell *cell;

	if (form->declared != NULL && (form->declared->rule != NULL || form->declared->named))
		return pstrdup(form->declared->name);
	initStringInfo(&joined);
	foreach(cell, form->kind == ORM_CONSTRAINT_PRIMARY_KEY ? NIL : columns)
		appendStringInfo(&joined, "%s%s", foreach_current_index(cell) > 0 ? "_" : "", (char *) lfirst(cell));
	foreach(cell, form->kind == ORM_CONSTRAINT_PRIMARY_KEY ? NIL : form->include)
		appendStringInfo(&joined, "_%s", (char *) lfirst(cell));
	return makeObjectName(RelationGetRelationName(differ->relation), joined.len > 0 ? joined.data : NULL,
						  labels[form->kind]);
}

/* Is the actual one for what the declared one is for, which has no name and no actual one of its form? */
static bool
same_purpose(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	if (declared->declared->named && actual->kind == ORM_CONSTRAINT_UNIQUE)
		return orm_layout_same_columns(declared->declared->columns, actual->columns);
	if (declared->kind != actual->kind)
		return false;
	if (declared->kind == ORM_CONSTRAINT_PRIMARY_KEY || is_default_name(actual->name, default_name(differ, declared)))
		return true;
	if (declared->kind == ORM_CONSTRAINT_UNIQUE)
		return orm_layout_same_columns(declared->declared->columns, actual->columns);
	return declared->kind == ORM_CONSTRAINT_FOREIGN_KEY && declared->target == actual->target &&
		orm_layout_same_columns(declared->declared->columns, actual->columns);
}

/* By name.  Constraints and indexes have names of their own; one of another kind is replaced as well. */
static bool
same_name(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	return declared->name != NULL && strcmp(declared->name, actual->name) == 0;
}

/* Is the actual one the check of a rule: over its column, under a name that ends in its own? */
static bool
same_rule(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	const OrmDdlConstraint *constraint = declared->declared;
	Bitmapset *used = NULL;

	if (constraint->rule == NULL || actual->kind != declared->kind ||
		!orm_validation_is_name(actual->name, constraint->rule))
		return false;
	pull_varattnos(actual->condition, 1, &used);
	return bms_membership(used) == BMS_SINGLETON &&
		bms_singleton_member(used) + FirstLowInvalidHeapAttributeNumber ==
		orm_differ_number(differ, linitial(constraint->columns));
}

static bool
same_unnamed(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	return declared->name == NULL && declared->declared->rule == NULL && same_form(differ, declared, actual);
}

static bool
same_unnamed_purpose(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	return declared->kind == ORM_CONSTRAINT_PRIMARY_KEY
		? actual->kind == declared->kind
		: declared->name == NULL && declared->declared->rule == NULL && same_purpose(differ, declared, actual);
}

/* A pair: actual[i] belongs to the declared one of number i, or is NULL. */
typedef struct Match
{
	List *declared;
	List *actual;
	OrmKeyForm **found;
} Match;

/* Finds partners for the declared ones that have none yet. */
static void
find(const OrmDiffer *differ, Match *match, bool (*belongs)(const OrmDiffer *, const OrmKeyForm *, const OrmKeyForm *))
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, match->declared)
	{
		OrmKeyForm **found = &match->found[foreach_current_index(cell)];

		foreach(other, match->actual)
		{
			OrmKeyForm *actual = lfirst(other);

			if (*found != NULL || actual->matched || !belongs(differ, lfirst(cell), actual))
				continue;
			*found = actual;
			actual->matched = true;
		}
	}
}

/* "index s.name", "constraint name on s.t" */
static char *
object_name(const OrmDiffer *differ, OrmConstraintKind kind, const char *name)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, kind == ORM_CONSTRAINT_INDEX ? "index " : "constraint ");
	if (kind == ORM_CONSTRAINT_INDEX)
		orm_sql_qualified(&text, differ->table->schema, name);
	else
		appendStringInfo(&text, "%s on %s", orm_sql_quoted(name), differ->name);
	return text.data;
}

/* The statement that drops one. */
static char *
print_drop(const OrmDiffer *differ, OrmConstraintKind kind, const char *name)
{
	StringInfoData sql;

	initStringInfo(&sql);
	if (kind == ORM_CONSTRAINT_INDEX)
	{
		appendStringInfoString(&sql, "DROP INDEX ");
		orm_sql_qualified(&sql, differ->table->schema, name);
	}
	else
		appendStringInfo(&sql, "ALTER TABLE %s DROP CONSTRAINT %s", differ->name, orm_sql_quoted(name));
	return sql.data;
}

/* The statement that made an actual one. */
static char *
print_actual(const OrmKeyForm *actual)
{
	int level = orm_settings_pin(NULL);
	char *sql = actual->kind == ORM_CONSTRAINT_INDEX ? pg_get_indexdef_string(actual->oid)
													 : pg_get_constraintdef_command(actual->oid);

	orm_settings_leave(level);
	return sql;
}

/* Is the table partitioned? Its indexes and foreign keys have no gentle forms. */
static bool
is_partitioned(const OrmDiffer *differ)
{
	return differ->relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
}

/* A name that no relation of the schema and no constraint of the table has. */
static char *
free_name(const OrmDiffer *differ, const char *name)
{
	Oid relid = RelationGetRelid(differ->relation);
	Oid schema = RelationGetNamespace(differ->relation);
	char *free = pstrdup(name);

	for (int i = 1;
		 OidIsValid(get_relname_relid(free, schema)) || OidIsValid(get_relation_constraint_oid(relid, free, true)); i++)
		free = makeObjectName(name, NULL, psprintf("%d", i));
	return free;
}

/* The gentle form of a step that adds one. */
static OrmGentle
gentle_form(const OrmDiffer *differ, const OrmKeyForm *declared)
{
	bool words = declared->declared->declared != NULL && declared->declared->declared->definition != NULL;

	switch (declared->kind)
	{
		case ORM_CONSTRAINT_INDEX:
			return is_partitioned(differ) || (words && declared->name == NULL) ? ORM_GENTLE_NONE : ORM_GENTLE_INDEX;
		case ORM_CONSTRAINT_UNIQUE:
			return is_partitioned(differ) || words ? ORM_GENTLE_NONE : ORM_GENTLE_UNIQUE;
		case ORM_CONSTRAINT_FOREIGN_KEY:
			return is_partitioned(differ) || !declared->validated || declared->not_enforced ? ORM_GENTLE_NONE
																							: ORM_GENTLE_VALIDATE;
		case ORM_CONSTRAINT_CHECK:
			return !declared->validated || declared->not_enforced ? ORM_GENTLE_NONE : ORM_GENTLE_VALIDATE;
		default:
			return ORM_GENTLE_NONE;
	}
}

/* Says how the one that is added can be added gently. */
static void
add_gently(OrmStep *step, const OrmDiffer *differ, const OrmKeyForm *declared, const char *name)
{
	OrmDdlConstraint constraint = *declared->declared;
	OrmDeclaredConstraint index = {.kind = ORM_CONSTRAINT_INDEX};

	step->gentle = gentle_form(differ, declared);
	if (step->gentle == ORM_GENTLE_NONE)
		return;
	step->named = declared->name != NULL ? pstrdup(name) : free_name(differ, name);
	constraint.name = step->named;
	if (step->gentle == ORM_GENTLE_UNIQUE)
	{
		if (constraint.declared != NULL)
			index = *constraint.declared;
		index.columns = constraint.columns;
		constraint.kind = index.kind = ORM_CONSTRAINT_INDEX;
		constraint.unique = true;
		constraint.declared = constraint.declared != NULL ? &index : NULL;
		step->attach = declared->deferred ? " DEFERRABLE INITIALLY DEFERRED"
			: declared->deferrable		  ? " DEFERRABLE"
										  : "";
	}
	step->gentle_sql = orm_print_constraint(differ->table, &constraint);
}

/* Drops an actual one. */
static void
drop(const OrmDiffer *differ, const OrmKeyForm *actual)
{
	bool link = actual->kind == ORM_CONSTRAINT_FOREIGN_KEY;
	OrmStep *step = orm_differ_step(
		differ, link ? ORM_PHASE_UNLINK : ORM_PHASE_UNKEY, "drop", object_name(differ, actual->kind, actual->name),
		print_drop(differ, actual->kind, actual->name), print_actual(actual), ORM_LOCK_FULL);

	if (actual->kind == ORM_CONSTRAINT_INDEX && !is_partitioned(differ))
	{
		step->gentle = ORM_GENTLE_DROP_INDEX;
		step->named = pstrdup(actual->name);
	}
}

/* The step that comments on one. */
static void
comment(const OrmDiffer *differ, OrmConstraintKind kind, const char *name, const char *now, const char *before)
{
	if (!orm_name_is_same(now, before))
		orm_differ_step(differ, ORM_PHASE_COMMENT, "alter", object_name(differ, kind, name),
						orm_print_constraint_comment(differ->table, kind, name, now),
						orm_print_constraint_comment(differ->table, kind, name, before), ORM_LOCK_LIGHT);
}

/* Raises 42704 or 42710 for a rename that cannot be: it is of nothing, or of two. */
static void
raise_rename(const OrmDiffer *differ, const OrmDeclaredConstraint *constraint, const char *name, bool both)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, constraint->position,
												orm_element_constraint_name(orm_element_constraint_kind(constraint)),
												"renamed_from");
	const char *relation = RelationGetRelationName(differ->relation);

	if (both)
		ereport(
			ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
			errmsg("constraint or index \"%s\" of relation \"%s\" cannot be renamed \"%s\": that one already exists",
				   constraint->renamed_from, relation, name),
			orm_error_place(path), errhint("Leave out renamed_from, and remove one of the two."));
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("constraint or index \"%s\" of relation \"%s\", to be renamed \"%s\", does not exist",
				   constraint->renamed_from, relation, name),
			orm_error_place(path), errhint("Leave out renamed_from to add a new one."));
}

/* The actual one of a name, or NULL. */
static OrmKeyForm *
actual_named(const List *actual, const char *name)
{
	ListCell *cell;

	foreach(cell, actual)
		if (strcmp(((OrmKeyForm *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	return NULL;
}

/* The statement that renames one. */
static char *
print_rename(const OrmDiffer *differ, OrmConstraintKind kind, const char *from, const char *to)
{
	StringInfoData index;

	if (kind != ORM_CONSTRAINT_INDEX)
		return psprintf("ALTER TABLE %s RENAME CONSTRAINT %s TO %s", differ->name, orm_sql_quoted(from),
						orm_sql_quoted(to));
	initStringInfo(&index);
	orm_sql_qualified(&index, differ->table->schema, from);
	return psprintf("ALTER INDEX %s RENAME TO %s", index.data, orm_sql_quoted(to));
}

/* Renames actual ones: from here on they have their new names. */
static void
rename_actual(const OrmDiffer *differ, const Match *match)
{
	ListCell *cell;

	foreach(cell, match->declared)
	{
		const OrmKeyForm *declared = lfirst(cell);
		const OrmDeclaredConstraint *constraint = declared->declared->declared;
		OrmKeyForm *from;
		OrmKeyForm *to;

		if (constraint == NULL || constraint->renamed_from == NULL || declared->name == NULL)
			continue;
		from = actual_named(match->actual, constraint->renamed_from);
		to = actual_named(match->actual, declared->name);
		if (from == NULL && to != NULL)
			continue;
		if (from == NULL || to != NULL)
			raise_rename(differ, constraint, declared->name, to != NULL);
		orm_differ_step(differ, ORM_PHASE_RENAME, "rename", object_name(differ, from->kind, from->name),
						print_rename(differ, from->kind, from->name, declared->name),
						print_rename(differ, from->kind, declared->name, from->name), ORM_LOCK_FULL)
			->seconds = 0;
		from->name = declared->name;
	}
}

/* Adds a declared one. */
static void
add(const OrmDiffer *differ, const OrmKeyForm *declared)
{
	const char *name = declared->name != NULL ? declared->name : default_name(differ, declared);
	bool link = declared->kind == ORM_CONSTRAINT_FOREIGN_KEY;
	const char *lock = link ? ORM_LOCK_WRITES : declared->kind == ORM_CONSTRAINT_INDEX ? ORM_LOCK_INDEX : ORM_LOCK_FULL;
	OrmStep *step = orm_differ_step(
		differ, link ? ORM_PHASE_LINK : ORM_PHASE_KEY, "add", object_name(differ, declared->kind, name),
		orm_print_constraint(differ->table, declared->declared), print_drop(differ, declared->kind, name), lock);

	if (link || declared->kind == ORM_CONSTRAINT_CHECK)
		orm_cost_scan(step, differ);
	else
		orm_cost_index(step, differ);
	orm_violation_key(step, differ, declared);
	add_gently(step, differ, declared, name);
	comment(differ, declared->kind, name, declared->comment, NULL);
}

/* Compares a pair. */
static void
compare(const OrmDiffer *differ, const OrmKeyForm *declared, const OrmKeyForm *actual)
{
	if (!same_form(differ, declared, actual) || is_retyped(differ, actual) ||
		(declared->name != NULL && strcmp(declared->name, actual->name) != 0) ||
		(actual->kind == ORM_CONSTRAINT_INDEX && !actual->validated))
	{
		drop(differ, actual);
		add(differ, declared);
		return;
	}
	if (declared->validated && !actual->validated)
		orm_cost_scan(orm_differ_step(
						  differ, ORM_PHASE_KEY, "alter", object_name(differ, actual->kind, actual->name),
						  psprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", differ->name, orm_sql_quoted(actual->name)),
						  NULL, ORM_LOCK_LIGHT),
					  differ);
	comment(differ, actual->kind, actual->name, declared->comment, actual->comment);
}

/* Drops what the declaration says is to go. */
static void
remove_actual(const OrmDiffer *differ, const Match *match)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, differ->table->declaration->removals)
	{
		const OrmDeclaredRemoval *removal = lfirst(cell);
		const char *name = removal->index != NULL ? removal->index : removal->constraint;

		foreach(other, name != NULL ? match->actual : NIL)
		{
			OrmKeyForm *actual = lfirst(other);

			if (actual->matched || strcmp(actual->name, name) != 0 ||
				(actual->kind == ORM_CONSTRAINT_INDEX) != (removal->index != NULL))
				continue;
			drop(differ, actual);
			actual->matched = true;
		}
	}
}

void
orm_keys_compare(OrmDiffer *differ)
{
	Match match = {orm_key_declared_read(differ), orm_key_form_actual(differ), NULL};
	ListCell *cell;

	rename_actual(differ, &match);
	match.found = palloc0(sizeof(OrmKeyForm *) * (list_length(match.declared) + 1));
	find(differ, &match, same_name);
	find(differ, &match, same_rule);
	find(differ, &match, same_unnamed);
	find(differ, &match, same_unnamed_purpose);
	foreach(cell, match.declared)
	{
		const OrmKeyForm *declared = lfirst(cell);
		const OrmKeyForm *actual = match.found[foreach_current_index(cell)];

		if (actual != NULL)
			compare(differ, declared, actual);
		else
			add(differ, declared);
	}
	remove_actual(differ, &match);
	foreach(cell, match.actual)
	{
		const OrmKeyForm *actual = lfirst(cell);

		if (!actual->matched)
			orm_differ_unmanaged(differ, object_name(differ, actual->kind, actual->name));
	}
}
