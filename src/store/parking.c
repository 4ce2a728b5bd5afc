/*
 * parking.c - setting unique values of rows to NULL; see parking.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/error.h"
#include "model/foreign_key.h"
#include "model/given_back.h"
#include "model/key.h"
#include "store/parking.h"
#include "store/update.h"

/* Does the record compute a value from the row that it finds? */
static bool
reads_row(const OrmRecord *record)
{
	return record->source != NULL || record->assigned != NULL;
}

/* Does the record set the attribute regardless of the value that the row has? */
static bool
sets(const OrmRecord *record, const OrmModel *model, int attribute)
{
	return record->given[attribute] && !model->attributes[attribute].identity_always &&
		(record->patch == NULL || record->patch[attribute] == ORM_PATCH_SET) &&
		!(record->given_back && orm_given_back_is_ambiguous(model->attributes[attribute].type));
}

void
orm_parking_add(OrmGiver *giver, const OrmModel *model, int attribute)
{
	const OrmAttribute *given = &model->attributes[attribute];

	if (!given->in_key && !given->generated && !given->write_once && !orm_key_has(giver->key, attribute))
	{
		orm_record_set_null(giver->record, attribute);
		giver->changed[attribute] = true;
	}
}

OrmGiver *
orm_parking_giver(const OrmModel *model, const OrmRecord *record, const OrmKey *key, const Datum *values)
{
	OrmGiver *giver = palloc(sizeof(OrmGiver));

	giver->key = key;
	giver->record = orm_record_make(model, 1);
	giver->changed = palloc0(sizeof(bool) * model->nattributes);
	giver->parked = palloc0(sizeof(bool) * model->nattributes);
	orm_record_copy_key(giver->record, key, values);
	if (record == NULL)
		return giver;
	giver->record->in_graph = record->in_graph;
	giver->record->place = record->place;
	giver->record->index = record->index;
	for (int i = 0; i < model->nattributes; i++)
	{
		giver->changed[i] = record->given[i] && !orm_key_has(key, i);
		if (!reads_row(record) && sets(record, model, i))
			orm_parking_add(giver, model, i);
	}
	return giver;
}

/* The violated index, of the model's table or a table that inherits from it; else InvalidOid. */
static Oid
violated_index(const OrmModel *model, const ErrorData *error)
{
	Oid table = orm_error_table(error);

	if (error->constraint_name == NULL || !OidIsValid(table))
		return InvalidOid;
	if (table != model->relid && !list_member_oid(find_all_inheritors(model->relid, NoLock, NULL), table))
		return InvalidOid;
	return get_relname_relid(error->constraint_name, get_rel_namespace(table));
}

/* Adds the columns that an expression over the rows of a table reads, as of pull_varattnos. */
static void
add_read(Node *expression, Bitmapset **columns)
{
	pull_varattnos(expression, 1, columns);
}

/* The columns that an index depends on, as of pull_varattnos; generated ones with the columns that they depend on. */
static Bitmapset *
columns_of(Relation index, Relation table)
{
	TupleDesc descriptor = RelationGetDescr(table);
	Bitmapset *columns = NULL;
	Bitmapset *read = NULL;
	int member = -1;

	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
		if (index->rd_index->indkey.values[i] != 0)
			columns = bms_add_member(columns, index->rd_index->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
	add_read((Node *) RelationGetIndexExpressions(index), &columns);
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		int column = member + FirstLowInvalidHeapAttributeNumber;

		if (column > 0 && TupleDescAttr(descriptor, column - 1)->attgenerated)
			add_read(build_column_default(table, column), &read);
	}
	return bms_add_members(columns, read);
}

