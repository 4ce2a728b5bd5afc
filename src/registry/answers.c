/*
 * answers.c - see answers.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "registry/answers.h"
#include "registry/model_text.h"
#include "registry/registry.h"

typedef struct OrmAnswer
{
	char *name;	  /* of a model or, with a schema, of a function */
	Oid schema;	  /* InvalidOid: a model's */
	Oid argument; /* its type */
	char *found;  /* what matters of the functions, as text */
} OrmAnswer;

static List **noted = NULL;			/* where answers are noted; NULL: nowhere */
static MemoryContext noted_context; /* their memory */

void
orm_answers_begin(List **answers, MemoryContext context)
{
	Assert(noted == NULL && answers != NULL);
	noted = answers;
	noted_context = context;
}

void
orm_answers_end(void)
{
	noted = NULL;
}

/* Text, table, and whether each function is in force and has a binding. */
static char *
print_found(const List *rows)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	foreach(cell, rows)
	{
		const OrmRegistered *row = lfirst(cell);

		appendStringInfo(&out, "%u %u %zu %08x %u %d %d;", row->function, row->function_schema, strlen(row->text),
						 orm_model_text_hash(row->text), row->relid, row->standing, row->bound);
	}
	return out.data;
}

/* Which row of pg_proc it is, and which version of it. */
static char *
print_function(const char *name, Oid schema, Oid argument)
{
	HeapTuple tuple = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(name),
									  PointerGetDatum(buildoidvector(&argument, 1)), ObjectIdGetDatum(schema));
	char *found;

	if (!HeapTupleIsValid(tuple))
		return pstrdup("");
	found = psprintf("%u %u %u/%u", ((Form_pg_proc) GETSTRUCT(tuple))->oid, HeapTupleHeaderGetRawXmin(tuple->t_data),
					 ItemPointerGetBlockNumber(&tuple->t_self), ItemPointerGetOffsetNumber(&tuple->t_self));
	ReleaseSysCache(tuple);
	return found;
}

/* Notes an answer; "found" is palloc'd. */
static void
note(const char *name, Oid schema, Oid argument, const char *found)
{
	MemoryContext caller = MemoryContextSwitchTo(noted_context);
	OrmAnswer *answer = palloc(sizeof(OrmAnswer));

	*answer = (OrmAnswer){pstrdup(name), schema, argument, pstrdup(found)};
	*noted = lappend(*noted, answer);
	MemoryContextSwitchTo(caller);
}

void
orm_answers_note(const char *name, const List *rows)
{
	if (noted != NULL)
		note(name, InvalidOid, InvalidOid, print_found(rows));
}

void
orm_answers_note_function(const char *name, Oid schema, Oid argument)
{
	if (noted != NULL)
		note(name, schema, argument, print_function(name, schema, argument));
}

/* Asks again. */
static void
ask(const OrmAnswer *answer)
{
	if (OidIsValid(answer->schema))
		orm_answers_note_function(answer->name, answer->schema, answer->argument);
	else
		(void) orm_registry_find_if_unique(answer->name);
}

/* Are two answers the same? */
static bool
same(const OrmAnswer *a, const OrmAnswer *b)
{
	return strcmp(a->name, b->name) == 0 && a->schema == b->schema && strcmp(a->found, b->found) == 0;
}

/* Asks for all answers again. */
static List *
ask_again(const List *answers)
{
	List *volatile again = NIL;
	List *list = NIL;
	ListCell *cell;

	orm_answers_begin(&list, CurrentMemoryContext);
	PG_TRY();
	{
		foreach(cell, answers)
			ask(lfirst(cell));
		again = list;
	}
	PG_FINALLY();
	{
		orm_answers_end();
	}
	PG_END_TRY();
	return again;
}

bool
orm_answers_hold(const List *answers)
{
	List *again = ask_again(answers);
	ListCell *cell;
	ListCell *other;

	Assert(list_length(again) == list_length(answers));
	forboth(cell, answers, other, again)
		if (!same(lfirst(cell), lfirst(other)))
			return false;
	return true;
}

List *
orm_answers_copy(const List *answers)
{
	List *copy = NIL;
	ListCell *cell;

	foreach(cell, answers)
	{
		const OrmAnswer *answer = lfirst(cell);
		OrmAnswer *own = palloc(sizeof(OrmAnswer));

		*own = *answer;
		own->name = pstrdup(answer->name);
		own->found = pstrdup(answer->found);
		copy = lappend(copy, own);
	}
	return copy;
}

void
orm_answers_free(List *answers)
{
	ListCell *cell;

	foreach(cell, answers)
	{
		OrmAnswer *answer = lfirst(cell);

		pfree(answer->name);
		pfree(answer->found);
		pfree(answer);
	}
	list_free(answers);
}
