/*
 * schedule.c - the order of operations; see schedule.h.
 *
 * Turns are made from the rows of the operations alone first.  Operations that
 * reference a label of a later round or pass are then delayed, and with them the
 * ones that give the key of a row that is only stored then, until nothing
 * changes.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "exec/keyset.h"
#include "model/patch.h"
#include "model/value.h"
#include "session/label_uses.h"
#include "session/schedule.h"

/* A row whose key is given by operations. */
typedef struct ScheduledRow
{
	int round;		/* last round with an operation of the row; -1: none */
	int next_pass;	/* after its last operation in that round; 0: none stores it */
	int first;		/* first operation in that round */
	bool removed;	/* in that round */
	bool anew;		/* was removed in the previous round */
	int first_ever; /* its first operation that stores it; -1: none */
	int delayed;	/* the round to which that operation was delayed; 0: it was not */
} ScheduledRow;

/* The rows of one table. */
typedef struct TableRows
{
	const OrmModel *model; /* one of its models */
	OrmKeySet *keys;
	ScheduledRow *rows; /* by number of the key */
	int capacity;
} TableRows;

/* When an operation is written. */
typedef struct Moment
{
	int round;
	int pass;
} Moment;

/* The row of an operation. */
typedef struct RowOf
{
	TableRows *table; /* NULL: its key is not given */
	int number;
} RowOf;

/* State of making turns. */
typedef struct Schedule
{
	const OrmOperation *operations;
	int n;
	OrmTurn *turns;	  /* one per operation */
	RowOf *rows;	  /* one per operation */
	Moment *earliest; /* one per operation; the pass is that of the round */
	List *tables;	  /* of TableRows * */
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

/* The number of the row of a key, added on demand. */
static int
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
		table->rows[number] = (ScheduledRow){.round = -1, .first_ever = -1};
	return number;
}

/* The row of an operation; NULL if its key is not given. */
static ScheduledRow *
row_of(const Schedule *schedule, int i)
{
	const RowOf *row = &schedule->rows[i];

	return row->table == NULL ? NULL : &row->table->rows[row->number];
}

