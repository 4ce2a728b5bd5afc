/*
 * failed_row.c - finding the row that made a statement of many rows fail; see
 * failed_row.h.
 *
 * The server reports the constraint or column, but not the row.  In every
 * language the detail of a unique, exclusion or foreign key violation has the
 * key as "(a, b)=(1, 2)", and that of a check or NOT NULL violation has the
 * failing row as "(1, 2, null)", as far as the caller may read it.  The rows
 * are searched for these values.  What this does not find is evaluated again:
 * the expressions of an index (failed_key.h), and patches (failed_patch.h).
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "store/failed_key.h"
#include "store/failed_patch.h"
#include "base/compat.h"
#include "base/error.h"
#include "exec/conceal.h"
#include "exec/reword.h"
#include "store/failed_row.h"

/* The server truncates values in the text of a row to this many bytes. */
#define LONGEST_FIELD 64

/* The first row whose value for a column is NULL or missing, or -1. */
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

/* Stores the names of columns; false if one of them is an expression. */
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

/* Stores the names of the columns of a unique index without a constraint; returns their number, 0 if unknown. */
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

/* A violated constraint of a relation. */
typedef struct Violated
{
	Oid relid;
	const char *constraint;
	int n; /* number of columns; 0: unknown */
	const char *columns[INDEX_MAX_KEYS];
} Violated;

/* Reads the columns from an array column of pg_constraint. */
static void
read_columns(Violated *violated, HeapTuple tuple, AttrNumber attribute, Oid relid)
{
	bool isnull;
	Datum columns = SysCacheGetAttr(CONSTROID, tuple, attribute, &isnull);
	ArrayType *array = isnull ? NULL : DatumGetArrayTypeP(columns);

	if (array != NULL && ARR_DIMS(array)[0] <= INDEX_MAX_KEYS &&
		name_columns(relid, (int16 *) ARR_DATA_PTR(array), ARR_DIMS(array)[0], violated->columns))
		violated->n = ARR_DIMS(array)[0];
}

/*
 * Reads the columns of the violated constraint.  "ours": it belongs to the
 * table of the rows; else it is a foreign key that references the table, and
 * the referenced columns are read.
 */
static void
read_constraint(Violated *violated, const OrmSuspects *suspects, bool ours)
{
	Oid constraint = get_relation_constraint_oid(violated->relid, violated->constraint, true);
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));

	violated->n = 0;
	if (!HeapTupleIsValid(tuple))
	{
		if (ours)
			violated->n = index_columns(violated->relid, violated->constraint, violated->columns);
		return;
	}
	if (ours)
		read_columns(violated, tuple, Anum_pg_constraint_conkey, violated->relid);
	else if (((Form_pg_constraint) GETSTRUCT(tuple))->confrelid == suspects->relid)
		read_columns(violated, tuple, Anum_pg_constraint_confkey, suspects->relid);
	ReleaseSysCache(tuple);
}

/* A comparison of a row with the server's text of it. */
typedef struct Comparison
{
	const OrmSuspects *suspects;
	int row;
	int longest; /* values are truncated to this length; 0: not at all */
	int known;	 /* number of fields compared */
} Comparison;

/*
 * Skips the field of a column in the server's text, if it matches the row's
 * value.  A missing value matches everything up to the next comma.  Returns
 * NULL if the field does not match.
 */
static const char *
skip_field(Comparison *comparison, const char *column, const char *text)
{
	const OrmSuspects *suspects = comparison->suspects;
	bool isnull = false;
	char *value = suspects->text(suspects->argument, comparison->row, column, &isnull);
	int length;

	if (value == NULL && !isnull)
		return strstr(text, ", ") ? strstr(text, ", ") : strrchr(text, ')');
	if (value == NULL)
		value = "null";
	length = strlen(value);
	if (comparison->longest > 0 && length > comparison->longest)
		value = psprintf("%.*s...", pg_mbcliplen(value, length, comparison->longest), value);
	length = strlen(value);
	comparison->known++;
	return strncmp(text, value, length) == 0 ? text + length : NULL;
}

/* Does the server's text, (1, 2) of (a, b)=(1, 2), show the row's values of the key? */
static bool
is_key(Comparison *comparison, const Violated *violated, const char *values)
{
	const char *text = values;

	for (int i = 0; text != NULL && i < violated->n; i++)
	{
		if (i > 0)
			text = strncmp(text, ", ", 2) == 0 ? text + 2 : NULL;
		if (text != NULL)
			text = skip_field(comparison, violated->columns[i], text);
	}
	return text != NULL && *text == ')';
}

/* The position after "(a, b)=(" in an error detail; NULL if it is not there. */
static const char *
values_in_detail(const Violated *violated, const char *detail)
{
	StringInfoData names;
	const char *found;

	initStringInfo(&names);
	for (int i = 0; i < violated->n; i++)
		appendStringInfo(&names, "%s%s", i ? ", " : "(", violated->columns[i]);
	appendStringInfoString(&names, ")=(");
	found = strstr(detail, names.data);
	return found != NULL ? found + names.len : NULL;
}

