/*
 * session.c - the unit of work; see session.h.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"

#include "session/flush.h"
#include "session/queue.h"
#include "session/session.h"

static int max_flush_rounds = 100;

void
orm_session_init(void)
{
	orm_queue_init();
	DefineCustomIntVariable("orm.max_flush_rounds", "Sets the maximum number of rounds of a flush.",
							"A trigger that queues objects while a flush writes begins another round.",
							&max_flush_rounds, 100, 1, INT_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
}

/*
 * Raises 42501 in a security-restricted operation.  Pending entries were queued
 * outside of it, possibly by a superuser; a function in another user's index
 * must not control when, and under which settings, they are written.
 */
static void
check_restricted(const char *function)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("cannot execute %s within security-restricted operation", function));
}

/* Raises an error if queueing is not allowed in this transaction. */
static void
check_may_queue(const char *function)
{
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
	PreventCommandDuringRecovery(function);
	check_restricted(function);
}

/* Raises 42710 if another entry of this transaction has the label. */
static void
check_label(const char *label)
{
	if (label != NULL && orm_queue_find_label(label) != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("label \"%s\" is already taken in this transaction", label));
}

void
orm_session_add(OrmOperationKind kind, const OrmModel *model, const OrmDocument *object, const char *label,
				bool unscoped)
{
	OrmEntry *entry;
	List *missing;

	Assert(kind != ORM_OPERATION_REMOVE);
	check_may_queue(kind == ORM_OPERATION_ADD ? "orm.add()" : "orm.merge()");
	check_label(label);
	if (kind == ORM_OPERATION_MERGE || label != NULL)
		orm_model_need_key(model);
	missing = orm_operations_check(kind, model, orm_document_root(object), orm_session_find_label);
	entry = orm_queue_append(kind, model);
	entry->unscoped = unscoped;
	orm_queue_set_object(entry, object);
	orm_queue_set_awaits(entry, missing);
	if (label != NULL)
		orm_queue_set_label(entry, label);
	orm_queue_check_size();
	orm_queue_anchor();
}

void
orm_session_remove(const OrmModel *model, const Datum *key, const OrmExpected *expected, bool unscoped)
{
	OrmEntry *entry;

	check_may_queue("orm.remove()");
	entry = orm_queue_append(ORM_OPERATION_REMOVE, model);
	entry->unscoped = unscoped;
	orm_queue_set_key(entry, model, key);
	orm_queue_set_expected(entry, model, expected);
	orm_queue_check_size();
	orm_queue_anchor();
}

/* Is the current user a member of the entry's role? */
static bool
may_see(const OrmEntry *entry)
{
	return has_privs_of_role(GetUserId(), entry->role);
}

bool
orm_session_find_label(const char *label, OrmLabelled *found)
{
	const OrmEntry *entry = orm_queue_find_label(label);

	if (entry == NULL || !may_see(entry))
		return false;
	found->model = entry->model;
	found->nkey = entry->nkey;
	found->key = entry->key;
	return true;
}

bool
orm_session_expunge(const char *label)
{
	OrmEntry *entry = orm_queue_find_label(label);

	if (entry == NULL || !orm_queue_is_pending(entry) || !may_see(entry))
		return false;
	orm_queue_expunge(entry);
	return true;
}

/* Raises 53400 if a flush has too many rounds. */
static void
check_rounds(int rounds)
{
	if (rounds > max_flush_rounds)
		ereport(ERROR, errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				errmsg("flush exceeds \"orm.max_flush_rounds\" (%d)", max_flush_rounds),
				errdetail("A trigger queues objects each time that queued objects are written."));
}

/* Entries queued by triggers during a round are written in the next one. */
int64
orm_session_flush(void)
{
	int64 rows = 0;
	int done = 0;
	int rounds = 0;
	int round_end = 0;
	List *next;

	if (!orm_session_is_pending())
		return 0;
	check_restricted("orm.flush()");
	orm_queue_begin_flush();
	while ((next = orm_queue_next()) != NIL)
	{
		CHECK_FOR_INTERRUPTS();
		if (done >= round_end)
		{
			check_rounds(++rounds);
			round_end = done + orm_queue_count_pending();
		}
		orm_queue_mark_written(next);
		rows += orm_flush_entries(next, done);
		done += list_length(next);
	}
	orm_queue_end_flush();
	return rows;
}

int64
orm_session_flush_anchored(void)
{
	orm_queue_anchor_used();
	return orm_session_flush();
}

bool
orm_session_is_pending(void)
{
	return !orm_queue_is_flushing() && orm_queue_count_pending() > 0;
}

void
orm_session_autoflush(bool may_write)
{
	if (!orm_session_is_pending())
		return;
	if (!may_write)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("a function that is not VOLATILE cannot read while queued objects are pending"),
				errhint("Call orm.flush() first."));
	orm_session_flush();
}
