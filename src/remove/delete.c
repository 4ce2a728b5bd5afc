/*
 * delete.c - deleting objects and the rows that cascade from them; see
 * delete.h.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#include "base/attempt.h"
#include "exec/access.h"
#include "exec/execute.h"
#include "exec/keyset.h"
#include "exec/receiver.h"
#include "exec/run.h"
#include "remove/delete_sql.h"
#include "remove/mark.h"
#include "store/seen.h"

OrmDelete *
orm_delete_make(int flags)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm delete", ALLOCSET_DEFAULT_SIZES);
	OrmDelete *delete = MemoryContextAllocZero(context, sizeof(OrmDelete));

	delete->context = context;
	delete->step = AllocSetContextCreate(context, "orm delete step", ALLOCSET_DEFAULT_SIZES);
	delete->access = ORM_WRITE;
	delete->flags = flags;
	return delete;
}

void
orm_delete_add(OrmDelete *delete, const OrmModel *model, const Datum *key)
{
	MemoryContext caller = MemoryContextSwitchTo(delete->context);
	OrmDeleteSet *set = orm_collect_set(delete, model, orm_collect_way(delete, model));

	if (set->way == ORM_DELETE_MARKS && delete->instant == 0)
		delete->instant = orm_mark_next_instant();
	orm_keyset_add(set->keys, key);
	set->named = orm_keyset_count(set->keys);
	MemoryContextSwitchTo(caller);
}

void
orm_delete_refuse(OrmDelete *delete, const OrmModel *model, const Datum *key, const OrmPath *place)
{
	MemoryContext caller = MemoryContextSwitchTo(delete->context);
	Size room = sizeof(Datum) * model->primary_key->nattributes;
	OrmDeleteRefused *refused = palloc(offsetof(OrmDeleteRefused, key) + room);

	refused->model = model;
	refused->place = place;
	memcpy(refused->key, key, room);
	delete->refused = lappend(delete->refused, refused);
	MemoryContextSwitchTo(caller);
}

/* Raises 21000 for a collected row that was refused. */
static void
check_refused(const OrmDelete *delete, const OrmDeleteRefused *refused)
{
	ListCell *cell;

	foreach(cell, delete->sets)
	{
		const OrmDeleteSet *set = lfirst(cell);

		if (set->model == refused->model && orm_keyset_find(set->keys, refused->key) >= 0)
			ereport(ERROR, errcode(ERRCODE_CARDINALITY_VIOLATION),
					errmsg("an object of model \"%s\" would be deleted with what it belongs to", set->model->name),
					orm_error_place(refused->place), errhint("Move it in a call of its own first."));
	}
}

/* The statement that deletes the rows of all sets, while it is built. */
typedef struct Statement
{
	StringInfoData with;
	StringInfoData counts;
	StringInfoData links; /* the number of join table rows */
	Oid *types;
	Datum *values;
	int nparams;
	List *sets; /* of OrmDeleteSet *, in the order of the counts */
	TimestampTz instant;
	bool may_skip;
	bool links_stay; /* with may_skip: join table rows of skipped rows stay */
	bool *spared;	 /* result, without links_stay: rows with join table rows were skipped */
} Statement;

/* Adds the instant of rows that are marked or restored; returns the number of the parameter, or 0. */
static int
add_instant(Statement *statement, const OrmDeleteSet *set)
{
	if (set->way == ORM_DELETE_REMOVES)
		return 0;
	statement->types[statement->nparams] = TIMESTAMPTZOID;
	statement->values[statement->nparams++] = TimestampTzGetDatum(statement->instant);
	return statement->nparams;
}

