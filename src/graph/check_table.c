/*
 * check_table.c - what the table says of an object: unique keys, CHECK
 * constraints, foreign keys.
 */
#include "postgres.h"

#include "access/table.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "exec/receiver.h"
#include "graph/check_internal.h"
#include "model/join.h"

/* A look for a row with a key. */
typedef struct KeyTrial
{
	OrmSubject *subject;
	const OrmKey *key;
	bool *returning; /* the primary key */
	bool found;
	bool other; /* its primary key is not the object's */
} KeyTrial;

/* Takes the row that is there; its columns are the primary key's, in table order. */
static void
take_row(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	KeyTrial *trial = argument;
	const OrmModel *model = trial->subject->model;
	const OrmKey *primary_key = model->primary_key;
	OrmKeyOrder order;
	Datum values[INDEX_MAX_KEYS];
	bool isnull;

	trial->found = true;
	trial->other = !orm_record_has_key(record, primary_key) || !orm_key_order_make(&order, model, primary_key);
	for (int i = 0; !trial->other && i < primary_key->nattributes; i++)
	{
		int column = 1;

		for (int j = 0; j < primary_key->attributes[i]; j++)
			column += trial->returning[j] ? 1 : 0;
		values[i] = slot_getattr(slot, column, &isnull);
	}
	if (!trial->other)
		trial->other = orm_key_order_compare(&order, record, values) != 0;
}

static void
look_for_row(void *argument)
{
	KeyTrial *trial = argument;
	OrmWrite write = {
		.model = trial->subject->model,
		.returning = trial->returning,
		.stored = take_row,
		.argument = trial,
	};
	OrmBatch batch = {&write, &trial->subject->record, 1};

	trial->subject->record->done = false;
	orm_batch_read(&batch, trial->key);
}

/* Can the key be looked for: is all of it there, and readable? */
static bool
can_look(const OrmSubject *subject, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (subject->wrong[key->attributes[i]])
			return false;
	return orm_record_has_key(subject->record, key);
}

/* The names of a key's attributes: (a, b) */
static char *
key_names(const OrmModel *model, const OrmKey *key)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(&names, "%s%s", i ? ", " : "", model->attributes[key->attributes[i]].name);
	return names.data;
}

/* The attributes of the primary key, which is what comes back of a row. */
static bool *
primary_attributes(const OrmModel *model)
{
	bool *attributes = palloc0(model->nattributes);

	for (int i = 0; i < model->primary_key->nattributes; i++)
		attributes[model->primary_key->attributes[i]] = true;
	return attributes;
}

/* Looks for a row with a unique key. */
static void
check_key(OrmSubject *subject, const OrmKey *key, bool *returning)
{
	const OrmModel *model = subject->model;
	KeyTrial trial = {.subject = subject, .key = key, .returning = returning};
	OrmPath here = orm_path_key(subject->place, model->attributes[key->attributes[0]].name);

	if (!can_look(subject, key) || !orm_validate_try(subject->validation, look_for_row, &trial, &here, true))
		return;
	if (key == model->primary_key)
		subject->exists = trial.found;
	else if (trial.found && trial.other)
		orm_validate_complain(subject->validation, orm_path_text(&here),
							  psprintf("an object with the same %s exists", key_names(model, key)));
}

void
orm_validate_keys(OrmSubject *subject)
{
	const OrmModel *model = subject->model;
	bool *returning;

	if (model->primary_key == NULL)
		return;
	returning = primary_attributes(model);
	check_key(subject, model->primary_key, returning);
	for (int i = 0; i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key)
			check_key(subject, &model->unique[i], returning);
}

/* The primary key if the object gives it wholly, else the first unique key that it does; NULL: none. */
static const OrmKey *
given_key(const OrmSubject *subject)
{
	const OrmModel *model = subject->model;

	if (model->primary_key != NULL && can_look(subject, model->primary_key))
		return model->primary_key;
	for (int i = 0; i < model->nunique; i++)
		if (can_look(subject, &model->unique[i]))
			return &model->unique[i];
	return NULL;
}

void
orm_validate_exists(OrmSubject *subject)
{
	const OrmModel *model = subject->model;
	KeyTrial trial = {.subject = subject, .key = given_key(subject)};

	if (trial.key == NULL || model->primary_key == NULL)
		return;
	trial.returning = primary_attributes(model);
	if (orm_validate_try(subject->validation, look_for_row, &trial, subject->place, true) && !trial.found)
		orm_validate_complain(subject->validation, orm_path_text(subject->place),
							  psprintf("no object of model \"%s\" has the key %s", model->name,
									   orm_batch_key_text(model, trial.key, subject->record)));
}

