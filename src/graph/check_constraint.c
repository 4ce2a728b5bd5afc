/*
 * check_constraint.c - checking CHECK constraints and foreign keys of an
 * object; see check_constraint.h.
 */
#include "postgres.h"

#include "access/table.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/rls.h"

#include "base/sql.h"
#include "exec/execute.h"
#include "graph/check_constraint.h"
#include "model/join.h"
#include "model/violated.h"

/* ---- CHECK constraints ---- */

/* A CHECK constraint to evaluate. */
typedef struct CheckTrial
{
	const OrmSubject *subject;
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

/* Are all columns of the expression known?  "only" receives the column if there is just one. */
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

/* Is a rule violated by a null that is a finding anyway? */
static bool
is_required(const OrmSubject *subject, const OrmViolatedRule *violated)
{
	return strcmp(violated->rule, "presence") == 0 && subject->isnull[violated->attribute] &&
		subject->model->attributes[violated->attribute].not_null;
}

/* Adds a finding for a violated constraint, in the words that the model has for it. */
static void
add_violated(const OrmSubject *subject, const OrmPath *place, const char *constraint)
{
	OrmFinding finding = {NULL, "check", ERRCODE_CHECK_VIOLATION, NULL, NULL};
	OrmViolatedRule violated;

	if (orm_violated_find(subject->model, constraint, &violated) && violated.message != NULL)
	{
		if (is_required(subject, &violated))
			return;
		finding.reason = orm_message_print(violated.message, &violated.parameters);
		finding.rule = violated.rule;
		finding.limit = violated.parameters.limit;
	}
	else
		finding.reason = psprintf("violates check constraint \"%s\"", constraint);
	orm_finding_add(subject->graph->findings, place, &finding);
}

/* Evaluates a constraint; the finding is at its only attribute, or at the object. */
static void
run_check(CheckTrial *trial, const ConstrCheck *check)
{
	const OrmSubject *subject = trial->subject;
	OrmFindings *findings = subject->graph->findings;
	AttrNumber only = InvalidAttrNumber;
	int attribute;
	OrmPath here;

	trial->expression = (Expr *) stringToNode(check->ccbin);
	if (!knows_columns(trial, &only) || !orm_finding_try(findings, evaluate, trial, subject->object->place) ||
		trial->holds)
		return;
	attribute = orm_model_attribute_over(subject->model, only);
	if (attribute >= 0)
		here = orm_path_key(subject->object->place, subject->model->attributes[attribute].name);
	add_violated(subject, attribute >= 0 ? &here : subject->object->place, check->ccname);
}

static void
check_constraints(const OrmSubject *subject, Relation relation)
{
	const OrmModel *model = subject->model;
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;
	int natts = RelationGetDescr(relation)->natts;
	bool *known = palloc0(Max(natts, 1));
	Datum *values = palloc0(sizeof(Datum) * Max(natts, 1));
	bool *isnull = palloc(Max(natts, 1));
	CheckTrial trial = {.subject = subject, .relation = relation, .known = known, .values = values, .isnull = isnull};

	memset(isnull, true, natts);
	for (int i = 0; i < model->nattributes; i++)
	{
		int column = model->attributes[i].attnum - 1;

		known[column] = subject->known[i];
		values[column] = subject->values[i];
		isnull[column] = !subject->known[i] || subject->isnull[i];
	}
	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
		run_check(&trial, &constraints->check[i]);
}

/* ---- Foreign keys ---- */

/* A foreign key to look up. */
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

/* The statement that looks up the referenced row, for orm_plan_get(). */
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

/* The plan that looks up the referenced row, pinned. */
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
		values[i] = trial->subject->values[trial->attributes[i]];
	trial->found = orm_execute_plan(plan, values, NULL, ORM_READ, 1, NULL) > 0;
	orm_execute_snapshot_end(pushed);
	orm_plan_release(plan);
}

/* Finds the attributes of a foreign key; false if they are not all known, or do not change. */
static bool
take_attributes(ReferenceTrial *trial)
{
	const OrmSubject *subject = trial->subject;

	for (int k = 0; k < trial->key->nkeys; k++)
	{
		trial->attributes[k] = orm_model_attribute_over(subject->model, trial->key->conkey[k]);
		if (trial->attributes[k] < 0)
			return false;
	}
	return orm_check_row_changes(subject, trial->attributes, trial->key->nkeys) &&
		orm_check_row_knows(subject, trial->attributes, trial->key->nkeys);
}

/* Does an object of the document have the referenced key? */
static bool
is_target(const ReferenceTrial *trial, OrmJoinKey *const *keys, const OrmObject *object)
{
	const OrmModel *target = object->group->model;

	if (target->relid != trial->key->confrelid)
		return false;
	for (int k = 0; k < trial->key->nkeys; k++)
	{
		int referenced = orm_model_attribute_over(target, trial->key->confkey[k]);
		Datum value;
		bool isnull;

		if (referenced < 0 || !orm_graph_value(object, referenced, &value, &isnull) || isnull ||
			!orm_join_key_equal(keys[k], value, trial->subject->values[trial->attributes[k]]))
			return false;
	}
	return true;
}

/* Is the referenced row an object of the document? */
static bool
is_in_document(const ReferenceTrial *trial)
{
	const ForeignKeyCacheInfo *key = trial->key;
	OrmJoin join = {key->nkeys, key->confrelid, key->conrelid, key->confkey, key->conkey, key->conpfeqop};
	OrmJoinKey **keys = orm_join_keys(&join);
	ListCell *cell;

	foreach(cell, trial->subject->graph->groups)
	{
		const OrmGroup *group = lfirst(cell);

		for (int i = 0; i < group->n; i++)
			if (is_target(trial, keys, group->objects[i]))
				return true;
	}
	return false;
}

/* Looks up the row that a foreign key references; skipped if row security may hide it. */
static void
check_reference(ReferenceTrial *trial)
{
	const OrmSubject *subject = trial->subject;
	OrmFinding finding = {NULL, "foreign_key", ERRCODE_FOREIGN_KEY_VIOLATION, NULL, NULL};
	OrmPath here;

	if (!take_attributes(trial) || check_enable_rls(trial->key->confrelid, InvalidOid, true) == RLS_ENABLED ||
		!orm_finding_look(subject->graph->findings, look_up, trial) || trial->found || is_in_document(trial))
		return;
	here = orm_path_key(subject->object->place, subject->model->attributes[trial->attributes[0]].name);
	finding.reason = psprintf("refers to no row of table \"%s\"", get_rel_name(trial->key->confrelid));
	finding.attributes = orm_check_row_names(subject->model, trial->attributes, trial->key->nkeys);
	orm_finding_add(subject->graph->findings, &here, &finding);
}

static void
check_references(const OrmSubject *subject, Relation relation)
{
	List *keys = copyObject(RelationGetFKeyList(relation));
	ListCell *cell;

	foreach(cell, keys)
	{
		ReferenceTrial trial = {.subject = subject, .key = lfirst_node(ForeignKeyCacheInfo, cell)};

		check_reference(&trial);
	}
}

void
orm_check_constraint_all(const OrmSubject *subject, Relation relation)
{
	check_constraints(subject, relation);
	check_references(subject, relation);
}
