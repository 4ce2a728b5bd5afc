/*
 * scopes.c - see scopes.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "accessor/accessor.h"
#include "base/attempt.h"
#include "define/concerned.h"
#include "define/scopes.h"
#include "model/cache.h"
#include "query/named_scope.h"

/* A scope that is compiled. */
typedef struct Compiling
{
	const OrmModel *model;
	const OrmModelScope *scope;
} Compiling;

static void
compile(void *argument)
{
	const Compiling *compiling = argument;

	orm_named_scope_check(compiling->model, compiling->scope);
}

/* Has a model something that is not there yet? */
static bool
is_incomplete(const OrmModel *model)
{
	for (int i = 0; i < model->nrelationships; i++)
		if (!model->relationships[i].resolved)
			return true;
	return model->pending != NIL;
}

/* Can the error be one of something that is not there yet? */
static bool
may_pass(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_UNDEFINED_OBJECT || error->sqlerrcode == ERRCODE_UNDEFINED_COLUMN ||
		error->sqlerrcode == ERRCODE_UNDEFINED_TABLE || error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
}

void
orm_scopes_check(const OrmModel *model)
{
	for (int i = 0; i < model->nscopes; i++)
	{
		Compiling compiling = {model, &model->scopes[i]};
		ErrorData *error = orm_attempt(compile, &compiling, ORM_ATTEMPT_UNDO);

		CHECK_FOR_INTERRUPTS();
		if (error != NULL && !(may_pass(error) && is_incomplete(model)))
			ReThrowError(error);
	}
}

char *
orm_scopes_problem(const OrmModel *model, const OrmModelScope *scope)
{
	Compiling compiling = {model, scope};
	ErrorData *error = orm_attempt(compile, &compiling, ORM_ATTEMPT_UNDO);

	return error != NULL ? error->message : NULL;
}

/*
 * Functions of models that lead to this one have its default scopes, and where one of
 * those has default scopes, they may mention this one in turn.
 */
void
orm_scopes_refresh_bodies(const OrmModel *model)
{
	List *relations = list_make1_oid(model->relid);

	for (int i = 0; i < list_length(relations); i++)
	{
		ListCell *cell;

		foreach(cell, orm_concerned_by(list_make1_oid(list_nth_oid(relations, i))))
		{
			const OrmModel *other = orm_cache_open_if_any(((OrmRegistered *) lfirst(cell))->name, AccessShareLock);

			CHECK_FOR_INTERRUPTS();
			if (other == NULL)
				continue;
			orm_accessor_refresh_bodies(other);
			if (orm_named_scope_any(other))
				relations = list_append_unique_oid(relations, other->relid);
		}
	}
}