/* A CHECK constraint that is evaluated. */
typedef struct CheckTrial
{
	OrmSubject *subject;
	Relation relation;
	Expr *expression;
	const bool *known; /* by column number - 1 */
	const Datum *values;
	const bool *isnull;
	bool holds;
} CheckTrial;

static void
evaluate(void *argument)
{
	CheckTrial *trial = argument;
	EState *executor = CreateExecutorState();
	ExprContext *context = GetPerTupleExprContext(executor);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(trial->relation), &TTSOpsVirtual);
	int natts = RelationGetDescr(trial->relation)->natts;

	memcpy(slot->tts_values, trial->values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, trial->isnull, sizeof(bool) * natts);
	ExecStoreVirtualTuple(slot);
	context->ecxt_scantuple = slot;
	trial->holds = ExecCheck(ExecPrepareExpr(trial->expression, executor), context);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(executor);
}

/* Are all columns of an expression known?  "only" becomes the last of them. */
static bool
knows_columns(const CheckTrial *trial, AttrNumber *only)
{
	Bitmapset *columns = NULL;
	int column = -1;

	pull_varattnos((Node *) trial->expression, 1, &columns);
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		*only = column + FirstLowInvalidHeapAttributeNumber;
		if (*only <= 0 || !trial->known[*only - 1])
			return false;
	}
	if (bms_num_members(columns) != 1)
		*only = InvalidAttrNumber;
	return true;
}

/* Where a constraint's reason belongs: at its only attribute, or at the object. */
static char *
check_place(const OrmSubject *subject, AttrNumber column)
{
	int attribute = orm_model_attribute_over(subject->model, column);
	OrmPath here;

	if (attribute < 0)
		return orm_path_text(subject->place);
	here = orm_path_key(subject->place, subject->model->attributes[attribute].name);
	return orm_path_text(&here);
}

/* Evaluates one constraint. */
static void
run_check(CheckTrial *trial, const ConstrCheck *check)
{
	OrmSubject *subject = trial->subject;
	AttrNumber only = InvalidAttrNumber;

	trial->expression = (Expr *) stringToNode(check->ccbin);
	if (!knows_columns(trial, &only))
		return;
	if (orm_validate_try(subject->validation, evaluate, trial, subject->place, false) && !trial->holds)
		orm_validate_complain(subject->validation, check_place(subject, only),
							  psprintf("violates check constraint \"%s\"", check->ccname));
}

/* The default of a column, if evaluating it changes nothing. */
typedef struct DefaultTrial
{
	Expr *expression;
	Datum value;
	bool isnull;
} DefaultTrial;

static void
evaluate_default(void *argument)
{
	DefaultTrial *trial = argument;

	trial->value = ExecEvalExpr(ExecInitExpr(expression_planner(trial->expression), NULL),
								CreateStandaloneExprContext(), &trial->isnull);
}

/* Fills in what a column gets that is not given; false: that is not known. */
static bool
know_default(OrmSubject *subject, Relation relation, const OrmAttribute *attribute, Datum *value, bool *isnull)
{
	DefaultTrial trial = {0};

	if (subject->exists || attribute->generated || attribute->identity)
		return false;
	trial.expression = (Expr *) build_column_default(relation, attribute->attnum);
	*isnull = true;
	if (trial.expression == NULL)
		return true;
	if (contain_volatile_functions((Node *) trial.expression) ||
		!orm_validate_try(subject->validation, evaluate_default, &trial, subject->place, true))
		return false;
	*value = trial.value;
	*isnull = trial.isnull;
	return true;
}

void
orm_validate_checks(OrmSubject *subject)
{
	const OrmModel *model = subject->model;
	Relation relation = orm_model_table(model);
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;
	int natts = RelationGetDescr(relation)->natts;
	bool *known = palloc0(Max(natts, 1));
	Datum *values = palloc0(sizeof(Datum) * Max(natts, 1));
	bool *isnull = palloc(Max(natts, 1));
	CheckTrial trial = {.subject = subject, .relation = relation, .known = known, .values = values, .isnull = isnull};

	memset(isnull, true, natts);
	for (int i = 0; constraints != NULL && i < model->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[i];
		int column = attribute->attnum - 1;

		if (subject->wrong[i] || subject->supplied[i] || (subject->record->patch != NULL && subject->record->patch[i]))
			continue;
		known[column] = subject->record->given[i] ||
			know_default(subject, relation, attribute, &values[column], &isnull[column]);
		if (subject->record->given[i])
		{
			values[column] = subject->record->values[i];
			isnull[column] = subject->record->isnull[i];
		}
	}
	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
		run_check(&trial, &constraints->check[i]);
	table_close(relation, NoLock);
}

