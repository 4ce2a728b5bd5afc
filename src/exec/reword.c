/*
 * reword.c - errors of violated checks in the words that models have for them; see
 * reword.h.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/attempt.h"
#include "base/error.h"
#include "exec/reword.h"
#include "model/cache.h"
#include "model/lineage.h"
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

/* Looks for a message, for orm_attempt(). */
static void
look(void *argument)
{
	Rewording *rewording = argument;
	ListCell *cell;

	foreach(cell, orm_lineage_of(rewording->relid))
		if (look_at(rewording, lfirst_oid(cell)))
			break;
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
	if (!OidIsValid(rewording.relid) || orm_attempt(look, &rewording, ORM_ATTEMPT_KEEP) != NULL ||
		rewording.message == NULL)
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