/* Removes the referenced columns of foreign keys that pass changes on to the referencing rows. */
static void
spare_passed_on(Relation table, const OrmModel *model, bool *columns)
{
	const TriggerDesc *triggers = CopyTriggerDesc(table->trigdesc);

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		const OrmForeignKey *key;
		HeapTuple tuple;

		if (trigger->tgfoid != F_RI_FKEY_CASCADE_UPD && trigger->tgfoid != F_RI_FKEY_SETNULL_UPD &&
			trigger->tgfoid != F_RI_FKEY_SETDEFAULT_UPD)
			continue;
		tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(trigger->tgconstraint));
		if (!HeapTupleIsValid(tuple))
			continue;
		key = orm_foreign_key_from(tuple);
		ReleaseSysCache(tuple);
		for (int k = 0; k < key->n; k++)
		{
			int attribute = orm_model_attribute_over(model, key->referenced_columns[k]);

			if (attribute >= 0)
				columns[attribute] = false;
		}
	}
}

/* Sets the attributes over the columns of a table, by their names: a partition may number them otherwise. */
static void
set_named(const OrmModel *model, Oid table, Bitmapset *members, bool *columns, bool parked)
{
	int member = -1;

	while ((member = bms_next_member(members, member)) >= 0)
	{
		int column = member + FirstLowInvalidHeapAttributeNumber;
		char *name = column > 0 ? get_attname(table, column, true) : NULL;
		int attribute = name == NULL ? -1 : orm_model_attribute_over(model, get_attnum(model->relid, name));

		if (attribute >= 0)
			columns[attribute] = !parked || !model->attributes[attribute].not_null;
	}
}

bool *
orm_parking_columns(const OrmModel *model, const ErrorData *error, bool parked)
{
	Oid oid = violated_index(model, error);
	Relation index;
	Relation table;
	bool *columns;

	if (!OidIsValid(oid) || !OidIsValid(IndexGetRelation(oid, true)))
		return NULL;
	columns = palloc0(sizeof(bool) * model->nattributes);
	index = index_open(oid, AccessShareLock);
	table = table_open(index->rd_index->indrelid, AccessShareLock);
	set_named(model, RelationGetRelid(table), columns_of(index, table), columns, parked);
	table_close(table, NoLock);
	index_close(index, NoLock);
	if (parked)
	{
		table = orm_model_table(model);
		spare_passed_on(table, model, columns);
		table_close(table, NoLock);
	}
	return columns;
}

OrmRecord *
orm_parking_record(const OrmModel *model, const OrmGiver *giver, const bool *columns)
{
	const OrmRecord *from = giver->record;
	OrmRecord *parked;
	bool any = false;

	for (int i = 0; i < model->nattributes; i++)
		any = any || (columns[i] && from->given[i] && from->isnull[i] && !giver->parked[i]);
	if (!any)
		return NULL;
	parked = orm_record_make(model, 1);
	parked->in_graph = from->in_graph;
	parked->place = from->place;
	parked->index = from->index;
	for (int i = 0; i < model->nattributes; i++)
		if (from->given[i] && (columns[i] || !from->isnull[i]))
			orm_record_set(parked, i, from->values[i], from->isnull[i]);
	return parked;
}

void
orm_parking_run(const OrmWrite *taker, OrmRecord *parked, const OrmKey *key)
{
	OrmWrite write = {.model = taker->model, .unscoped = taker->unscoped};
	OrmBatch batch = {&write, &parked, 1};

	parked->done = false;
	orm_update_batch(&batch, key);
}

void
orm_parking_note(OrmGiver *giver, const OrmModel *model, const OrmRecord *parked)
{
	for (int i = 0; i < model->nattributes; i++)
		giver->parked[i] = giver->parked[i] || (parked->given[i] && parked->isnull[i]);
}

bool
orm_parking_is_barred(const OrmModel *model, const OrmGiver *giver, const bool *columns, const bool *parked)
{
	bool changes = false;

	for (int i = 0; i < model->nattributes; i++)
	{
		if (parked[i] && giver->record->given[i])
			return false;
		changes = changes || (columns[i] && giver->changed[i]);
	}
	return changes;
}

bool
orm_parking_is_refused(const ErrorData *error)
{
	/* constraints; policies; views; triggers that pass over a row, or raise */
	static const char *const states[] = {"23", "42501", "44", "09", "P0001"};
	const char *state = unpack_sql_state(error->sqlerrcode);

	for (int i = 0; i < (int) lengthof(states); i++)
		if (strncmp(state, states[i], strlen(states[i])) == 0)
			return true;
	return false;
}
