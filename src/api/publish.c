/*
 * publish.c - the trigger function orm.publish_changes; see model/publish.h.
 *
 * Writes must not fail because of what is published.  The server takes less than 8,000 bytes: a
 * payload of more than ORM_PUBLISH_LIMIT loses its attributes, then its keys, and says "cut": true.
 * So does one whose values cannot be written; only types that are not the server's can do that.  A
 * model that is not in force, or cannot be opened, leaves nothing but the action.
 */
#include "postgres.h"

#include "access/transam.h"
#include "commands/async.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/datum.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/attempt.h"
#include "exec/json.h"
#include "model/cache.h"
#include "model/publish.h"

PG_FUNCTION_INFO_V1(orm_sql_publish_changes);

/* Bytes of a payload; the server's limit is 8000. */
#define ORM_PUBLISH_LIMIT 7900

/* What is published of a table's rows, found once for a statement. */
typedef struct Publisher
{
	const char *model;
	const char *channel;
	Oid relid;
	OrmJsonShape *key;		  /* NULL: there is none */
	OrmJsonShape *attributes; /* NULL: none */
	bool guarded;			  /* can writing a value fail? */
} Publisher;

/* A change of a row; of TRUNCATE there are none. */
typedef struct RowChange
{
	const char *action;
	TupleTableSlot *row;	/* as it is now, or was */
	TupleTableSlot *before; /* of an update; else NULL */
} RowChange;

/* Adds an attribute of the model to a shape, as the table of the trigger has it: a partition has its own columns. */
static void
add_attribute(Publisher *publisher, OrmJsonShape *shape, const OrmAttribute *attribute)
{
	AttrNumber number = get_attnum(publisher->relid, attribute->column);

	if (number <= 0)
		return;
	orm_json_shape_add(shape, attribute->name,
					   orm_type_make(attribute->type->oid, attribute->type->typmod, attribute->type->collation),
					   number - 1);
	publisher->guarded = publisher->guarded || attribute->type->oid >= FirstNormalObjectId;
}

/* Finds what the model says, for orm_attempt(). */
static void
find_shapes(void *argument)
{
	Publisher *publisher = argument;
	const OrmModel *model = orm_cache_open_if_any(publisher->model, AccessShareLock);
	const OrmDeclaredPublication *publication;
	ListCell *cell;

	if (model == NULL)
		return;
	if (model->primary_key != NULL)
		publisher->key = orm_json_shape_make(model->primary_key->nattributes);
	for (int i = 0; publisher->key != NULL && i < model->primary_key->nattributes; i++)
		add_attribute(publisher, publisher->key, &model->attributes[model->primary_key->attributes[i]]);
	publication = orm_publish_find(model->declaration, publisher->channel);
	if (publication == NULL || publication->attributes == NIL)
		return;
	publisher->attributes = orm_json_shape_make(list_length(publication->attributes));
	foreach(cell, publication->attributes)
	{
		int number = orm_model_attribute(model, lfirst(cell), strlen(lfirst(cell)));

		if (number >= 0 && !model->attributes[number].hidden)
			add_attribute(publisher, publisher->attributes, &model->attributes[number]);
	}
}

/* What is published, kept for the statement. */
static Publisher *
open_publisher(FunctionCallInfo fcinfo, const TriggerData *trigger)
{
	Publisher *publisher = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (publisher != NULL)
		return publisher;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	publisher = palloc0(sizeof(Publisher));
	publisher->model = pstrdup(trigger->tg_trigger->tgargs[0]);
	publisher->channel = pstrdup(trigger->tg_trigger->tgargs[1]);
	publisher->relid = RelationGetRelid(trigger->tg_relation);
	if (orm_attempt(find_shapes, publisher, ORM_ATTEMPT_KEEP) != NULL)
		publisher->key = publisher->attributes = NULL;
	fcinfo->flinfo->fn_extra = publisher;
	MemoryContextSwitchTo(caller);
	return publisher;
}

/* Appends the key of a row: a value, or an object of several. */
static void
append_key(StringInfo out, const OrmJsonShape *key, const char *name, TupleTableSlot *row)
{
	const OrmJsonMember *only = key->members;
	bool isnull;
	Datum value;

	appendStringInfo(out, ",\"%s\":", name);
	if (key->nmembers != 1)
	{
		orm_json_write_slot(out, key, row);
		return;
	}
	value = slot_getattr(row, only->position + 1, &isnull);
	orm_json_write_value(out, only->type, value, isnull);
}

