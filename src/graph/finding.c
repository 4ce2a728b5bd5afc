/*
 * finding.c - findings; see finding.h.
 */
#include "postgres.h"

#include "nodes/pg_list.h"

#include "base/attempt.h"
#include "exec/json.h"
#include "graph/finding.h"
#include "graph/labels.h"

/* All findings at one place. */
typedef struct Place
{
	char *name;
	List *findings; /* of OrmFinding * */
} Place;

struct OrmFindings
{
	MemoryContext context;
	List *list;		  /* of Place *, in the order of discovery */
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

/* A copy in the current memory context. */
static OrmFinding *
copy(const OrmFinding *finding)
{
	OrmFinding *copied = palloc(sizeof(OrmFinding));

	*copied = *finding;
	copied->reason = pstrdup(finding->reason);
	if (finding->limit != NULL)
		copied->limit = pstrdup(finding->limit);
	if (finding->attributes != NULL)
		copied->attributes = pstrdup(finding->attributes);
	return copied;
}

/* Adds a finding at a place, given as text. */
static void
add(OrmFindings *findings, const char *name, const OrmFinding *finding)
{
	MemoryContext caller = MemoryContextSwitchTo(findings->context);
	Place *place = orm_labels_find(findings->table, name);
	ListCell *cell;
	bool known = false;

	if (place == NULL)
	{
		place = palloc0(sizeof(Place));
		place->name = pstrdup(name);
		findings->list = lappend(findings->list, place);
		orm_labels_put(findings->table, place->name, place);
	}
	foreach(cell, place->findings)
		known = known || strcmp(((const OrmFinding *) lfirst(cell))->reason, finding->reason) == 0;
	if (!known)
		place->findings = lappend(place->findings, copy(finding));
	MemoryContextSwitchTo(caller);
}

void
orm_finding_add(OrmFindings *findings, const OrmPath *place, const OrmFinding *finding)
{
	add(findings, orm_path_text(place), finding);
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

/* The rules of errors, by SQLSTATE; the first one that fits. */
static const struct
{
	int sqlerrcode;
	bool category; /* every error of its class, too */
	const char *rule;
} rules_of_errors[] = {
	{ERRCODE_NOT_NULL_VIOLATION, false, "required"},
	{ERRCODE_UNIQUE_VIOLATION, false, "unique"},
	{ERRCODE_FOREIGN_KEY_VIOLATION, false, "foreign_key"},
	{ERRCODE_CHECK_VIOLATION, false, "type"}, /* of a domain */
	{ERRCODE_INVALID_PARAMETER_VALUE, false, "document"},
	{ERRCODE_INVALID_TEXT_REPRESENTATION, true, "type"},
	{ERRCODE_NO_DATA_FOUND, false, "row"},
	{ERRCODE_T_R_SERIALIZATION_FAILURE, false, "row"},
};

/* The rule that an error violates; "document": what is written is not what the model has. */
static const char *
rule_of(int sqlerrcode)
{
	for (int i = 0; i < (int) lengthof(rules_of_errors); i++)
		if (sqlerrcode == rules_of_errors[i].sqlerrcode ||
			(rules_of_errors[i].category &&
			 ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_TO_CATEGORY(rules_of_errors[i].sqlerrcode)))
			return rules_of_errors[i].rule;
	return "document";
}

bool
orm_finding_try(OrmFindings *findings, void (*work)(void *), void *argument, const OrmPath *place)
{
	const ErrorData *error = attempt(findings, work, argument);

	if (error != NULL)
	{
		OrmFinding finding = {error->message, rule_of(error->sqlerrcode), error->sqlerrcode, NULL, NULL};

		add(findings, place_of(error, place), &finding);
	}
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
		const Place *place = lfirst(cell);
		ListCell *item;

		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(&out, ',');
		orm_json_write_string(&out, place->name, strlen(place->name));
		appendStringInfoString(&out, ":[");
		foreach(item, place->findings)
		{
			const char *reason = ((const OrmFinding *) lfirst(item))->reason;

			if (foreach_current_index(item) > 0)
				appendStringInfoChar(&out, ',');
			orm_json_write_string(&out, reason, strlen(reason));
		}
		appendStringInfoChar(&out, ']');
	}
	appendStringInfoChar(&out, '}');
	return orm_json_end(&out);
}

/* Appends a member with a text, or null. */
static void
write_member(StringInfo out, const char *key, const char *text)
{
	appendStringInfo(out, ",\"%s\":", key);
	if (text == NULL)
		appendStringInfoString(out, "null");
	else
		orm_json_write_string(out, text, strlen(text));
}

/* The attribute that a place names last; NULL: it is an object. */
static const char *
attribute_of(const char *place)
{
	const char *dot = strrchr(place, '.');
	size_t length = strlen(place);

	if (length == 0 || place[length - 1] == ']')
		return NULL;
	return dot != NULL ? dot + 1 : place;
}

/* Appends a finding as an object. */
static void
write_violation(StringInfo out, const char *place, const OrmFinding *finding)
{
	appendStringInfoString(out, "{\"path\":");
	orm_json_write_string(out, place, strlen(place));
	write_member(out, "attribute", attribute_of(place));
	write_member(out, "rule", finding->rule);
	write_member(out, "message", finding->reason);
	write_member(out, "sqlstate", unpack_sql_state(finding->sqlerrcode));
	appendStringInfoString(out, ",\"parameters\":{");
	if (finding->limit != NULL)
	{
		appendStringInfoString(out, "\"limit\":");
		orm_json_write_string(out, finding->limit, strlen(finding->limit));
	}
	if (finding->attributes != NULL)
		appendStringInfo(out, "\"attributes\":%s", finding->attributes);
	appendStringInfoString(out, "}}");
}

Datum
orm_finding_violations(const OrmFindings *findings)
{
	StringInfoData out;
	bool first = true;
	ListCell *cell;
	ListCell *item;

	orm_json_begin(&out);
	appendStringInfoChar(&out, '[');
	foreach(cell, findings->list)
	{
		const Place *place = lfirst(cell);

		foreach(item, place->findings)
		{
			if (!first)
				appendStringInfoChar(&out, ',');
			first = false;
			write_violation(&out, place->name, lfirst(item));
		}
	}
	appendStringInfoChar(&out, ']');
	return orm_json_end(&out);
}

int
orm_finding_count(const OrmFindings *findings)
{
	int n = 0;
	ListCell *cell;

	foreach(cell, findings->list)
		n += list_length(((const Place *) lfirst(cell))->findings);
	return n;
}

int
orm_finding_first(const OrmFindings *findings)
{
	return ((const OrmFinding *) linitial(((const Place *) linitial(findings->list))->findings))->sqlerrcode;
}