/*
 * The last row with the key that the detail shows: for a unique key, the second
 * one of two equal rows.  A row that gives only a part of the key matches if it
 * is the only such row.  Returns -1 if no row matches.
 */
static int
find_key(const OrmSuspects *suspects, const Violated *violated, const char *detail)
{
	const char *values = violated->n > 0 ? values_in_detail(violated, detail) : NULL;
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "orm blame", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(per_row);
	int possible = -1;
	int npossible = 0;
	int found = -1;

	for (int row = suspects->n - 1; values != NULL && found < 0 && row >= 0; row--)
	{
		Comparison comparison = {suspects, row, 0, 0};

		if (is_key(&comparison, violated, values))
		{
			if (comparison.known == violated->n)
				found = row;
			else if (comparison.known > 0)
			{
				possible = row;
				npossible++;
			}
		}
		MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(per_row);
	return found >= 0 || npossible != 1 ? found : possible;
}

/* The number of columns of a relation, including dropped ones. */
static int
count_columns(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int n = HeapTupleIsValid(tuple) ? ((Form_pg_class) GETSTRUCT(tuple))->relnatts : 0;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return n;
}

/* Does the server's text show this row? */
static bool
is_row(Comparison *comparison, const char *text)
{
	Oid relid = comparison->suspects->relid;
	int ncolumns = count_columns(relid);
	bool first = true;

	for (int i = 1; text != NULL && i <= ncolumns; i++)
	{
		HeapTuple tuple = SearchSysCacheAttNum(relid, i);

		if (!HeapTupleIsValid(tuple))
			continue; /* dropped */
		if (!first)
			text = strncmp(text, ", ", 2) == 0 ? text + 2 : NULL;
		first = false;
		if (text != NULL)
			text = skip_field(comparison, NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname), text);
		ReleaseSysCache(tuple);
	}
	return text != NULL && *text == ')';
}

/* The first row that matches the row shown in a detail, (1, x, null), or -1. */
static int
find_row(const OrmSuspects *suspects, const char *detail)
{
	const char *text = strchr(detail, '(');
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "orm blame", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(per_row);
	int found = -1;

	for (int row = 0; text != NULL && found < 0 && row < suspects->n; row++)
	{
		Comparison comparison = {suspects, row, LONGEST_FIELD, 0};

		if (is_row(&comparison, text + 1) && comparison.known > 0)
			found = row;
		MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(per_row);
	return found;
}

/* Is a relation the table of the rows, or a partition or inheritance child of it? */
static bool
holds_rows(Oid relid, Oid of)
{
	return relid == of || typeInheritsFrom(get_rel_type_id(relid), get_rel_type_id(of));
}

/* Finds the row of a unique, exclusion or foreign key violation, or -1. */
static int
find_by_constraint(const OrmSuspects *suspects, const ErrorData *error, Oid relid, bool ours)
{
	Violated violated = {.relid = relid, .constraint = error->constraint_name};
	bool foreign = error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION;
	int row = -1;

	if (error->constraint_name == NULL || error->detail == NULL)
		return -1;
	if (ours)
	{
		read_constraint(&violated, suspects, true);
		row = find_key(suspects, &violated, error->detail);
	}
	if (row < 0 && ours && !foreign)
		row = orm_failed_key_row(suspects, relid, error);
	if (row >= 0 || !foreign)
		return row;
	read_constraint(&violated, suspects, false);
	return find_key(suspects, &violated, error->detail);
}

/* Finds the row whose primary key the detail shows, or -1. */
static int
find_by_primary_key(const OrmSuspects *suspects, const ErrorData *error, Oid relid)
{
	Violated violated = {.relid = relid};
	Relation relation = error->detail != NULL ? try_relation_open(relid, AccessShareLock) : NULL;
	Oid index;

	if (relation == NULL)
		return -1;
	index = orm_primary_key_index(relation);
	relation_close(relation, NoLock);
	if (OidIsValid(index))
		violated.n = index_columns(relid, get_rel_name(index), violated.columns);
	return find_key(suspects, &violated, error->detail);
}

int
orm_failed_row_row(const OrmSuspects *suspects, const ErrorData *error)
{
	Oid relid = orm_error_table(error);
	int row = -1;
	bool ours;

	/* these errors are raised without locks that would make catalog lookups unsafe */
	if (!OidIsValid(relid))
		return -1;
	ours = holds_rows(relid, suspects->relid);
	if (error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION || error->sqlerrcode == ERRCODE_EXCLUSION_VIOLATION ||
		error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION)
		return find_by_constraint(suspects, error, relid, ours);
	if (ours && error->sqlerrcode == ERRCODE_GENERATED_ALWAYS)
		return find_by_primary_key(suspects, error, relid);
	if (!ours || (error->sqlerrcode != ERRCODE_NOT_NULL_VIOLATION && error->sqlerrcode != ERRCODE_CHECK_VIOLATION))
		return -1;
	if (error->detail != NULL)
		row = find_row(suspects, error->detail);
	if (row < 0 && error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION && error->column_name != NULL)
		row = find_null(suspects, error->column_name);
	return row;
}

/* The value that a record gives for a column, as OrmSuspects.text. */
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

/* The name of the attribute of a column, or else of the column. */
static const char *
attribute_name(const OrmModel *model, const char *column)
{
	for (int a = 0; a < model->nattributes; a++)
		if (strcmp(model->attributes[a].column, column) == 0)
			return model->attributes[a].name;
	return column;
}

/* Writes Key (attribute)=(value) instead of Key (column)=(value) into the DETAIL of a unique violation. */
static void
name_attributes(ErrorData *error, const OrmModel *model)
{
	Violated violated = {.relid = model->relid, .constraint = error->constraint_name};
	const char *values = NULL;
	StringInfoData detail;
	int length = strlen("()=(");

	if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION || error->detail == NULL || error->constraint_name == NULL)
		return;
	read_constraint(&violated, NULL, true);
	if (violated.n > 0)
		values = values_in_detail(&violated, error->detail);
	if (values == NULL)
		return;
	for (int i = 0; i < violated.n; i++)
		length += strlen(violated.columns[i]) + (i > 0 ? strlen(", ") : 0);
	initStringInfo(&detail);
	appendBinaryStringInfo(&detail, error->detail, values - error->detail - length);
	for (int i = 0; i < violated.n; i++)
		appendStringInfo(&detail, "%s%s", i > 0 ? ", " : "(", attribute_name(model, violated.columns[i]));
	appendStringInfo(&detail, ")=(%s", values);
	error->detail = detail.data;
}

