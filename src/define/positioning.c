/*
 * positioning.c - making and dropping the triggers of positions; see positioning.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "base/sql.h"
#include "define/owner.h"
#include "define/positioning.h"
#include "define/recount.h"
#include "define/sharing.h"
#include "exec/execute.h"
#include "exec/receiver.h"
#include "model/cache.h"
#include "model/join.h"

/* So that the lock is no other's. */
#define POSITIONS 1

void
orm_positioning_lock(Oid relid)
{
	LockDatabaseObject(RelationRelationId, relid, POSITIONS, ExclusiveLock);
}

void
orm_positioning_drop_changed(const OrmModel *model, const OrmDeclaration *now, List **changes)
{
	ListCell *cell;

	if (model->declaration->positions == NIL)
		return;
	foreach(cell, orm_shared_trigger_all(ORM_KEEPS_POSITIONS))
	{
		const OrmSharedTrigger *trigger = lfirst(cell);

		if (strcmp(trigger->model, model->name) == 0 &&
			(now == NULL || !orm_position_is_same(model->declaration, now, trigger->relationship)))
			orm_sharing_drop(trigger, changes);
	}
}

/* Numbering */

/* What is found. */
typedef struct NumberFinding
{
	const OrmPositioning *positioning;
	MemoryContext context;
	List *found; /* of OrmRecounted * */
} NumberFinding;

/* OrmRowFunction: a row of orm_position_wrong. */
static void
take_row(void *argument, TupleTableSlot *slot)
{
	NumberFinding *finding = argument;
	MemoryContext row = MemoryContextSwitchTo(finding->context);
	const OrmModel *model = finding->positioning->model;
	OrmRecounted *recounted = palloc0(sizeof(OrmRecounted));

	slot_getallattrs(slot);
	recounted->attribute = model->attributes[orm_model_attribute_over(model, finding->positioning->column)].name;
	recounted->key = datumCopy(slot->tts_values[0], false, -1);
	recounted->has_was = !slot->tts_isnull[1];
	if (recounted->has_was)
		recounted->was = datumCopy(slot->tts_values[1], false, -1);
	recounted->has_is = !slot->tts_isnull[2];
	if (recounted->has_is)
		recounted->is = datumCopy(slot->tts_values[2], false, -1);
	finding->found = lappend(finding->found, recounted);
	MemoryContextSwitchTo(row);
}

/* Runs a statement once. */
static void
run(StringInfo sql, DestReceiver *receiver)
{
	OrmPlanText text = {.sql = *sql, .planning = ORM_PLAN_AUTO};
	OrmPlan *plan = orm_plan_get_by_text(ORM_KIND_POSITION, &text);

	(void) orm_execute_plan(plan, NULL, NULL, ORM_WRITE, 0, receiver);
	orm_plan_release(plan);
}

void
orm_positioning_run(const OrmPositioning *positioning, List **found)
{
	NumberFinding finding = {positioning, CurrentMemoryContext, NIL};
	OrmIdentity identity;
	OrmReceiver receiver;
	StringInfoData sql;

	orm_positioning_lock(positioning->model->relid);
	identity = orm_owner_begin_writing(positioning->model);
	initStringInfo(&sql);
	if (found != NULL)
	{
		orm_position_wrong(&sql, positioning);
		run(&sql, orm_receiver_init(&receiver, take_row, &finding));
		*found = list_concat(*found, finding.found);
		resetStringInfo(&sql);
	}
	orm_position_renumber(&sql, positioning);
	run(&sql, NULL);
	orm_owner_end(identity);
}

/* Unique constraints */

/* Is the column among those of an index? */
static bool
has_column(Relation index, AttrNumber column)
{
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
		if (index->rd_index->indkey.values[i] == column)
			return true;
	return false;
}

/* The unique indexes of the table over the column (List of Oid): the deferrable ones, or the others. */
static List *
unique_indexes(const OrmPositioning *positioning, bool deferrable)
{
	Relation table = table_open(positioning->model->relid, AccessShareLock);
	List *found = NIL;
	ListCell *cell;

	foreach(cell, RelationGetIndexList(table))
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (index->rd_index->indisunique && index->rd_index->indimmediate != deferrable &&
			has_column(index, positioning->column))
			found = lappend_oid(found, lfirst_oid(cell));
		index_close(index, AccessShareLock);
	}
	table_close(table, AccessShareLock);
	return found;
}

/* Is a constraint checked after each statement, unless it is deferred? */
static bool
is_initially_immediate(Oid constraint)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	bool is;

	if (!HeapTupleIsValid(tuple))
		return false;
	is = !((Form_pg_constraint) GETSTRUCT(tuple))->condeferred;
	ReleaseSysCache(tuple);
	return is;
}