/* Is the key of two rows the same? */
static bool
same_key(const OrmJsonShape *key, TupleTableSlot *one, TupleTableSlot *other)
{
	for (int i = 0; i < key->nmembers; i++)
	{
		const OrmJsonMember *member = &key->members[i];
		bool isnull;
		bool other_null;
		Datum value = slot_getattr(one, member->position + 1, &isnull);
		Datum other_value = slot_getattr(other, member->position + 1, &other_null);

		if (isnull != other_null ||
			(!isnull && !datum_image_eq(value, other_value, member->type->by_value, member->type->length)))
			return false;
	}
	return true;
}

/* How much of a payload there is. */
typedef enum Extent
{
	WHOLE,
	WITHOUT_ATTRIBUTES,
	WITHOUT_KEYS
} Extent;

/* A payload to be written. */
typedef struct Payload
{
	const Publisher *publisher;
	const RowChange *change;
	Extent extent;
	StringInfoData text;
} Payload;

/* Writes a payload, for orm_attempt(). */
static void
write_payload(void *argument)
{
	Payload *payload = argument;
	const Publisher *publisher = payload->publisher;
	const RowChange *change = payload->change;
	StringInfo out = &payload->text;

	resetStringInfo(out);
	appendStringInfoString(out, "{\"model\":");
	escape_json(out, publisher->model);
	appendStringInfo(out, ",\"action\":\"%s\"", change->action);
	if (change->row != NULL && publisher->key != NULL && payload->extent < WITHOUT_KEYS)
	{
		append_key(out, publisher->key, "key", change->row);
		if (change->before != NULL && !same_key(publisher->key, change->before, change->row))
			append_key(out, publisher->key, "old_key", change->before);
	}
	if (change->row != NULL && publisher->attributes != NULL && payload->extent == WHOLE)
	{
		appendStringInfoString(out, ",\"attributes\":");
		orm_json_write_slot(out, publisher->attributes, change->row);
	}
	appendStringInfoString(out, payload->extent == WHOLE ? "}" : ",\"cut\":true}");
}

/* Can a payload be sent?  Writes it. */
static bool
try_payload(Payload *payload)
{
	if (!payload->publisher->guarded)
		write_payload(payload);
	else if (orm_attempt(write_payload, payload, ORM_ATTEMPT_KEEP) != NULL)
		return false;
	return payload->text.len <= ORM_PUBLISH_LIMIT;
}

/* Notifies of a change. */
static void
publish(const Publisher *publisher, const RowChange *change)
{
	Payload payload = {.publisher = publisher, .change = change, .extent = WHOLE};

	initStringInfo(&payload.text);
	while (!try_payload(&payload) && payload.extent < WITHOUT_KEYS)
		payload.extent++;
	Async_Notify(publisher->channel, payload.text.data);
}

/* The change that has fired the trigger. */
static RowChange
read_change(const TriggerData *trigger)
{
	TriggerEvent event = trigger->tg_event;

	if (TRIGGER_FIRED_BY_INSERT(event))
		return (RowChange){"create", trigger->tg_trigslot, NULL};
	if (TRIGGER_FIRED_BY_UPDATE(event))
		return (RowChange){"update", trigger->tg_newslot, trigger->tg_trigslot};
	if (TRIGGER_FIRED_BY_DELETE(event))
		return (RowChange){"delete", trigger->tg_trigslot, NULL};
	return (RowChange){"truncate", NULL, NULL};
}

/* orm.publish_changes() */
Datum
orm_sql_publish_changes(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (TriggerData *) fcinfo->context;
	RowChange change;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || trigger->tg_trigger->tgnargs != 2 ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) != TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be called by a trigger AFTER a change FOR EACH ROW, or TRUNCATE",
					   "orm.publish_changes"),
				errdetail("Its arguments are the names of a model and a channel."));
	change = read_change(trigger);
	publish(open_publisher(fcinfo, trigger), &change);
	return PointerGetDatum(NULL);
}
