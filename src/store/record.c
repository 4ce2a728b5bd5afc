/*
 * record.c - records; see record.h.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "model/normalize.h"
#include "store/record.h"

OrmRecord *
orm_record_make(const OrmModel *model, int n)
{
	Size nattributes = model->nattributes;
	OrmRecord *records = palloc_extended(sizeof(OrmRecord) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	char *room = palloc_extended((sizeof(Datum) + 2 * sizeof(bool)) * Max(nattributes * n, 1),
								 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	Datum *values = (Datum *) room;
	bool *flags = (bool *) (values + nattributes * n);

	for (int i = 0; i < n; i++)
	{
		records[i].values = values + i * nattributes;
		records[i].isnull = flags + 2 * i * nattributes;
		records[i].given = records[i].isnull + nattributes;
		records[i].index = -1;
	}
	return records;
}

void
orm_record_set_patch(OrmRecord *record, const OrmModel *model, int attribute, OrmPatch patch)
{
	if (record->patch == NULL)
		record->patch = palloc0(sizeof(uint8) * model->nattributes);
	record->patch[attribute] = patch;
}

void
orm_record_normalize(OrmRecord *record, const OrmModel *model)
{
	for (int i = 0; i < model->nattributes; i++)
		if (model->attributes[i].normalizes != NULL && record->given[i])
			record->values[i] = orm_normalize_value(&model->attributes[i], model->attributes[i].type->oid,
													record->values[i], &record->isnull[i], NULL);
}

int
orm_record_needs_row(const OrmRecord *record, const OrmModel *model)
{
	for (int i = 0; record->patch != NULL && i < model->nattributes; i++)
		if (record->given[i] && record->patch[i] != ORM_PATCH_SET && !orm_patch_makes_value(record->patch[i]))
			return i;
	return -1;
}

void
orm_record_copy_key(OrmRecord *record, const OrmKey *key, const Datum *values)
{
	for (int i = 0; i < key->nattributes; i++)
		orm_record_set(record, key->attributes[i], values[i], false);
}

void
orm_record_key(const OrmRecord *record, const OrmKey *key, Datum *values)
{
	Assert(orm_record_has_key(record, key));
	for (int i = 0; i < key->nattributes; i++)
		values[i] = record->values[key->attributes[i]];
}

bool
orm_record_has_key(const OrmRecord *record, const OrmKey *key)
{
	int ncolumns = key->nattributes - key->nexpressed;

	for (int i = 0; i < key->nattributes; i++)
		if (!record->given[key->attributes[i]] ||
			(record->isnull[key->attributes[i]] && !key->nulls_equal && i < ncolumns))
			return false;
	return true;
}

bool
orm_record_has_null(const OrmRecord *record, const OrmKey *key)
{
	for (int i = 0; i < key->nattributes; i++)
		if (record->isnull[key->attributes[i]])
			return true;
	return false;
}

void
orm_record_set_wrong(OrmRecord *record, const OrmModel *model, int attribute)
{
	if (record->wrong == NULL)
		record->wrong = palloc0(sizeof(bool) * Max(model->nattributes, 1));
	if (attribute < 0)
		return;
	record->wrong[attribute] = true;
	orm_record_unset(record, attribute);
}

int
orm_record_column(const bool *returning, int attribute)
{
	int column = 1;

	for (int i = 0; i < attribute; i++)
		if (returning[i])
			column++;
	return column;
}

const OrmPath *
orm_record_place(const OrmRecord *record, OrmPath *path)
{
	if (record->in_graph)
		return record->place;
	if (record->index < 0)
		return NULL;
	*path = orm_path_index(NULL, record->index);
	return path;
}
