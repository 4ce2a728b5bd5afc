/*
 * rule.c - check constraints of "validates" on mapped tables; see rule.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/comment.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/names.h"
#include "base/settings.h"
#include "base/sql.h"
#include "define/register.h"
#include "define/report.h"
#include "define/rule.h"
#include "exec/execute.h"
#include "model/managed.h"
#include "model/validation.h"

/* A rule of a relation. */
typedef struct RulePlace
{
	Oid relid;
	const OrmRule *rule;
	const char *column;
	char *relation; /* quoted and qualified */
} RulePlace;

/* The place of a rule; a column that is not there is an error for "needed" ones. */
static RulePlace
place_of(Oid relid, const OrmDeclaration *declaration, const OrmRule *rule, bool needed)
{
	RulePlace place = {relid, rule, orm_validation_column(declaration, rule->declared, relid), NULL};
	StringInfoData relation;

	if (needed && get_attnum(relid, place.column) <= 0)
		orm_validation_raise_column(declaration, rule->declared);
	initStringInfo(&relation);
	orm_sql_relation(&relation, relid);
	place.relation = relation.data;
	return place;
}

/* The name of the constraint of a rule, or NULL. */
static char *
find(const RulePlace *place)
{
	OrmManaged thing = {.kind = ORM_CONSTRAINT_CHECK, .rule = place->rule->name};

	thing.columns = list_make1(unconstify(char *, place->column));
	return orm_managed_find(place->relid, &thing);
}

/* Has a declaration the same rule, with the same limit? */
static bool
has_rule(const OrmDeclaration *declaration, const RulePlace *place)
{
	ListCell *cell;
	ListCell *item;

	foreach(cell, declaration != NULL ? declaration->validations : NIL)
	{
		const OrmDeclaredValidation *validation = lfirst(cell);

		if (strcmp(orm_validation_column(declaration, validation, place->relid), place->column) != 0)
			continue;
		foreach(item, orm_validation_rules(validation))
		{
			const OrmRule *rule = lfirst(item);

			if (rule->type == place->rule->type && orm_name_is_same(rule->limit, place->rule->limit))
				return true;
		}
	}
	return false;
}

/* Does another model of the relation want a rule? */
static bool
is_wanted_by_others(const char *model, const RulePlace *place)
{
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(place->relid))
	{
		const OrmRegistered *row = lfirst(cell);

		if (strcmp(row->name, model) != 0 && has_rule(orm_register_declaration(row), place))
			return true;
	}
	return false;
}

/* Reports a change. */
static void
report(const RulePlace *place, const char *model, const char *action, const char *constraint, List **changes)
{
	orm_report_add(changes, model, action, "constraint",
				   psprintf("%s on %s", orm_sql_quoted(constraint), orm_report_relation(place->relid)));
}

/* Drops the constraint of a rule. */
static void
drop(const RulePlace *place, const char *model, const char *constraint, List **changes)
{
	orm_execute_statement(psprintf("ALTER TABLE %s DROP CONSTRAINT %s", place->relation, orm_sql_quoted(constraint)));
	report(place, model, "dropped", constraint, changes);
}

/* Drops what the model has declared so far, and does not any more. */
static void
drop_unwanted(Oid relid, const char *model, const OrmDeclaration *now, List **changes)
{
	OrmRegistered *row = orm_registry_find(model);
	OrmDeclaration *before = row != NULL && row->mapped && row->by_map ? orm_register_declaration(row) : NULL;
	ListCell *cell;
	ListCell *item;

	foreach(cell, before != NULL ? before->validations : NIL)
		foreach(item, orm_validation_rules(lfirst(cell)))
		{
			RulePlace place = place_of(relid, before, lfirst(item), false);
			char *constraint = find(&place);

			if (constraint != NULL && !has_rule(now, &place) && !is_wanted_by_others(model, &place))
				drop(&place, model, constraint, changes);
		}
}

/* Adds the constraint of a rule. */
static void
add(const RulePlace *place, const char *model, const char *constraint, List **changes)
{
	OrmRuleColumn column = {.name = place->column,
							.type = get_atttype(place->relid, get_attnum(place->relid, place->column))};
	MemoryContext caller = CurrentMemoryContext;
	OrmElementPlace room;
	StringInfoData sql;
	int level;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ADD CONSTRAINT %s CHECK ", place->relation, orm_sql_quoted(constraint));
	orm_sql_fragment(&sql, orm_validation_expression(place->rule, &column));
	level = orm_settings_pin(get_namespace_name(get_rel_namespace(place->relid)));
	PG_TRY();
	{
		orm_execute_statement(sql.data);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(
			orm_declaration_place(&room, place->rule->declared->position, "validates", place->rule->name), caller);
	}
	PG_END_TRY();
	orm_settings_leave(level);
	report(place, model, "created", constraint, changes);
}

/* Makes the message the comment of the constraint. */
static void
comment(const RulePlace *place, const char *constraint)
{
	Oid oid = get_relation_constraint_oid(place->relid, constraint, false);
	StringInfoData sql;

	if (orm_name_is_same(GetComment(oid, ConstraintRelationId, 0), place->rule->message))
		return;
	initStringInfo(&sql);
	appendStringInfo(&sql, "COMMENT ON CONSTRAINT %s ON %s IS ", orm_sql_quoted(constraint), place->relation);
	orm_sql_literal(&sql, place->rule->message);
	orm_execute_statement(sql.data);
}

/* Raises 42809 for a relation without constraints. */
static void
check_kind(Oid relid, const OrmDeclaredValidation *validation)
{
	char relkind = get_rel_relkind(relid);
	OrmElementPlace place;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" cannot be given for \"%s\"", "validates", get_rel_name(relid)),
				errdetail("At %s. It is kept by check constraints, and \"%s\" is not a table.",
						  orm_path_text(orm_declaration_place(&place, validation->position, "validates", NULL)),
						  get_rel_name(relid)));
}

/* Makes what is missing. */
static void
make_missing(Oid relid, const char *model, const OrmDeclaration *declaration, List **changes)
{
	ListCell *cell;
	ListCell *item;

	foreach(cell, declaration->validations)
	{
		check_kind(relid, lfirst(cell));
		foreach(item, orm_validation_rules(lfirst(cell)))
		{
			RulePlace place = place_of(relid, declaration, lfirst(item), true);
			char *constraint = find(&place);

			if (constraint == NULL)
			{
				constraint = orm_validation_name(get_rel_name(relid), place.column, place.rule->name);
				add(&place, model, constraint, changes);
			}
			comment(&place, constraint);
		}
	}
}

void
orm_rule_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make, List **changes)
{
	if (!make)
		drop_unwanted(relid, model, declaration, changes);
	else if (declaration != NULL && declaration->by_map)
		make_missing(relid, model, declaration, changes);
}