/* The place of an error with a message of the model: of its attribute, instead of the failing row. */
static const OrmPath *
point_at(ErrorData *error, const OrmModel *model, const OrmPath *place, OrmPath *here)
{
	error->detail = NULL;
	for (int a = 0; error->column_name != NULL && a < model->nattributes; a++)
		if (strcmp(model->attributes[a].column, error->column_name) == 0)
		{
			*here = orm_path_key(place, model->attributes[a].name);
			return here;
		}
	return place;
}

void
orm_failed_row_hint_exchange(ErrorData *error)
{
	if (error->hint == NULL)
		error->hint = pstrdup("Rows that exchange unique values need a constraint that is DEFERRABLE.");
}

/* Adds the hint if rows whose keys are not known yet could have released the value. */
static void
hint_unknown_givers(ErrorData *error, const OrmBatch *batch)
{
	const OrmWrite *write = batch->write;

	if ((error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION || error->sqlerrcode == ERRCODE_EXCLUSION_VIOLATION) &&
		write->givers != NULL && write->has_unknown_givers(batch, error->constraint_name))
		orm_failed_row_hint_exchange(error);
}

void
orm_failed_row_rethrow(const OrmBatch *batch, const OrmStatement *statement, MemoryContext caller)
{
	ErrorData *error = orm_error_take(caller);
	OrmSuspects suspects = {
		.relid = batch->write->model->relid,
		.n = batch->n,
		.text = record_text,
		.argument = batch,
		.inserted = statement != NULL && statement->kind == ORM_KIND_INSERT,
	};
	char *shown = error->detail;
	const OrmPath *place;
	OrmPath room;
	OrmPath here;
	int culprit;

	error->detail = orm_conceal_original(error);
	culprit = orm_failed_row_row(&suspects, error);
	error->detail = shown;
	if (culprit < 0 && statement != NULL)
		culprit = orm_failed_patch_row(statement, batch, error);
	place = culprit >= 0 ? orm_record_place(batch->records[culprit], &room) : orm_batch_place(batch);
	if (orm_reword_is_done(error))
		place = point_at(error, batch->write->model, place, &here);
	name_attributes(error, batch->write->model);
	hint_unknown_givers(error, batch);
	orm_error_throw_at(error, place);
}

void
orm_failed_row_rethrow_only(const OrmBatch *batch, MemoryContext caller)
{
	const OrmModel *model = batch->write->model;
	ErrorData *error = orm_error_take(caller);
	OrmPath room;
	OrmPath here;
	const OrmPath *place = orm_record_place(batch->records[0], &room);

	Assert(batch->n == 1);
	if (orm_reword_is_done(error))
		place = point_at(error, model, place, &here);
	name_attributes(error, model);
	hint_unknown_givers(error, batch);
	orm_error_throw_at(error, place);
}
