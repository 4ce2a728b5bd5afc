/*
 * deleted.c - deleting objects and returning them; see deleted.h.
 */
#include "postgres.h"

#include "utils/datum.h"

#include "exec/json.h"
#include "exec/run.h"
#include "graph/deleted.h"
#include "graph/return_query.h"
#include "query/named_scope.h"
#include "remove/collect.h"
#include "remove/delete.h"
#include "store/batch.h"
#include "store/lookup.h"

int
orm_deleted_flags(const OrmWriteOptions *options)
{
	return (options->may_skip ? ORM_DELETE_MAY_SKIP : 0) | (options->hard ? ORM_DELETE_HARD : 0);
}

int
orm_deleted_lifts(const OrmWriteOptions *options)
{
	return ORM_SCOPE_LIFTS_DELETED | (options->unscoped ? ORM_SCOPE_LIFTS_DEFAULTS : 0);
}

/* Locks the row of a primary key, if it exists. */
static void
lock_row(const OrmModel *model, const Datum *key)
{
	OrmWrite write = {.model = model};
	OrmRecord *record = orm_record_make(model, 1);
	OrmBatch batch = {&write, &record, 1};

	for (int i = 0; i < model->primary_key->nattributes; i++)
		orm_record_set(record, model->primary_key->attributes[i], key[i], false);
	orm_lookup_lock(&batch, model->primary_key, false);
}

/* Appends the objects of keys as JSON, separated by commas; returns their number. */
static int
write_objects(OrmQuery *query, const List *keys, StringInfo json)
{
	OrmWanted *wanted = palloc0_array(OrmWanted, Max(list_length(keys), 1));
	ListCell *cell;

	foreach(cell, keys)
		wanted[foreach_current_index(cell)].key = lfirst(cell);
	return orm_run_wanted(query, wanted, list_length(keys), json);
}

bool
orm_deleted_object(const OrmModel *model, const Datum *key, const OrmWriteOptions *options, Datum *json)
{
	OrmQuery *query = orm_return_query_open(model, options);
	StringInfoData out;
	bool found = false;

	if (key != NULL)
	{
		if (orm_collect_locks(model))
			lock_row(model, key);
		orm_json_begin(&out);
		found = write_objects(query, list_make1(unconstify(Datum *, key)), &out) > 0;
		*json = orm_json_end(&out);
	}
	orm_query_close(query);
	return found && orm_delete_object(model, key, orm_deleted_flags(options));
}

/* The keys of the objects found by a query. */
typedef struct FoundKeys
{
	const OrmModel *model;
	MemoryContext context;
	List *keys; /* of Datum *, in key order */
} FoundKeys;

/* Receives the key of an object. */
static void
take_key(void *argument, TupleTableSlot *slot)
{
	FoundKeys *found = argument;
	const OrmKey *key = found->model->primary_key;
	Datum values[INDEX_MAX_KEYS];
	MemoryContext caller;
	Datum *kept;

	if (!orm_collect_read_key(found->model, slot, values))
		return;
	caller = MemoryContextSwitchTo(found->context);
	kept = palloc(sizeof(Datum) * key->nattributes);
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmType *type = found->model->attributes[key->attributes[i]].type;

		kept[i] = datumCopy(values[i], type->by_value, type->length);
	}
	found->keys = lappend(found->keys, kept);
	MemoryContextSwitchTo(caller);
}

/* Finds the objects of a request and locks their rows. */
static List *
find_keys(const OrmQueryRequest *request, int64 expect)
{
	FoundKeys found = {.model = request->model, .context = CurrentMemoryContext};
	OrmQueryRequest own = *request;
	OrmQuery *query;

	own.unlocked = !orm_collect_locks(request->model);
	own.keys_only = true;
	query = orm_query_open(&own);
	orm_run_change_keys(query, take_key, &found);
	orm_run_check_expected(query, list_length(found.keys), expect);
	orm_query_close(query);
	return found.keys;
}

/* Deletes objects; raises 09000 if some still exist. */
static void
delete_keys(const OrmModel *model, const List *keys, int flags)
{
	OrmDelete *delete = orm_delete_make(flags & ~ORM_DELETE_MAY_SKIP);
	ListCell *cell;
	int64 gone;

	foreach(cell, keys)
		orm_delete_add(delete, model, lfirst(cell));
	gone = orm_delete_run(delete);
	if (gone < list_length(keys))
		ereport(ERROR, errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
				errmsg("not all objects of model \"%s\" were deleted", model->name),
				errdetail("A trigger, a rule or a policy has kept %d of them.", list_length(keys) - (int) gone));
}

Datum
orm_deleted_query(const OrmQueryRequest *request, const OrmWriteOptions *options)
{
	OrmQuery *query = orm_return_query_open(request->model, options);
	List *keys = find_keys(request, options->expect);
	StringInfoData out;

	orm_json_begin(&out);
	orm_json_put(&out, "[", 1);
	write_objects(query, keys, &out);
	orm_json_put(&out, "]", 1);
	orm_query_close(query);
	if (keys != NIL)
		delete_keys(request->model, keys, orm_deleted_flags(options));
	return orm_json_end(&out);
}