/* Adds the deletes of a set and of its join table rows. */
static void
add_set(Statement *statement, OrmDeleteSet *set)
{
	int number = list_length(statement->sets);
	int first = statement->nparams + 1;
	int named;
	ListCell *cell;

	statement->nparams += orm_collect_keys(set, 0, statement->types + statement->nparams,
										   statement->values + statement->nparams);
	statement->types[statement->nparams] = INT8OID;
	statement->values[statement->nparams++] = Int64GetDatum(set->named);
	named = statement->nparams;
	appendStringInfo(&statement->with, "%sd%d AS (", number > 0 ? ", " : "WITH ", number);
	orm_delete_sql_rows(&statement->with, set, first, add_instant(statement, set));
	appendStringInfoChar(&statement->with, ')');
	foreach(cell, set->links)
	{
		int link = foreach_current_index(cell);

		appendStringInfo(&statement->with, ", d%dl%d AS (", number, link);
		orm_delete_sql_links(&statement->with, set, lfirst(cell), first,
							 statement->links_stay ? psprintf("d%d", number) : NULL);
		appendStringInfoChar(&statement->with, ')');
		appendStringInfo(&statement->links, "%s(SELECT pg_catalog.count(*) FROM d%dl%d)",
						 statement->links.len > 0 ? " OPERATOR(pg_catalog.+) " : "", number, link);
	}
	appendStringInfo(&statement->counts,
					 "%s(SELECT pg_catalog.count(*) FROM d%d), "
					 "(SELECT pg_catalog.count(*) FROM d%d WHERE n OPERATOR(pg_catalog.<=) $%d)",
					 number > 0 ? ", " : "", number, number, named);
	statement->sets = lappend(statement->sets, set);
}

/* The numbers of deleted rows: join table rows, if there are deletes of any, then per set all, and the added ones. */
typedef struct Counts
{
	int n;
	int links; /* 1 with the number of join table rows, else 0 */
	int64 *rows;
} Counts;

/* The counts of a set, by number: all rows, and the added ones. */
static const int64 *
counts_of(const Counts *counts, int set)
{
	return &counts->rows[counts->links + 2 * set];
}

/* Receives the counts. */
static void
take_counts(void *argument, TupleTableSlot *slot)
{
	Counts *counts = argument;
	bool isnull;

	for (int i = 0; i < counts->n; i++)
		counts->rows[i] = DatumGetInt64(slot_getattr(slot, i + 1, &isnull));
}

/* Raises 42501 if row security prevented the delete of some rows, while rows that cascade from them were deleted. */
static void
check_gone(const Statement *statement, const Counts *counts)
{
	int64 all = counts->links > 0 ? counts->rows[0] : 0;
	ListCell *cell;

	for (int i = 0; i < list_length(statement->sets); i++)
		all += counts_of(counts, i)[0];
	foreach(cell, statement->sets)
	{
		const OrmDeleteSet *set = lfirst(cell);
		int64 gone = counts_of(counts, foreach_current_index(cell))[0];

		if ((set->along != NIL || set->links != NIL) && gone < orm_keyset_count(set->keys) && gone < all &&
			check_enable_rls(set->model->relid, InvalidOid, true) == RLS_ENABLED)
			ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("not all objects of model \"%s\" could be deleted", set->model->name),
					errdetail("Row security keeps some of them, or another transaction has deleted them; "
							  "what belongs to them would have been deleted."));
	}
}

/* Can a trigger or a rule of the model's relation skip rows of a DELETE, or of the UPDATE that marks them? */
static bool
passes_over(const OrmModel *model)
{
	Relation relation = orm_model_table(model);
	const TriggerDesc *triggers = relation->trigdesc;
	bool may = model->has_rules || model->relkind == RELKIND_VIEW ||
		(triggers != NULL &&
		 (triggers->trig_delete_before_row || (orm_soft_delete_any(model) && triggers->trig_update_before_row)));

	table_close(relation, NoLock);
	return may;
}

void
orm_delete_check_skipped(const OrmModel *model, const Datum *key, const OrmPath *place)
{
	if (!passes_over(model) || !orm_access_may_read_key(model, model->primary_key))
		return;
	if (orm_seen_exists(model, key))
		ereport(ERROR, errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
				errmsg("object of model \"%s\" was not deleted", model->name), orm_error_place(place),
				errhint("A trigger or a rule passed over the row."));
}