void
orm_positioning_defer(const OrmPositioning *positioning)
{
	ConstraintsSetStmt *statement = makeNode(ConstraintsSetStmt);
	char *schema = get_namespace_name(get_rel_namespace(positioning->model->relid));
	ListCell *cell;

	foreach(cell, unique_indexes(positioning, true))
	{
		Oid constraint = get_index_constraint(lfirst_oid(cell));

		if (OidIsValid(constraint) && is_initially_immediate(constraint))
			statement->constraints = lappend(statement->constraints,
											 makeRangeVar(schema, get_constraint_name(constraint), -1));
	}
	statement->deferred = true;
	if (statement->constraints != NIL)
		AfterTriggerSetState(statement);
}

/* Raises for a table, column or index that cannot have a position. */
static void
check_column(const OrmPositioning *positioning)
{
	const OrmModel *model = positioning->model;
	const OrmAttribute *attribute = &model->attributes[orm_model_attribute_over(model, positioning->column)];
	Oid type = getBaseType(get_atttype(model->relid, positioning->column));
	List *unique = unique_indexes(positioning, false);
	OrmElementPlace place;
	const OrmPath *path = orm_position_place(&place, positioning->position, "column_name");

	if (type != INT2OID && type != INT4OID && type != INT8OID)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("column \"%s\" cannot be a position", attribute->column),
				errdetail("At %s. Its type must be smallint, integer or bigint.", orm_path_text(path)));
	if (attribute->generated || attribute->identity || attribute->in_key)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" cannot be a position", attribute->column),
				errdetail("At %s. %s", orm_path_text(path),
						  attribute->in_key ? "It is part of the primary key."
											: "It must not be generated or an identity."));
	if (unique != NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" cannot be a position", attribute->column),
				errdetail("At %s. Unique index \"%s\" is not deferrable, and a position moves others through one "
						  "that is taken.",
						  orm_path_text(path), get_rel_name(linitial_oid(unique))),
				errhint("Make it a constraint: orm.unique(ARRAY[…], is_deferrable => true)."));
}

/* Making */

/* The columns of a list and its position, for UPDATE OF. */
static char *
list_columns(const OrmPositioning *positioning)
{
	StringInfoData columns;

	initStringInfo(&columns);
	for (int i = 0; i < positioning->nlist; i++)
	{
		orm_sql_name(&columns, orm_join_column_name(positioning->model->relid, positioning->list[i]));
		appendStringInfoString(&columns, ", ");
	}
	orm_sql_name(&columns, orm_join_column_name(positioning->model->relid, positioning->column));
	return columns.data;
}

/* Raises 42P16 for a model without a primary key. */
static void
check_key(const OrmModel *model, const OrmDeclaredPosition *position)
{
	OrmElementPlace place;

	if (model->primary_key == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("model \"%s\" has no primary key", model->name),
				errdetail("At %s. A position needs one.", orm_path_text(orm_position_place(&place, position, NULL))));
}

/* Makes the triggers of a list. */
static void
make_list(const OrmModel *model, const OrmDeclaredPosition *position, bool strict, List **changes)
{
	const char *list = orm_position_list(position);
	OrmElementPlace place;
	const OrmPath *path = orm_position_place(&place, position, NULL);
	List *tables = find_all_inheritors(model->relid, ShareRowExclusiveLock, NULL);
	OrmPositioning positioning;
	bool made = false;
	ListCell *cell;

	foreach(cell, tables)
		if (!orm_sharing_check(model, lfirst_oid(cell), "position", path, strict))
			return;
	if (strict)
		check_key(model, position);
	if (!orm_position_open(model, list, &positioning))
		return;
	check_column(&positioning);
	foreach(cell, tables)
		for (int event = 0; event < ORM_SHARED_EVENTS; event++)
			if ((orm_shared_trigger_events(ORM_KEEPS_POSITIONS) & (1 << event)) &&
				orm_sharing_make(ORM_KEEPS_POSITIONS, event, lfirst_oid(cell), model, list,
								 event == ORM_SHARED_BEFORE ? list_columns(&positioning) : NULL, changes))
				made = true;
	if (made)
		orm_positioning_run(&positioning, NULL);
}

/* Is a trigger one that the model wants? */
static bool
is_wanted(const OrmModel *model, const OrmSharedTrigger *trigger)
{
	OrmPositioning positioning;

	return trigger->enabled && orm_position_open(model, trigger->relationship, &positioning) &&
		list_member_oid(find_all_inheritors(model->relid, NoLock, NULL), trigger->relid);
}

void
orm_positioning_make(const char *name, bool strict, List **changes)
{
	const OrmModel *model = orm_cache_open(name, AccessShareLock);
	ListCell *cell;

	if (model->declaration->positions == NIL)
		return;
	foreach(cell, orm_shared_trigger_all(ORM_KEEPS_POSITIONS))
	{
		const OrmSharedTrigger *trigger = lfirst(cell);

		if (strcmp(trigger->model, model->name) == 0 ? !is_wanted(model, trigger)
													 : orm_sharing_is_left_over(trigger) && is_wanted(model, trigger))
			orm_sharing_drop(trigger, changes);
	}
	foreach(cell, model->declaration->positions)
		make_list(model, lfirst(cell), strict, changes);
}
