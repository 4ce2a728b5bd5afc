/*
 * publish.c - the trigger function orm.publish_changes; see model/publish.h.
 *
 * The server takes at most 8,000 bytes. A payload that would be longer than ORM_PUBLISH_LIMIT loses its
 * attributes, then its keys, and says "cut": true.  A model that is not in force, or cannot be opened, must not
 * stop writes: then nothing but the action is published.
 */
#include "postgres.h"

#include "access/htup_details.h"
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

/* A column that is published. */
typedef struct PublishedColumn
{
	char *name;
	AttrNumber number;
	OrmType *type;
} PublishedColumn;

/* What is published of a table's rows, found once for a statement. */
typedef struct Publisher
{
	const char *model;
	const char *channel;
	Relation relation;
	List *key;		  /* of PublishedColumn *; NIL: there is none */
	List *attributes; /* of PublishedColumn * */
	bool has_attributes;
} Publisher;

/* Adds an attribute of the model, as the relation has it. */
static List *
add_member(List *members, const Publisher *publisher, const char *name, const char *column)
{
	TupleDesc descriptor = RelationGetDescr(publisher->relation);
	AttrNumber number = get_attnum(RelationGetRelid(publisher->relation), column);
	Form_pg_attribute form;
	PublishedColumn *member;

	if (number <= 0)
		return members;
	form = TupleDescAttr(descriptor, number - 1);
	member = palloc(sizeof(PublishedColumn));
	member->name = pstrdup(name);
	member->number = number;
	member->type = orm_type_make(form->atttypid, form->atttypmod, form->attcollation);
	return lappend(members, member);
}

/* Finds what the model says, for orm_attempt(). */
static void
find_members(void *argument)
{
	Publisher *publisher = argument;
	const OrmModel *model = orm_cache_open_if_any(publisher->model, AccessShareLock);
	const OrmDeclaredPublication *publication;
	ListCell *cell;

	if (model == NULL)
		return;
	for (int i = 0; model->primary_key != NULL && i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];

		publisher->key = add_member(publisher->key, publisher, attribute->name, attribute->column);
	}
	publication = orm_publish_find(model->declaration, publisher->channel);
	publisher->has_attributes = publication != NULL && publication->attributes != NIL;
	foreach(cell, publication != NULL ? publication->attributes : NIL)
	{
		int number = orm_model_attribute(model, lfirst(cell), strlen(lfirst(cell)));

		if (number >= 0 && !model->attributes[number].hidden)
			publisher->attributes = add_member(publisher->attributes, publisher, model->attributes[number].name,
											   model->attributes[number].column);
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
	publisher->relation = trigger->tg_relation;
	if (orm_attempt(find_members, publisher, ORM_ATTEMPT_KEEP) != NULL)
		publisher->key = publisher->attributes = NIL;
	fcinfo->flinfo->fn_extra = publisher;
	MemoryContextSwitchTo(caller);
	return publisher;
}

/* Appends the value of a column. */
static void
append_value(StringInfo out, const Publisher *publisher, const PublishedColumn *member, HeapTuple row)
{
	bool isnull;
	Datum value = heap_getattr(row, member->number, RelationGetDescr(publisher->relation), &isnull);

	orm_json_write_value(out, member->type, value, isnull);
}

/* Appends an object of columns. */
static void
append_object(StringInfo out, const Publisher *publisher, const List *members, HeapTuple row)
{
	ListCell *cell;

	appendStringInfoChar(out, '{');
	foreach(cell, members)
	{
		const PublishedColumn *member = lfirst(cell);

		appendStringInfoString(out, foreach_current_index(cell) > 0 ? "," : "");
		escape_json(out, member->name);
		appendStringInfoChar(out, ':');
		append_value(out, publisher, member, row);
	}
	appendStringInfoChar(out, '}');
}

/* Appends the key of a row: a value, or an object of several. */
static void
append_key(StringInfo out, const Publisher *publisher, const char *name, HeapTuple row)
{
	if (publisher->key == NIL || row == NULL)
		return;
	appendStringInfo(out, ",\"%s\":", name);
	if (list_length(publisher->key) == 1)
		append_value(out, publisher, linitial(publisher->key), row);
	else
		append_object(out, publisher, publisher->key, row);
}

/* Is the key of two rows the same? */
static bool
same_key(const Publisher *publisher, HeapTuple one, HeapTuple other)
{
	TupleDesc descriptor = RelationGetDescr(publisher->relation);
	ListCell *cell;

	foreach(cell, publisher->key)
	{
		const PublishedColumn *member = lfirst(cell);
		Form_pg_attribute form = TupleDescAttr(descriptor, member->number - 1);
		bool isnull;
		bool other_null;
		Datum value = heap_getattr(one, member->number, descriptor, &isnull);
		Datum other_value = heap_getattr(other, member->number, descriptor, &other_null);

		if (isnull != other_null || (!isnull && !datum_image_eq(value, other_value, form->attbyval, form->attlen)))
			return false;
	}
	return true;
}

/* A change of a row; of TRUNCATE there are none. */
typedef struct RowChange
{
	const char *action;
	HeapTuple row;	  /* as it is now, or was */
	HeapTuple before; /* of an update; else NULL */
} RowChange;

/* How much of a payload there is. */
typedef enum Extent
{
	WHOLE,
	WITHOUT_ATTRIBUTES,
	WITHOUT_KEYS
} Extent;

/* Writes a payload. */
static char *
write_payload(const Publisher *publisher, const RowChange *change, Extent extent)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "{\"model\":");
	escape_json(&out, publisher->model);
	appendStringInfo(&out, ",\"action\":\"%s\"", change->action);
	if (extent < WITHOUT_KEYS)
		append_key(&out, publisher, "key", change->row);
	if (extent < WITHOUT_KEYS && change->before != NULL && !same_key(publisher, change->before, change->row))
		append_key(&out, publisher, "old_key", change->before);
	if (extent == WHOLE && publisher->has_attributes && change->row != NULL)
	{
		appendStringInfoString(&out, ",\"attributes\":");
		append_object(&out, publisher, publisher->attributes, change->row);
	}
	appendStringInfoString(&out, extent == WHOLE ? "}" : ",\"cut\":true}");
	return out.data;
}

/* Notifies of a change. */
static void
publish(const Publisher *publisher, const RowChange *change)
{
	char *payload = write_payload(publisher, change, WHOLE);

	for (int extent = WITHOUT_ATTRIBUTES; strlen(payload) > ORM_PUBLISH_LIMIT && extent <= WITHOUT_KEYS; extent++)
		payload = write_payload(publisher, change, extent);
	Async_Notify(publisher->channel, payload);
}

/* The change that has fired the trigger. */
static RowChange
read_change(const TriggerData *trigger)
{
	TriggerEvent event = trigger->tg_event;

	if (TRIGGER_FIRED_BY_INSERT(event))
		return (RowChange){"create", trigger->tg_trigtuple, NULL};
	if (TRIGGER_FIRED_BY_UPDATE(event))
		return (RowChange){"update", trigger->tg_newtuple, trigger->tg_trigtuple};
	if (TRIGGER_FIRED_BY_DELETE(event))
		return (RowChange){"delete", trigger->tg_trigtuple, NULL};
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