/* Were rows skipped whose join table rows were deleted?  Raises an error to undo that. */
static void
check_links(Statement *statement, const Counts *counts)
{
	ListCell *cell;

	if (!statement->may_skip || statement->links_stay)
		return;
	foreach(cell, statement->sets)
	{
		const OrmDeleteSet *set = lfirst(cell);

		*statement->spared = *statement->spared ||
			(set->links != NIL && passes_over(set->model) &&
			 counts_of(counts, foreach_current_index(cell))[0] < orm_keyset_count(set->keys));
	}
	if (*statement->spared)
		ereport(ERROR, errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg_internal("rows were skipped"));
}

/* Raises 09000 if a trigger skipped rows that cascade from others; the added rows are the caller's to check. */
static void
check_cascade(const Statement *statement, const Counts *counts)
{
	ListCell *cell;

	foreach(cell, statement->may_skip ? NIL : statement->sets)
	{
		const OrmDeleteSet *set = lfirst(cell);
		const int64 *gone = counts_of(counts, foreach_current_index(cell));
		int n = orm_keyset_count(set->keys);

		for (int i = set->named; gone[0] - gone[1] < n - set->named && i < n; i++)
			orm_delete_check_skipped(set->model, orm_keyset_values(set->keys, i), NULL);
	}
}

/* Error context callback: the models being deleted from. */
static void
say_models(void *sets)
{
	StringInfoData names;
	ListCell *cell;

	initStringInfo(&names);
	foreach(cell, (List *) sets)
		appendStringInfo(&names, "%s\"%s\"", foreach_current_index(cell) ? ", " : "",
						 ((const OrmDeleteSet *) lfirst(cell))->model->name);
	errcontext("%s objects of %s %s",
			   ((const OrmDeleteSet *) linitial((List *) sets))->way == ORM_DELETE_RESTORES ? "restoring" : "deleting",
			   list_length(sets) > 1 ? "models" : "model", names.data);
}

/* Runs the statement; returns the number of added rows that were deleted. */
static int64
run_statement(Statement *statement)
{
	int links = statement->links.len > 0 ? 1 : 0;
	Counts counts = {.n = links + 2 * list_length(statement->sets), .links = links};
	Oid *results = palloc(sizeof(Oid) * counts.n);
	OrmPlanText text = {
		.nparams = statement->nparams,
		.types = statement->types,
		.nresults = counts.n,
		.results = results,
		.planning = ORM_PLAN_GENERIC,
	};
	OrmReceiver receiver;
	OrmPlan *plan;
	int64 named = 0;

	counts.rows = palloc0(sizeof(int64) * counts.n);
	for (int i = 0; i < counts.n; i++)
		results[i] = INT8OID;
	appendStringInfo(&statement->with, " SELECT %s%s%s", statement->links.data, links > 0 ? ", " : "",
					 statement->counts.data);
	text.sql = statement->with;
	plan = orm_plan_get_by_text(ORM_KIND_DELETE_ALL, &text);
	orm_execute_plan(plan, statement->values, NULL, ORM_WRITE, 0, orm_receiver_init(&receiver, take_counts, &counts));
	orm_plan_release(plan);
	check_gone(statement, &counts);
	check_links(statement, &counts);
	check_cascade(statement, &counts);
	for (int i = 0; i < list_length(statement->sets); i++)
		named += counts_of(&counts, i)[1];
	return named;
}

/* A delete of one row. */
typedef struct RowDelete
{
	const OrmModel *model;
	OrmDeleteWay way;
} RowDelete;

/* The statement that deletes one row, for orm_plan_get(). */
static void
describe_row(OrmPlanText *text, const void *argument)
{
	const RowDelete *row = argument;
	const OrmModel *model = row->model;
	const OrmKey *key = model->primary_key;
	Oid *types = palloc(sizeof(Oid) * (key->nattributes + 1));

	for (int i = 0; i < key->nattributes; i++)
		types[i] = model->attributes[key->attributes[i]].type->oid;
	orm_delete_sql_row(&text->sql, model, row->way);
	text->nparams = key->nattributes;
	if (row->way != ORM_DELETE_REMOVES)
		types[text->nparams++] = TIMESTAMPTZOID;
	text->types = types;
	text->planning = ORM_PLAN_GENERIC;
}

