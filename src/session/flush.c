/*
 * flush.c - writing the entries of the unit of work; see flush.h.
 *
 * Entries of one role are written together as that role, in the order of
 * session/operations.h.  Later entries of the transaction may reference
 * labelled rows, so their keys are kept.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "model/cache.h"
#include "model/key.h"
#include "model/value.h"
#include "session/flush.h"
#include "session/operations.h"
#include "session/queue.h"
#include "session/session.h"

/* Error context callback: the write, and the place of the entry being read. */
static void
add_context(void *argument)
{
	const OrmPath *const *place = argument;

	errcontext("writing queued objects");
	if (*place != NULL)
		errcontext("at %s", orm_path_text(*place));
}

/* Reads the key of a REMOVE for the model's current definition. */
static const Datum *
read_key(const OrmModel *model, const OrmEntry *entry)
{
	Datum *key = palloc(sizeof(Datum) * entry->nkey);

	orm_key_read_kept(model, entry->nkey, entry->key, NULL, key);
	return key;
}

/* Reads the expected state of a REMOVE for the model's current definition. */
static OrmExpected
read_expected(const OrmModel *model, const OrmEntry *entry)
{
	OrmExpected expected = {.etag = entry->etag};
	OrmSettings exact = orm_settings_exact();
	int level;

	if (entry->version == NULL || model->version < 0)
		return expected;
	level = orm_settings_enter(&exact);
	expected.version = orm_value_read_text(model->attributes[model->version].type, entry->version);
	expected.versioned = true;
	orm_settings_leave(level);
	return expected;
}

/* Makes operations of entries; their places are queue[before], queue[before + 1]... */
static OrmOperation *
operations_of(const List *entries, const OrmPath *queue, int before, const OrmPath **current)
{
	OrmOperation *operations = palloc_extended(sizeof(OrmOperation) * list_length(entries),
											   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	OrmPath *places = palloc_extended(sizeof(OrmPath) * list_length(entries), MCXT_ALLOC_HUGE);
	ListCell *cell;

	foreach(cell, entries)
	{
		int i = foreach_current_index(cell);
		const OrmEntry *entry = lfirst(cell);
		OrmOperation *operation = &operations[i];

		places[i] = orm_path_index(queue, before + i);
		*current = &places[i];
		operation->kind = entry->kind;
		operation->model = orm_cache_open(entry->model, RowExclusiveLock);
		operation->label = entry->label;
		operation->place = &places[i];
		if (entry->kind == ORM_OPERATION_REMOVE)
		{
			operation->key = read_key(operation->model, entry);
			operation->expected = read_expected(operation->model, entry);
		}
		else
		{
			operation->object = orm_document_root(entry->object);
			operation->settings = &entry->settings;
		}
	}
	*current = NULL;
	return operations;
}

/* Keeps the keys of labelled rows. */
static void
remember_keys(const List *entries, const OrmOperation *operations)
{
	ListCell *cell;

	foreach(cell, entries)
	{
		const OrmOperation *operation = &operations[foreach_current_index(cell)];

		if (operation->stored != NULL)
			orm_queue_set_key(lfirst(cell), operation->model, operation->stored);
	}
}

/* Writes entries; returns the number of rows. */
static int64
write_entries(const List *entries, int before)
{
	OrmPath queue = orm_path_key(NULL, "queue");
	OrmOperation *operations;
	OrmTally tally;
	const OrmPath *current = NULL;
	OrmOperationOptions options = {.unscoped = ((const OrmEntry *) linitial(entries))->unscoped};
	ErrorContextCallback callback = {error_context_stack, add_context, &current};

	error_context_stack = &callback;
	operations = operations_of(entries, &queue, before, &current);
	tally = orm_operations_write(operations, list_length(entries), orm_session_find_label, &options);
	remember_keys(entries, operations);
	error_context_stack = callback.previous;
	return tally.inserted + tally.updated + tally.deleted;
}

/* Sets the search_path of an entry; returns the GUC nest level to leave, 0 if it is set already. */
static int
enter_search_path(const OrmEntry *entry)
{
	int level;

	if (strcmp(namespace_search_path, entry->search_path) == 0)
		return 0;
	level = NewGUCNestLevel();
	(void) set_config_option("search_path", entry->search_path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
	return level;
}

/*
 * Writes entries under the role, security context, search_path and custom
 * settings of their calls; an error resets these at the end of the
 * (sub)transaction.
 */
static int64
write_as_writer(const List *entries, int before)
{
	const OrmEntry *first = linitial(entries);
	Oid role;
	int security;
	int path_level;
	int customs_level;
	int64 rows;

	GetUserIdAndSecContext(&role, &security);
	SetUserIdAndSecContext(first->role, first->security | SECURITY_LOCAL_USERID_CHANGE);
	path_level = enter_search_path(first);
	customs_level = orm_local_settings_enter_kept(first->customs);
	rows = write_entries(entries, before);
	orm_settings_leave(customs_level);
	orm_settings_leave(path_level);
	SetUserIdAndSecContext(role, security);
	return rows;
}

/* Can the message of an error contain values of objects?  One that is not the server's own can, such as a trigger's. */
static bool
has_values(const ErrorData *error)
{
	static const char *const without[] = {"23", "40P01", "53", "54", "57", "42501"};
	const char *text = unpack_sql_state(error->sqlerrcode);

	if (error->message_id == NULL || strcmp(error->message_id, "%s") == 0)
		return true;
	for (int i = 0; i < (int) lengthof(without); i++)
		if (strncmp(text, without[i], strlen(without[i])) == 0)
			return false;
	return true;
}

/*
 * Rethrows the current error for a user who is not a member of the entries'
 * role, without the values of their objects.  The server's log has them.
 */
static void
rethrow_hidden(MemoryContext caller)
{
	ErrorData *error;

	MemoryContextSwitchTo(caller);
	error = CopyErrorData();
	FlushErrorState();
	error->detail_log = psprintf("%s %s %s", error->message, error->detail ? error->detail : "",
								 error->context ? error->context : "");
	if (has_values(error))
	{
		error->message = pstrdup("could not write objects that another role has queued");
		error->schema_name = error->table_name = error->column_name = NULL;
		error->datatype_name = error->constraint_name = NULL;
	}
	error->context = error->internalquery = NULL;
	error->detail = pstrdup("Values are hidden: you are not a member of the role.");
	error->hint = NULL;
	ReThrowError(error);
}

int64
orm_flush_entries(const List *entries, int before)
{
	const OrmEntry *first = linitial(entries);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm flush", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	volatile int64 rows = 0;

	if (has_privs_of_role(GetUserId(), first->role))
		rows = write_as_writer(entries, before);
	else
	{
		PG_TRY();
		{
			rows = write_as_writer(entries, before);
		}
		PG_CATCH();
		{
			rethrow_hidden(caller);
		}
		PG_END_TRY();
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return rows;
}
