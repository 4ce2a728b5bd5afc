/*
 * blame.c - whose fault it was that a statement of many rows failed.
 *
 * The server says which constraint or column, not which row.  A column that
 * may not be NULL is looked up in the records; of a unique or foreign key the
 * server's detail has the values, as "(a, b)=(1, 2)" in every language, and
 * the record that has these is looked for.  What is not found has the place
 * that all records have in common.
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/pg_constraint.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "write/batch.h"

/* The first record that says NULL for a column, or does not give it. */
static const OrmRecord *
find_null(const OrmBatch *batch, const char *column)
{
	const OrmModel *model = batch->write->model;

	for (int a = 0; a < model->nattributes; a++)
		if (strcmp(model->attributes[a].column, column) == 0)
			for (int i = 0; i < batch->n; i++)
				if (!batch->records[i]->given[a] || batch->records[i]->isnull[a])
					return batch->records[i];
	return NULL;
}

/* The attributes of a constraint, in its order; returns how many, 0: none that we know. */
static int
constraint_attributes(const OrmModel *model, const char *name, int *attributes)
{
	Oid			constraint = get_relation_constraint_oid(model->relid, name, true);
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	int			n = 0;
	bool		isnull;
	Datum		columns;
	ArrayType  *array;

	if (!HeapTupleIsValid(tuple))
		return 0;
	columns = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conkey, &isnull);
	array = isnull ? NULL : DatumGetArrayTypeP(columns);
	for (int i = 0; array != NULL && i < ARR_DIMS(array)[0] && i < INDEX_MAX_KEYS; i++)
		for (int a = 0; a < model->nattributes; a++)
			if (model->attributes[a].attnum == ((AttrNumber *) ARR_DATA_PTR(array))[i])
				attributes[n++] = a;
	ReleaseSysCache(tuple);
	return n;
}

/* What the server's detail has for a record's key: (a, b)=(1, 2) */
static char *
key_in_detail(const OrmModel *model, const OrmRecord *record, const int *attributes, int n)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%s", i ? ", " : "(", model->attributes[attributes[i]].column);
	for (int i = 0; i < n; i++)
	{
		OrmType    *type = model->attributes[attributes[i]].type;

		if (!record->given[attributes[i]] || record->isnull[attributes[i]])
			return NULL;
		appendStringInfo(&text, "%s%s", i ? ", " : ")=(",
						 OutputFunctionCall(&type->output, record->values[attributes[i]]));
	}
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* The last record with the key of a violated constraint: the one that came too late, if it is unique. */
static const OrmRecord *
find_key(const OrmBatch *batch, const char *constraint, const char *detail)
{
	const OrmModel *model = batch->write->model;
	int			attributes[INDEX_MAX_KEYS];
	int			n = constraint_attributes(model, constraint, attributes);

	for (int i = batch->n - 1; n > 0 && i >= 0; i--)
	{
		char	   *key = key_in_detail(model, batch->records[i], attributes, n);

		if (key != NULL && strstr(detail, key) != NULL)
			return batch->records[i];
	}
	return NULL;
}

/* The record that an error is about, or NULL. */
static const OrmRecord *
find_culprit(const OrmBatch *batch, const ErrorData *error)
{
	if (error->table_name == NULL || strcmp(error->table_name, batch->write->model->relation) != 0)
		return NULL;
	if (error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION && error->column_name != NULL)
		return find_null(batch, error->column_name);
	/* when these two are raised nothing is locked, and the catalogs may be asked */
	if ((error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION || error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION) &&
		error->constraint_name != NULL && error->detail != NULL)
		return find_key(batch, error->constraint_name, error->detail);
	return NULL;
}

/* The place that all records of a batch in a graph have in common. */
static const OrmPath *
common_place(const OrmBatch *batch)
{
	OrmPath		room;
	const OrmPath *place;

	if (batch->records[0]->object == NULL)
		return NULL;
	place = orm_record_place(batch->records[0], &room);
	for (int i = 1; i < batch->n && place != NULL; i++)
		place = orm_path_common(place, orm_record_place(batch->records[i], &room));
	return place;
}

void
orm_batch_rethrow(const OrmBatch *batch, MemoryContext caller)
{
	MemoryContext error_context = MemoryContextSwitchTo(caller);
	ErrorData  *error = CopyErrorData();
	const OrmRecord *culprit = find_culprit(batch, error);
	OrmPath		room;

	MemoryContextSwitchTo(error_context);
	orm_error_rethrow_at(culprit ? orm_record_place(culprit, &room) : common_place(batch), caller);
}