/* Deletes the row of a key without cascade; returns the number of rows. */
static int64
delete_row(const OrmModel *model, const Datum *key, OrmDeleteWay way, TimestampTz instant)
{
	RowDelete row = {model, way};
	Datum values[INDEX_MAX_KEYS + 1];
	OrmPlanKey plan_key;
	OrmPlan *plan;
	int64 deleted;

	memcpy(values, key, sizeof(Datum) * model->primary_key->nattributes);
	values[model->primary_key->nattributes] = TimestampTzGetDatum(instant);
	orm_plan_key_begin(&plan_key, ORM_KIND_DELETE, model->epoch);
	orm_plan_key_add(&plan_key, &row.way, sizeof(row.way));
	plan = orm_plan_get(&plan_key, describe_row, &row);
	deleted = orm_execute_plan(plan, values, NULL, ORM_WRITE, 0, NULL);
	orm_plan_release(plan);
	return deleted;
}

/*
 * Deletes the rows of a single set: one by one if there is only one, its key
 * cannot be passed as arrays, or the table has rules; else by one statement.
 */
static int64
delete_set(const OrmDeleteSet *set, TimestampTz instant)
{
	int n = orm_keyset_count(set->keys);
	Oid types[2 * INDEX_MAX_KEYS + 1];
	Datum values[2 * INDEX_MAX_KEYS + 1];
	Statement statement = {.types = types, .values = values, .instant = instant};
	OrmPlanText text = {.types = types, .planning = ORM_PLAN_GENERIC};
	OrmPlan *plan;
	int64 deleted = 0;

	if (n == 1 || set->columns.n == 0 || set->model->has_rules)
	{
		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			deleted += delete_row(set->model, orm_keyset_values(set->keys, i), set->way, instant);
		}
		return deleted;
	}
	statement.nparams = orm_collect_keys(set, 0, types, values);
	initStringInfo(&text.sql);
	orm_delete_sql_rows(&text.sql, set, 1, add_instant(&statement, set));
	text.nparams = statement.nparams;
	plan = orm_plan_get_by_text(ORM_KIND_DELETE_ALL, &text);
	deleted = orm_execute_plan(plan, values, NULL, ORM_WRITE, 0, NULL);
	orm_plan_release(plan);
	return deleted;
}

/* The sets that have rows. */
static List *
filled_sets(const OrmDelete *delete)
{
	List *sets = NIL;
	ListCell *cell;

	foreach(cell, delete->sets)
		if (orm_keyset_count(((OrmDeleteSet *) lfirst(cell))->keys) > 0)
			sets = lappend(sets, lfirst(cell));
	return sets;
}

/* The deletes of several sets. */
typedef struct Deletes
{
	const List *sets;
	TimestampTz instant;
	bool may_skip;
	bool links_stay;
	bool spared; /* see Statement */
	int64 named; /* result: the number of added rows that were deleted */
} Deletes;

/* Deletes the rows of all sets that one statement can delete. */
static void
delete_together(void *argument)
{
	Deletes *deletes = argument;
	Size room = (Size) (2 * INDEX_MAX_KEYS + 2) * Max(list_length(deletes->sets), 1);
	Statement statement = {
		.instant = deletes->instant, .may_skip = deletes->may_skip, .links_stay = deletes->links_stay};

	initStringInfo(&statement.with);
	initStringInfo(&statement.counts);
	initStringInfo(&statement.links);
	statement.types = palloc(sizeof(Oid) * room);
	statement.values = palloc(sizeof(Datum) * room);
	/* in reverse order of discovery: the server of foreign tables checks foreign keys at once */
	for (int i = list_length(deletes->sets) - 1; i >= 0; i--)
		if (((OrmDeleteSet *) list_nth(deletes->sets, i))->columns.n > 0)
			add_set(&statement, list_nth(deletes->sets, i));
	if (statement.sets == NIL)
		return;
	statement.spared = &deletes->spared;
	deletes->named = run_statement(&statement);
}

/* Can rows be skipped whose join table rows are deleted? */
static bool
may_spare_links(const List *sets)
{
	ListCell *cell;

	foreach(cell, sets)
		if (((const OrmDeleteSet *) lfirst(cell))->links != NIL &&
			passes_over(((const OrmDeleteSet *) lfirst(cell))->model))
			return true;
	return false;
}

