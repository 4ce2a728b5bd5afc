/*
 * finding.c - findings; see finding.h.
 */
#include "postgres.h"

#include "nodes/pg_list.h"

#include "base/attempt.h"
#include "exec/json.h"
#include "graph/finding.h"
#include "graph/labels.h"

/* All reasons at one place. */
typedef struct Finding
{
	char *place;
	List *reasons; /* of char * */
} Finding;

struct OrmFindings
{
	MemoryContext context;
	List *list;		  /* of Finding *, in the order of discovery */
	OrmLabels *table; /* the same, by place */
};

OrmFindings *
orm_finding_make(void)
{
	OrmFindings *findings = palloc0(sizeof(OrmFindings));

	findings->context = CurrentMemoryContext;
	findings->table = orm_labels_make(CurrentMemoryContext);
	return findings;
}

/* Adds a reason at a place, given as text. */
static void
add(OrmFindings *findings, const char *place, const char *reason)
{
	MemoryContext caller = MemoryContextSwitchTo(findings->context);
	Finding *finding = orm_labels_find(findings->table, place);
	ListCell *cell;
	bool known = false;

	if (finding == NULL)
	{
		finding = palloc0(sizeof(Finding));
		finding->place = pstrdup(place);
		findings->list = lappend(findings->list, finding);
		orm_labels_put(findings->table, finding->place, finding);
	}
	foreach(cell, finding->reasons)
		known = known || strcmp(lfirst(cell), reason) == 0;
	if (!known)
		finding->reasons = lappend(finding->reasons, pstrdup(reason));
	MemoryContextSwitchTo(caller);
}

void
orm_finding_add(OrmFindings *findings, const OrmPath *place, const char *reason)
{
	add(findings, orm_path_text(place), reason);
}

/* Is the error not about data: out of resources, a system or internal error? */
static bool
is_not_about_data(int sqlerrcode)
{
	int class = ERRCODE_TO_CATEGORY(sqlerrcode);

	return class == ERRCODE_INSUFFICIENT_RESOURCES || class == ERRCODE_SYSTEM_ERROR || class == ERRCODE_INTERNAL_ERROR;
}

/* The place that an error names ("At tags[1].", the second of two places), else the given one. */
static char *
place_of(const ErrorData *error, const OrmPath *place)
{
	const char *start;
	const char *end;
	const char *other;

	if (error->detail == NULL || strncmp(error->detail, "At ", 3) != 0)
		return orm_path_text(place);
	start = error->detail + 3;
	end = strstr(start, ". ");
	if (end == NULL)
		end = start + strlen(start) - 1;
	other = strstr(start, " and ");
	if (other != NULL && other < end)
		start = other + 5;
	return pnstrdup(start, end - start);
}

/* Runs "work"; returns its error, or NULL. */
static ErrorData *
attempt(OrmFindings *findings, void (*work)(void *), void *argument)
{
	ErrorData *error;

	if (findings == NULL)
	{
		work(argument);
		return NULL;
	}
	error = orm_attempt(work, argument, ORM_ATTEMPT_KEEP);
	if (error != NULL && is_not_about_data(error->sqlerrcode))
		ReThrowError(error);
	return error;
}

bool
orm_finding_try(OrmFindings *findings, void (*work)(void *), void *argument, const OrmPath *place)
{
	const ErrorData *error = attempt(findings, work, argument);

	if (error != NULL)
		add(findings, place_of(error, place), error->message);
	return error == NULL;
}

bool
orm_finding_look(OrmFindings *findings, void (*work)(void *), void *argument)
{
	return attempt(findings, work, argument) == NULL;
}

Datum
orm_finding_json(const OrmFindings *findings)
{
	StringInfoData out;
	ListCell *cell;

	orm_json_begin(&out);
	appendStringInfoChar(&out, '{');
	foreach(cell, findings->list)
	{
		const Finding *finding = lfirst(cell);
		ListCell *reason;

		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(&out, ',');
		orm_json_write_string(&out, finding->place, strlen(finding->place));
		appendStringInfoString(&out, ":[");
		foreach(reason, finding->reasons)
		{
			if (foreach_current_index(reason) > 0)
				appendStringInfoChar(&out, ',');
			orm_json_write_string(&out, lfirst(reason), strlen(lfirst(reason)));
		}
		appendStringInfoChar(&out, ']');
	}
	appendStringInfoChar(&out, '}');
	return orm_json_end(&out);
}
