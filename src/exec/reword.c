/*
 * reword.c - errors of violated checks in the words that models have for them; see
 * reword.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/attempt.h"
#include "base/error.h"
#include "exec/reword.h"
#include "model/cache.h"
#include "model/violated.h"

/* The last message that took the place of the server's. */
static char *last = NULL;

/* An error, and what is found for it. */
typedef struct Rewording
{
	Oid relid;
	const char *constraint;
	char *message;
	char *column;
} Rewording;

/* Looks among the models of a relation; false: none has a message. */
static bool
look_at(Rewording *rewording, Oid relid)
{
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(relid))
	{
		const OrmModel *model = orm_cache_open_if_any(((const OrmRegistered *) lfirst(cell))->name, AccessShareLock);
		OrmViolatedRule violated;

		if (model == NULL || !orm_violated_find(model, rewording->constraint, &violated) || violated.message == NULL)
			continue;
		rewording->message = orm_message_print(violated.message, &violated.parameters);
		if (violated.attribute >= 0)
			rewording->column = pstrdup(model->attributes[violated.attribute].column);
		return true;
	}
	return false;
}

/* The first parent of a partition or an inheritance child, or InvalidOid. */
static Oid
parent_of(Oid relid)
{
	Relation inherits = table_open(InheritsRelationId, AccessShareLock);
	Oid parent = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parent = ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent;
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return parent;
}

/* Looks for a message, for orm_attempt(). */
static void
look(void *argument)
{
	Rewording *rewording = argument;

	for (Oid relid = rewording->relid; OidIsValid(relid) && !look_at(rewording, relid);)
		relid = parent_of(relid);
}

/* Keeps a message. */
static void
keep(const char *message)
{
	char *old = last;

	last = NULL;
	if (old != NULL)
		pfree(old);
	last = MemoryContextStrdup(TopMemoryContext, message);
}

void
orm_reword_error(ErrorData *error)
{
	Rewording rewording = {.constraint = error->constraint_name};

	if (error->sqlerrcode != ERRCODE_CHECK_VIOLATION || error->constraint_name == NULL)
		return;
	rewording.relid = orm_error_table(error);
	if (orm_attempt(look, &rewording, ORM_ATTEMPT_KEEP) != NULL || rewording.message == NULL)
		return;
	error->message = rewording.message;
	keep(rewording.message);
	if (error->column_name == NULL)
		error->column_name = rewording.column;
}

bool
orm_reword_is_done(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_CHECK_VIOLATION && last != NULL && strcmp(error->message, last) == 0;
}
