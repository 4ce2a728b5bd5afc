/*
 * locate.c - whose fault it was that a statement of many rows failed.
 *
 * The server says which constraint or column, not which row.  A column that
 * may not be NULL is looked up in the rows; of a unique or foreign key the
 * server's detail has the values, as "(a, b)=(1, 2)", and of a check the whole
 * row, as "(1, 2, null)", in every language, and the row that has these is
 * looked for.  What is not found has the place that all rows have in common.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "store/locate.h"

/* So many bytes of a value are in the server's text of a row. */
#define LONGEST_FIELD 64

/* The first row that says NULL for a column, or does not give it. */
static int
find_null(const OrmSuspects *suspects, const char *column)
{
	for (int i = 0; i < suspects->n; i++)
	{
		bool isnull = false;

		if (suspects->text(suspects->argument, i, column, &isnull) == NULL)
			return i;
	}
	return -1;
}

/* The names of columns; false: one of them is an expression. */
static bool
name_columns(Oid relid, const int16 *columns, int n, const char **names)
{
	for (int i = 0; i < n; i++)
	{
		names[i] = columns[i] > 0 ? get_attname(relid, columns[i], true) : NULL;
		if (names[i] == NULL)
			return false;
	}
	return true;
}

/* The columns of a unique index that no constraint has made; returns how many, 0: none that we know. */
static int
index_columns(Oid relid, const char *name, const char **names)
{
	Oid index = get_relname_relid(name, get_rel_namespace(relid));
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	int n;

	if (!HeapTupleIsValid(tuple))
		return 0;
	form = (Form_pg_index) GETSTRUCT(tuple);
	n = form->indrelid == relid && name_columns(relid, form->indkey.values, form->indnkeyatts, names)
		? form->indnkeyatts
		: 0;
	ReleaseSysCache(tuple);
	return n;
}

/* The columns of a constraint, in its order; returns how many, 0: none that we know. */
static int
constraint_columns(Oid relid, const char *name, const char **names)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(get_relation_constraint_oid(relid, name, true)));
	int n = 0;
	bool isnull;
	Datum columns;
	ArrayType *array;

	if (!HeapTupleIsValid(tuple))
		return index_columns(relid, name, names);
	columns = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conkey, &isnull);
	array = isnull ? NULL : DatumGetArrayTypeP(columns);
	if (array != NULL && ARR_DIMS(array)[0] <= INDEX_MAX_KEYS &&
		name_columns(relid, (int16 *) ARR_DATA_PTR(array), ARR_DIMS(array)[0], names))
		n = ARR_DIMS(array)[0];
	ReleaseSysCache(tuple);
	return n;
}