/* Finds the row of an operation. */
static void
find_row(Schedule *schedule, int i)
{
	const OrmOperation *operation = &schedule->operations[i];
	bool removing = operation->kind == ORM_OPERATION_REMOVE;
	Datum key[INDEX_MAX_KEYS];
	int level = orm_schedule_enter_settings(operation);

	if (removing || read_key(operation, key))
	{
		schedule->rows[i].table = rows_of(&schedule->tables, operation->model);
		schedule->rows[i].number = row_of_key(schedule->rows[i].table, removing ? operation->key : key);
		if (!removing && row_of(schedule, i)->first_ever < 0)
			row_of(schedule, i)->first_ever = i;
	}
	orm_settings_leave(level);
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

/* The first moment at which an operation can be written, after the earlier ones of its row. */
static Moment
find_moment(const Schedule *schedule, int i, const ScheduledRow *row)
{
	Moment moment = schedule->earliest[i];
	bool removing = schedule->operations[i].kind == ORM_OPERATION_REMOVE;

	if (row == NULL)
		return moment;
	if (row->round > moment.round)
		moment = (Moment){row->round, 0};
	if (row->round == moment.round && row->removed && !removing)
		moment = (Moment){moment.round + 1, 0};
	if (row->round == moment.round)
		moment.pass = Max(moment.pass, row->next_pass);
	return moment;
}

/* Sets the turn of an operation, and records it in its row. */
static void
take_turn(Schedule *schedule, int i)
{
	OrmTurn *turn = &schedule->turns[i];
	ScheduledRow *row = row_of(schedule, i);
	Moment moment = find_moment(schedule, i, row);

	*turn = (OrmTurn){.round = moment.round, .pass = moment.pass, .first = i};
	if (row == NULL)
		return;
	if (row->round != moment.round)
	{
		row->anew = row->removed;
		row->round = moment.round;
		row->next_pass = 0;
		row->first = i;
		row->removed = false;
	}
	if (schedule->operations[i].kind == ORM_OPERATION_REMOVE)
	{
		turn->pass = ORM_PASS_REMOVALS;
		turn->alone = row->next_pass == 0;
		row->removed = true;
		return;
	}
	turn->first = row->first;
	turn->anew = row->anew && row->next_pass == 0 && schedule->operations[i].kind == ORM_OPERATION_MERGE;
	row->next_pass = moment.pass + 1;
	note_asking(schedule, i);
}

/* Makes the turns as the order of the operations alone requires: no operation precedes the round of an earlier one. */
static void
take_turns(Schedule *schedule)
{
	int round = 0;

	for (int i = 0; i < schedule->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		find_row(schedule, i);
		schedule->earliest[i].round = round;
		take_turn(schedule, i);
		round = schedule->earliest[i].round = schedule->turns[i].round;
	}
}

/* Makes the turns again. */
static void
take_turns_again(Schedule *schedule)
{
	ListCell *cell;

	foreach(cell, schedule->tables)
	{
		TableRows *table = lfirst(cell);

		for (int i = 0; i < orm_keyset_count(table->keys); i++)
		{
			table->rows[i].round = -1;
			table->rows[i].removed = false;
		}
	}
	for (int i = 0; i < schedule->n; i++)
		take_turn(schedule, i);
}

/* ---- Delays ---- */

bool
orm_schedule_own_label(const OrmOperation *operations, const OrmTurn *turns, int i)
{
	return operations[i].label != NULL &&
		strcmp(operations[turns[i].first].model->name, operations[i].model->name) != 0;
}

/* Is the operation, which is not a removal, written before the turn?  Then it is delayed. */
static bool
delay(Schedule *schedule, int i, const OrmTurn *until)
{
	OrmTurn *turn = &schedule->turns[i];
	ScheduledRow *row = row_of(schedule, i);

	if (turn->round > until->round || (turn->round == until->round && turn->pass >= until->pass))
		return false;
	if (row != NULL && row->first_ever == i && turn->round < until->round)
		row->delayed = until->round;
	turn->round = until->round;
	turn->pass = until->pass;
	schedule->earliest[i] = (Moment){until->round, until->pass};
	return true;
}

/* The member of an object with the value of a foreign key column; false if there is none, or it is null. */
static bool
find_key_value(const OrmOperation *operation, AttrNumber column, OrmJson *value)
{
	int attribute = orm_model_attribute_over(operation->model, column);

	return attribute >= 0 && orm_json_member(operation->object, operation->model->attributes[attribute].name, value) &&
		(orm_json_kind(*value) == ORM_JSON_NUMBER || orm_json_kind(*value) == ORM_JSON_STRING);
}

/* Reads the key of the object that a relationship references, as one of the table's; false if it is not given. */
static bool
read_reference(const OrmOperation *operation, const OrmRelationship *relationship, const TableRows *table, Datum *key)
{
	const OrmModel *target = table->model;

	if (target->primary_key->nattributes != relationship->nkeys)
		return false;
	for (int i = 0; i < relationship->nkeys; i++)
	{
		const OrmAttribute *attribute = &target->attributes[target->primary_key->attributes[i]];
		int column = 0;
		OrmJson value;
		bool isnull;

		while (column < relationship->nkeys && relationship->remote[column] != attribute->attnum)
			column++;
		if (column == relationship->nkeys || !find_key_value(operation, relationship->local[column], &value))
			return false;
		key[i] = orm_value_read(attribute->type, value, operation->place, &isnull);
	}
	return true;
}

/* Delays an operation that gives the key of a row in the table that is only stored in a later round. */
static bool
delay_by_key(Schedule *schedule, int i, const OrmRelationship *relationship, const TableRows *table)
{
	OrmTurn until = {0};
	Datum key[INDEX_MAX_KEYS];
	int level = orm_schedule_enter_settings(&schedule->operations[i]);
	int number = read_reference(&schedule->operations[i], relationship, table, key) ? orm_keyset_find(table->keys, key)
																					: -1;

	orm_settings_leave(level);
	if (number < 0)
		return false;
	until.round = table->rows[number].delayed;
	return delay(schedule, i, &until);
}

/* The same for all relationships of the operation. */
static bool
delay_by_keys(Schedule *schedule, int i)
{
	const OrmModel *model = schedule->operations[i].model;
	bool delayed = false;
	ListCell *cell;

	for (int r = 0; r < model->nrelationships; r++)
		foreach(cell, schedule->tables)
		{
			const TableRows *table = lfirst(cell);

			if (model->relationships[r].resolved && model->relationships[r].kind == ORM_BELONGS_TO &&
				model->relationships[r].target_relid == table->model->relid)
				delayed = delay_by_key(schedule, i, &model->relationships[r], table) || delayed;
		}
	return delayed;
}

/* Delays operations that are written before the labels that they reference; returns one of them, or -1. */
static int
delay_uses(Schedule *schedule, List *const *uses)
{
	int delayed = -1;
	ListCell *cell;

	for (int i = 0; i < schedule->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		foreach(cell, uses[i])
		{
			int giver = lfirst_int(cell);

			if (!orm_schedule_own_label(schedule->operations, schedule->turns, giver))
				giver = schedule->turns[giver].first;
			if (delay(schedule, i, &schedule->turns[giver]))
				delayed = i;
		}
	}
	return delayed;
}

/* Delays operations until all labels are known when they are referenced. */
static void
delay_all(Schedule *schedule)
{
	List **uses = orm_label_uses_find(schedule->operations, schedule->n);
	int delayed = uses == NULL ? -1 : delay_uses(schedule, uses);

	for (int tries = 0; delayed >= 0; tries++)
	{
		if (tries > schedule->n)
			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("object references a label that is given only after the object is written again"),
					orm_error_place(schedule->operations[delayed].place),
					errhint("Give the label to an object that is not removed after this one, or flush in between."));
		for (int i = 0; i < schedule->n; i++)
			if (schedule->operations[i].kind != ORM_OPERATION_REMOVE)
				delay_by_keys(schedule, i);
		take_turns_again(schedule);
		delayed = delay_uses(schedule, uses);
	}
}

/* Is there more than one round, or a label that is not given in the first pass? */
static bool
may_delay(const Schedule *schedule)
{
	if (schedule->n > 0 && schedule->turns[schedule->n - 1].round > 0)
		return true;
	for (int i = 0; i < schedule->n; i++)
		if (orm_schedule_own_label(schedule->operations, schedule->turns, i))
			return true;
	return false;
}

OrmTurn *
orm_schedule_make(const OrmOperation *operations, int n)
{
	Schedule schedule = {.operations = operations, .n = n};

	schedule.turns = palloc_extended(sizeof(OrmTurn) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	schedule.rows = palloc_extended(sizeof(RowOf) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	schedule.earliest = palloc_extended(sizeof(Moment) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	take_turns(&schedule);
	if (may_delay(&schedule))
		delay_all(&schedule);
	return schedule.turns;
}
