/*
 * schedule.c - the order of operations; see schedule.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "exec/keyset.h"
#include "model/patch.h"
#include "model/value.h"
#include "session/schedule.h"

/* A row whose key is given by operations. */
typedef struct ScheduledRow
{
	int round;		 /* last round with an operation of the row; -1: none */
	int occurrences; /* number of its operations in that round */
	int first;		 /* first operation in that round */
	bool removed;	 /* in that round */
	bool anew;		 /* was removed in the previous round */
} ScheduledRow;

/* The rows of one table. */
typedef struct TableRows
{
	const OrmModel *model; /* one of its models */
	OrmKeySet *keys;
	ScheduledRow *rows; /* by number of the key */
	int capacity;
} TableRows;

/* State of making turns. */
typedef struct Schedule
{
	const OrmOperation *operations;
	OrmTurn *turns; /* one per operation */
	List *tables;	/* of TableRows * */
} Schedule;

int
orm_schedule_enter_settings(const OrmOperation *operation)
{
	return operation->settings != NULL ? orm_settings_enter(operation->settings) : 0;
}

/* Do two models have the same table and primary key? */
static bool
same_rows(const OrmModel *a, const OrmModel *b)
{
	const OrmKey *key = a->primary_key;

	return a->relid == b->relid && key->nattributes == b->primary_key->nattributes &&
		memcmp(key->attributes, b->primary_key->attributes, sizeof(*key->attributes) * key->nattributes) == 0;
}

/* The rows of a model's table, created on demand. */
static TableRows *
rows_of(List **tables, const OrmModel *model)
{
	TableRows *found;
	ListCell *cell;

	foreach(cell, *tables)
		if (same_rows(((TableRows *) lfirst(cell))->model, model))
			return lfirst(cell);
	found = palloc0(sizeof(TableRows));
	found->model = model;
	found->keys = orm_keyset_make_for(model);
	*tables = lappend(*tables, found);
	return found;
}

/* Reads the primary key of an object; false if a part of it is missing, null or a patch. */
static bool
read_key(const OrmOperation *operation, Datum *key)
{
	const OrmModel *model = operation->model;
	bool isnull;

	if (model->primary_key == NULL || orm_json_kind(operation->object) != ORM_JSON_OBJECT)
		return false;
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];
		OrmPath here = orm_path_key(operation->place, attribute->name);
		OrmJson value;

		if (!orm_json_member(operation->object, attribute->name, &value) ||
			(orm_json_kind(value) == ORM_JSON_OBJECT && orm_patch_find(attribute->type, value) != ORM_PATCH_SET))
			return false;
		key[i] = orm_value_read(attribute->type, value, &here, &isnull);
		if (isnull)
			return false;
	}
	return true;
}

/* The row of a key, added on demand. */
static ScheduledRow *
row_of_key(TableRows *table, const Datum *key)
{
	int known = orm_keyset_count(table->keys);
	int number = orm_keyset_add(table->keys, key);

	if (number == table->capacity)
	{
		table->capacity = Max(2 * table->capacity, 16);
		table->rows = table->rows == NULL ? palloc(sizeof(ScheduledRow) * table->capacity)
										  : repalloc_huge(table->rows, sizeof(ScheduledRow) * table->capacity);
	}
	if (number == known)
		table->rows[number] = (ScheduledRow){.round = -1};
	return &table->rows[number];
}

/* Records an etag or a version in any operation of a row, to be compared before the first write of the row. */
static void
note_asking(Schedule *schedule, int i)
{
	const OrmOperation *operation = &schedule->operations[i];
	const OrmOperation *first = &schedule->operations[schedule->turns[i].first];
	OrmTurn *turn = &schedule->turns[schedule->turns[i].first];
	int version = operation->model->version;
	OrmJson value;

	if (operation == first || turn->asks > 0 || first->kind != ORM_OPERATION_MERGE ||
		operation->kind != ORM_OPERATION_MERGE || strcmp(first->model->name, operation->model->name) != 0)
		return;
	if (orm_json_member(operation->object, "$etag", &value) ||
		(version >= 0 && orm_json_member(operation->object, operation->model->attributes[version].name, &value)))
		turn->asks = i;
}

/* Sets the turn of an operation of a row in the current round. */
static void
take_turn(Schedule *schedule, int i, int round, ScheduledRow *row)
{
	OrmTurn *turn = &schedule->turns[i];

	turn->round = round;
	turn->first = i;
	if (row != NULL && row->round != round)
		*row = (ScheduledRow){.round = round, .first = i, .anew = row->removed};
	if (schedule->operations[i].kind == ORM_OPERATION_REMOVE)
	{
		turn->pass = ORM_PASS_REMOVALS;
		turn->alone = row->occurrences == 0;
		row->removed = true;
		return;
	}
	if (row == NULL)
		return;
	turn->first = row->first;
	turn->anew = row->anew && row->occurrences == 0 && schedule->operations[i].kind == ORM_OPERATION_MERGE;
	turn->pass = row->occurrences++;
	note_asking(schedule, i);
}

OrmTurn *
orm_schedule_make(const OrmOperation *operations, int n)
{
	Schedule schedule = {.operations = operations};
	Datum room[INDEX_MAX_KEYS];
	int round = 0;

	schedule.turns = palloc_extended(sizeof(OrmTurn) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < n; i++)
	{
		const OrmOperation *operation = &operations[i];
		bool removing = operation->kind == ORM_OPERATION_REMOVE;
		ScheduledRow *row = NULL;
		int level = orm_schedule_enter_settings(operation);

		CHECK_FOR_INTERRUPTS();
		if (removing || read_key(operation, room))
			row = row_of_key(rows_of(&schedule.tables, operation->model), removing ? operation->key : room);
		orm_settings_leave(level);
		if (row != NULL && row->removed && row->round == round && !removing)
			round++;
		take_turn(&schedule, i, round, row);
	}
	return schedule.turns;
}