/*
 * Deletes the rows of all sets; returns the number of added rows that were
 * deleted.  If rows may be skipped, and some were, the delete is repeated with
 * join table rows after the rows that they link, and only of rows that go.
 */
static int64
delete_sets(const List *sets, bool may_skip, TimestampTz instant)
{
	Deletes deletes = {.sets = sets, .instant = instant, .may_skip = may_skip};
	ErrorData *error = NULL;
	ListCell *cell;

	if (list_length(sets) == 1 && ((OrmDeleteSet *) linitial(sets))->along == NIL &&
		((OrmDeleteSet *) linitial(sets))->links == NIL)
		return delete_set(linitial(sets), instant);
	if (may_skip && may_spare_links(sets))
		error = orm_attempt(delete_together, &deletes, ORM_ATTEMPT_KEEP);
	else
		delete_together(&deletes);
	if (error != NULL && !deletes.spared)
		ReThrowError(error);
	deletes.links_stay = deletes.spared;
	if (deletes.spared)
		delete_together(&deletes);
	foreach(cell, sets)
		if (((OrmDeleteSet *) lfirst(cell))->columns.n == 0)
			deletes.named += delete_set(lfirst(cell), instant);
	return deletes.named;
}

/* Deletes the collected rows. */
static int64
delete_collected(const OrmDelete *delete)
{
	List *sets = filled_sets(delete);
	ErrorContextCallback callback = {error_context_stack, say_models, sets};
	int64 named;

	if (sets == NIL)
		return 0;
	error_context_stack = &callback;
	named = delete_sets(sets, (delete->flags & ORM_DELETE_MAY_SKIP) != 0, delete->instant);
	error_context_stack = callback.previous;
	return named;
}

/* Collects all rows, and raises 21000 if one of them is refused. */
static void
collect(OrmDelete *delete)
{
	ListCell *cell;

	orm_collect_run(delete);
	foreach(cell, delete->refused)
		check_refused(delete, lfirst(cell));
}

void
orm_delete_probe(OrmDelete *delete, bool lock)
{
	MemoryContext caller = MemoryContextSwitchTo(delete->context);

	delete->by_server = true;
	delete->access = lock ? ORM_WRITE : ORM_READ;
	collect(delete);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(delete->context);
}

/* Collects and deletes. */
static int64
run(OrmDelete *delete)
{
	collect(delete);
	return delete_collected(delete);
}

/* The same past the guard of marked rows. */
static int64
run_for_good(OrmDelete *delete)
{
	volatile int64 named = 0;
	int level = orm_mark_lift_guard();

	PG_TRY();
	{
		named = run(delete);
	}
	PG_FINALLY();
	{
		orm_mark_lower_guard(level);
	}
	PG_END_TRY();
	return named;
}

int64
orm_delete_run(OrmDelete *delete)
{
	MemoryContext caller = MemoryContextSwitchTo(delete->context);
	int64 named = delete->flags & ORM_DELETE_HARD ? run_for_good(delete) : run(delete);

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(delete->context);
	return named;
}

bool
orm_delete_object(const OrmModel *model, const Datum *key, int flags)
{
	bool marks = orm_soft_delete_any(model);
	int64 deleted;

	if (model->cascades || (model->deletes_along && !marks) || (flags & ORM_DELETE_HARD))
	{
		OrmDelete *delete = orm_delete_make(flags);

		orm_delete_add(delete, model, key);
		deleted = orm_delete_run(delete);
	}
	else if (marks)
		deleted = delete_row(model, key, ORM_DELETE_MARKS, orm_mark_next_instant());
	else
		deleted = delete_row(model, key, ORM_DELETE_REMOVES, 0);
	if (deleted == 0 && marks && !(flags & ORM_DELETE_HARD))
		orm_seen_refuse_deleted(model, key, NULL);
	if (deleted == 0 && !(flags & ORM_DELETE_MAY_SKIP))
		orm_delete_check_skipped(model, key, NULL);
	return deleted > 0;
}