/* A foreign key whose row is looked for. */
typedef struct ReferenceTrial
{
	const OrmSubject *subject;
	const ForeignKeyCacheInfo *key;
	int attributes[INDEX_MAX_KEYS];
	bool found;
} ReferenceTrial;

/* SELECT true FROM "s"."t" AS t WHERE t."id" OPERATOR(pg_catalog.=) $1 LIMIT 1 */
static void
append_look_up(StringInfo sql, const ReferenceTrial *trial, Oid *types)
{
	const ForeignKeyCacheInfo *key = trial->key;

	appendStringInfoString(sql, "SELECT true FROM ");
	orm_sql_relation(sql, key->confrelid);
	appendStringInfoString(sql, " AS t WHERE ");
	for (int i = 0; i < key->nkeys; i++)
	{
		types[i] = trial->subject->model->attributes[trial->attributes[i]].type->oid;
		if (i > 0)
			appendStringInfoString(sql, " AND ");
		orm_join_compare(sql, key->conpfeqop[i], orm_join_column("t", key->confrelid, key->confkey[i]),
						 orm_join_value(psprintf("$%d", i + 1), key->conrelid, key->conkey[i]));
	}
	appendStringInfoString(sql, " LIMIT 1");
}

/* What the statement is that looks for the row. */
static void
describe_look_up(OrmPlanText *text, const void *argument)
{
	const ReferenceTrial *trial = argument;
	Oid *types = palloc(sizeof(Oid) * INDEX_MAX_KEYS);

	append_look_up(&text->sql, trial, types);
	text->nparams = trial->key->nkeys;
	text->types = types;
	text->planning = ORM_PLAN_GENERIC;
}

/* The plan that looks for the row, pinned. */
static OrmPlan *
open_look_up(const ReferenceTrial *trial)
{
	OrmPlanKey key;

	orm_plan_key_begin(&key, ORM_KIND_REFERENCE, trial->subject->model->epoch);
	orm_plan_key_add(&key, &trial->key->conoid, sizeof(Oid));
	return orm_plan_get(&key, describe_look_up, trial);
}

static void
look_up(void *argument)
{
	ReferenceTrial *trial = argument;
	OrmPlan *plan = open_look_up(trial);
	Datum values[INDEX_MAX_KEYS];
	bool pushed = orm_execute_snapshot_begin();

	for (int i = 0; i < trial->key->nkeys; i++)
		values[i] = trial->subject->record->values[trial->attributes[i]];
	trial->found = orm_execute_plan(plan, values, NULL, ORM_READ, 1, NULL) > 0;
	orm_execute_snapshot_end(pushed);
	orm_plan_release(plan);
}

/* Finds the attributes of a foreign key; false when it cannot be looked for, or need not be. */
static bool
take_attributes(ReferenceTrial *trial)
{
	const OrmSubject *subject = trial->subject;
	const OrmRecord *record = subject->record;

	for (int k = 0; k < trial->key->nkeys; k++)
	{
		int found = orm_model_attribute_over(subject->model, trial->key->conkey[k]);

		if (found < 0 || subject->wrong[found] || subject->supplied[found] || !record->given[found] ||
			record->isnull[found])
			return false;
		trial->attributes[k] = found;
	}
	return true;
}

void
orm_validate_references(OrmSubject *subject)
{
	Relation relation = orm_model_table(subject->model);
	List *keys = copyObject(RelationGetFKeyList(relation));
	ListCell *cell;

	table_close(relation, NoLock);
	foreach(cell, keys)
	{
		ReferenceTrial trial = {.subject = subject, .key = lfirst_node(ForeignKeyCacheInfo, cell)};
		OrmPath here;

		if (!take_attributes(&trial))
			continue;
		here = orm_path_key(subject->place, subject->model->attributes[trial.attributes[0]].name);
		if (orm_validate_try(subject->validation, look_up, &trial, &here, true) && !trial.found)
			orm_validate_complain(subject->validation, orm_path_text(&here),
								  psprintf("refers to no row of table \"%s\"", get_rel_name(trial.key->confrelid)));
	}
}