/* What the server's detail has for a row's key: (a, b)=(1, 2) */
static char *
key_in_detail(const OrmSuspects *suspects, int row, const char *const *columns, int n)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%s", i ? ", " : "(", columns[i]);
	for (int i = 0; i < n; i++)
	{
		bool isnull;
		char *value = suspects->text(suspects->argument, row, columns[i], &isnull);

		if (value == NULL)
			return NULL;
		appendStringInfo(&text, "%s%s", i ? ", " : ")=(", value);
	}
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* The last row with the key of a violated constraint: the one that came too late, if it is unique. */
static int
find_key(const OrmSuspects *suspects, const char *constraint, const char *detail)
{
	const char *columns[INDEX_MAX_KEYS];
	int n = constraint_columns(suspects->relid, constraint, columns);
	int row = n > 0 ? suspects->n - 1 : -1;
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "orm blame", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(per_row);

	for (; row >= 0; row--)
	{
		char *key = key_in_detail(suspects, row, columns, n);

		if (key != NULL && strstr(detail, key) != NULL)
			break;
		MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(per_row);
	return row;
}

/*
 * Skips a column's field in the server's text of a row, if it is the row's: of a
 * value that is not known, up to the next comma.  NULL: it is another one.
 */
static const char *
skip_field(const OrmSuspects *suspects, int row, const char *column, const char *text)
{
	bool isnull = false;
	char *value = suspects->text(suspects->argument, row, column, &isnull);
	int length;

	if (value == NULL && !isnull)
		return strstr(text, ", ") ? strstr(text, ", ") : strrchr(text, ')');
	if (value == NULL)
		value = "null";
	length = strlen(value);
	if (length > LONGEST_FIELD)
		value = psprintf("%.*s...", pg_mbcliplen(value, length, LONGEST_FIELD), value);
	length = strlen(value);
	return strncmp(text, value, length) == 0 ? text + length : NULL;
}

/* How many columns a relation has, those that are dropped included. */
static int
count_columns(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int n = HeapTupleIsValid(tuple) ? ((Form_pg_class) GETSTRUCT(tuple))->relnatts : 0;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return n;
}

/* Is this the server's text of a row? */
static bool
is_row(const OrmSuspects *suspects, int row, const char *text)
{
	int ncolumns = count_columns(suspects->relid);
	bool first = true;

	for (int i = 1; text != NULL && i <= ncolumns; i++)
	{
		HeapTuple tuple = SearchSysCacheAttNum(suspects->relid, i);

		if (!HeapTupleIsValid(tuple))
			continue; /* dropped */
		if (!first)
			text = strncmp(text, ", ", 2) == 0 ? text + 2 : NULL;
		first = false;
		if (text != NULL)
			text = skip_field(suspects, row, NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname), text);
		ReleaseSysCache(tuple);
	}
	return text != NULL && *text == ')';
}

/* The first row that a detail shows: ... (1, x, null). */
static int
find_row(const OrmSuspects *suspects, const char *detail)
{
	const char *text = strchr(detail, '(');
	int row = text != NULL ? 0 : suspects->n;
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "orm blame", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(per_row);

	while (row < suspects->n && !is_row(suspects, row, text + 1))
	{
		MemoryContextReset(per_row);
		row++;
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(per_row);
	return row < suspects->n ? row : -1;
}

int
orm_locate_row(const OrmSuspects *suspects, const ErrorData *error)
{
	char *relation;

	/* when any of these is raised nothing is locked, and the catalogs may be asked */
	if (error->table_name == NULL ||
		(error->sqlerrcode != ERRCODE_NOT_NULL_VIOLATION && error->sqlerrcode != ERRCODE_CHECK_VIOLATION &&
		 error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION && error->sqlerrcode != ERRCODE_FOREIGN_KEY_VIOLATION))
		return -1;
	relation = get_rel_name(suspects->relid);
	if (relation == NULL || strcmp(error->table_name, relation) != 0)
		return -1;
	if (error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION)
		return error->column_name != NULL ? find_null(suspects, error->column_name) : -1;
	if (error->constraint_name == NULL || error->detail == NULL)
		return -1;
	return error->sqlerrcode == ERRCODE_CHECK_VIOLATION ? find_row(suspects, error->detail)
														: find_key(suspects, error->constraint_name, error->detail);
}

/* What a record of a batch gives for a column. */
static char *
record_text(const void *argument, int row, const char *column, bool *isnull)
{
	const OrmBatch *batch = argument;
	const OrmModel *model = batch->write->model;
	const OrmRecord *record = batch->records[row];

	for (int a = 0; a < model->nattributes; a++)
	{
		if (strcmp(model->attributes[a].column, column) != 0)
			continue;
		if (!record->given[a] || (record->patch != NULL && record->patch[a] != ORM_PATCH_SET))
			return NULL;
		*isnull = record->isnull[a];
		return *isnull ? NULL : OutputFunctionCall(&model->attributes[a].type->output, record->values[a]);
	}
	return NULL;
}

void
orm_locate_rethrow(const OrmBatch *batch, MemoryContext caller)
{
	MemoryContext error_context = MemoryContextSwitchTo(caller);
	ErrorData *error = CopyErrorData();
	OrmSuspects suspects = {batch->write->model->relid, batch->n, record_text, batch};
	int culprit = orm_locate_row(&suspects, error);
	OrmPath room;

	MemoryContextSwitchTo(error_context);
	orm_error_rethrow_at(culprit >= 0 ? orm_record_place(batch->records[culprit], &room) : orm_batch_place(batch),
						 caller);
}
