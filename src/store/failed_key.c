/*
 * failed_key.c - finding the row that an index refused; see failed_key.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/attempt.h"
#include "store/failed_key.h"
#include "store/index_row.h"

/* A search for the row of a key. */
typedef struct KeySearch
{
	const OrmSuspects *suspects;
	Oid index;
	const char *detail;
	int found;
	int row; /* the current one */
} KeySearch;

/* Reads the text of a column of the current row. */
static bool
read_column(void *argument, Form_pg_attribute column, Datum *value, bool *isnull)
{
	const KeySearch *search = argument;
	char *text;
	Oid input;
	Oid parameter;

	*isnull = false;
	text = search->suspects->text(search->suspects->argument, search->row, NameStr(column->attname), isnull);
	if (*isnull)
		return true;
	if (text == NULL)
		return false;
	getTypeInputInfo(column->atttypid, &input, &parameter);
	*value = OidInputFunctionCall(input, text, parameter, column->atttypmod);
	return true;
}

/* Does the detail show the key of the current row? */
static bool
is_shown(const KeySearch *search, OrmIndexRow *row)
{
	char *key = BuildIndexValueDescription(row->index, row->values, row->isnull);

	bool shown = key != NULL && strstr(search->detail, key) != NULL;

	if (key != NULL)
		pfree(key);
	return shown;
}

/* Searches the rows, the last one first: it is the second one of two equal rows.  The work of orm_attempt. */
static void
run(void *argument)
{
	KeySearch *search = argument;
	OrmIndexRow row = {.value = read_column, .argument = search, .inserted = search->suspects->inserted};

	orm_index_row_open(&row, search->index);
	for (search->row = search->suspects->n - 1; search->found < 0 && search->row >= 0; search->row--)
	{
		CHECK_FOR_INTERRUPTS();
		if (orm_index_row_read(&row) && is_shown(search, &row))
			search->found = search->row;
	}
	orm_index_row_close(&row);
}

int
orm_failed_key_row(const OrmSuspects *suspects, Oid relid, const ErrorData *error)
{
	KeySearch search = {
		.suspects = suspects,
		.index = get_relname_relid(error->constraint_name, get_rel_namespace(relid)),
		.detail = error->detail,
		.found = -1,
	};
	char kind = get_rel_relkind(search.index);

	if (kind != RELKIND_INDEX && kind != RELKIND_PARTITIONED_INDEX)
		return -1;
	return orm_attempt(run, &search, ORM_ATTEMPT_UNDO) == NULL ? search.found : -1;
}
