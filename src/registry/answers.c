/*
 * answers.c - see answers.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "registry/answers.h"
#include "registry/model_text.h"
#include "registry/registry.h"

typedef struct OrmAnswer
{
	char *name;
	char *found; /* what matters of the functions, as text */
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

void
orm_answers_note(const char *name, const List *rows)
{
	MemoryContext caller;
	OrmAnswer *answer;

	if (noted == NULL)
		return;
	caller = MemoryContextSwitchTo(noted_context);
	answer = palloc(sizeof(OrmAnswer));
	answer->name = pstrdup(name);
	answer->found = print_found(rows);
	*noted = lappend(*noted, answer);
	MemoryContextSwitchTo(caller);
}

/* Are two answers the same? */
static bool
same(const OrmAnswer *a, const OrmAnswer *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->found, b->found) == 0;
}

/* Asks for the names of answers again. */
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
			(void) orm_registry_find_if_unique(((OrmAnswer *) lfirst(cell))->name);
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
