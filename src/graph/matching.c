/*
 * matching.c - objects of a collection by a condition; see matching.h.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/members.h"
#include "exec/json.h"
#include "exec/run.h"
#include "exec/watch.h"
#include "graph/matching.h"
#include "remove/collect.h"

enum
{
	WHERE,
	SET,
	NKEYS
};

#define DELETES (1 << 0)
#define UPDATES (1 << 1)

static const OrmMemberKey keys[NKEYS] = {
	[WHERE] = {ORM_MEMBER_KEY("where"), .allowed = DELETES | UPDATES, .required = DELETES | UPDATES,
			   .hint = "{\"where\": {}} says that all objects of the collection are meant."},
	[SET] = {ORM_MEMBER_KEY("set"), .allowed = UPDATES, .required = UPDATES,
			 .hint = "As in {\"$update\": {\"where\": {...}, \"set\": {...}}}."},
};

static const OrmMemberTable table = {.noun = "key", ORM_MEMBER_RECORDS(keys)};

/* An instruction with a condition. */
typedef struct MatchingItems
{
	const OrmPlace *place;
	OrmJson where;
	bool update;
	Datum key[INDEX_MAX_KEYS]; /* of the owner */
} MatchingItems;

/* Appends JSON as it was given. */
static void
append_source(StringInfo out, OrmJson json)
{
	int length;
	const char *source = orm_json_source(json, &length);

	appendBinaryStringInfo(out, source, length);
}

/* Appends the names of the primary key of the objects: "id","no" */
static void
append_key_names(StringInfo out, const OrmModel *model)
{
	const OrmKey *key = orm_model_need_key(model);

	for (int i = 0; i < key->nattributes; i++)
	{
		const char *name = model->attributes[key->attributes[i]].name;

		appendStringInfoString(out, i > 0 ? "," : "");
		orm_json_write_string(out, name, strlen(name));
	}
}

/* Appends the option "unscoped" of the call to the members of a query. */
static void
append_unscoped(StringInfo out, const MatchingItems *matching)
{
	if (matching->place->graph->options.unscoped)
		appendStringInfoString(out, ",\"unscoped\":true");
}

/* Parses what was made here. */
static const OrmDocument *
parse(const StringInfo buffer)
{
	return orm_document_parse(buffer->data, buffer->len);
}

/* Raises what "where" has wrong, with its place in the document. */
static void
check_where(const OrmPlace *place, OrmJson where)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmQueryRequest request;
	StringInfoData buffer;

	initStringInfo(&buffer);
	appendStringInfoString(&buffer, "{\"where\":");
	append_source(&buffer, where);
	appendStringInfoChar(&buffer, '}');
	orm_query_request(&request, ORM_QUERY_EXISTS, place->edge->target->model, parse(&buffer), NULL);
	PG_TRY();
	{
		orm_query_close(orm_query_open(&request));
	}
	PG_CATCH();
	{
		orm_error_rethrow_within(place->path, caller);
	}
	PG_END_TRY();
}

/*
 * Appends the conditions that an object is of the owner and passes the filter, {"author_id": {"eq": 1}}, ...;
 * false if the foreign key is not known, or not the object's.
 */
static bool
append_owner(StringInfo out, const OrmPlace *place)
{
	const OrmEdge *edge = place->edge;
	const OrmModel *model = edge->target->model;
	const OrmDocument *filter = edge->relationship->filter;

	if (edge->holder != edge->target)
		return false;
	appendStringInfoChar(out, '{');
	for (int i = 0; i < edge->n; i++)
	{
		const char *name = model->attributes[edge->holder_key[i]].name;
		Datum value;
		bool isnull;

		if (!orm_graph_value(place->owner, edge->referenced_key[i], &value, &isnull) || isnull)
			return false;
		appendStringInfoString(out, i > 0 ? "," : "");
		orm_json_write_string(out, name, strlen(name));
		appendStringInfoString(out, ":{\"eq\":");
		orm_json_write_exact(out, place->owner->group->model->attributes[edge->referenced_key[i]].type, value, false);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, '}');
	if (filter != NULL)
	{
		appendStringInfoChar(out, ',');
		append_source(out, orm_document_root(filter));
	}
	return true;
}

/* Arguments of take_key(). */
typedef struct MatchingKeys
{
	const OrmModel *model;
	StringInfoData json; /* an array of objects */
	int n;
} MatchingKeys;

/* Receives a primary key; called in a per-row context. */
static void
take_key(void *argument, TupleTableSlot *slot)
{
	MatchingKeys *found = argument;
	const OrmKey *primary = found->model->primary_key;
	Datum key[INDEX_MAX_KEYS];

	if (!orm_collect_read_key(found->model, slot, key))
		return;
	for (int i = 0; i < primary->nattributes; i++)
	{
		const OrmAttribute *attribute = &found->model->attributes[primary->attributes[i]];

		appendStringInfoString(&found->json, i > 0 ? "," : found->n > 0 ? ",{" : "{");
		orm_json_write_string(&found->json, attribute->name, strlen(attribute->name));
		appendStringInfoChar(&found->json, ':');
		orm_json_write_exact(&found->json, attribute->type, key[i], false);
	}
	appendStringInfoChar(&found->json, '}');
	found->n++;
}

/* Reads the primary keys of the objects with two conditions, in order; with "lock" locks their rows. */
static OrmJson
read_keys(const MatchingItems *matching, const StringInfoData *condition, bool lock)
{
	OrmQueryRequest request;
	OrmQuery *query;
	MatchingKeys found = {.model = matching->place->edge->target->model};
	StringInfoData buffer;

	initStringInfo(&buffer);
	appendStringInfoString(&buffer, "{\"where\":{\"and\":[");
	append_source(&buffer, matching->where);
	appendStringInfo(&buffer, ",%s]}", condition->data);
	append_unscoped(&buffer, matching);
	appendStringInfoChar(&buffer, '}');
	orm_query_request(&request, matching->update ? ORM_QUERY_UPDATE : ORM_QUERY_DELETE, found.model, parse(&buffer),
					  NULL);
	request.keys_only = true;
	request.unlocked = !lock;
	initStringInfo(&found.json);
	appendStringInfoChar(&found.json, '[');
	query = orm_query_open(&request);
	orm_run_change_keys(query, take_key, &found);
	orm_query_close(query);
	appendStringInfoChar(&found.json, ']');
	return orm_document_root(parse(&found.json));
}

/* Reads the primary keys of the objects with a condition by a load of their owner; no node: there is no owner. */
static OrmJson
read_by_load(const MatchingItems *matching, OrmJson where)
{
	const OrmPlace *place = matching->place;
	const char *name = place->edge->relationship->name;
	OrmQueryRequest request;
	OrmQuery *query;
	StringInfoData buffer;
	OrmJson found = {0};
	Datum json;

	initStringInfo(&buffer);
	appendStringInfoString(&buffer, "{\"unscoped\":true,\"select\":[],\"load\":{");
	orm_json_write_string(&buffer, name, strlen(name));
	appendStringInfoString(&buffer, ":{\"where\":");
	append_source(&buffer, where);
	appendStringInfoString(&buffer, ",\"select\":[");
	append_key_names(&buffer, place->edge->target->model);
	appendStringInfoString(&buffer, "],\"load\":{}");
	append_unscoped(&buffer, matching);
	appendStringInfoString(&buffer, "}}}");
	orm_query_request(&request, ORM_QUERY_GET, place->owner->group->model, parse(&buffer), NULL);
	request.key = matching->key;
	request.selects_hidden = true;
	query = orm_query_open(&request);
	resetStringInfo(&buffer);
	appendStringInfoString(&buffer, "{}");
	if (orm_run_first(query, &json))
	{
		resetStringInfo(&buffer);
		appendStringInfoString(&buffer, TextDatumGetCString(json));
	}
	orm_query_close(query);
	orm_json_member(orm_document_root(parse(&buffer)), name, &found);
	return found;
}

/* Appends a primary key: its members as {"eq": value}, or "listed" its one value. */
static void
append_key(StringInfo out, OrmJson key, bool listed)
{
	OrmJsonWalk members = orm_json_walk(key);

	appendStringInfoString(out, listed ? "" : "{");
	while (orm_json_next(&members))
	{
		if (!listed)
		{
			appendStringInfoString(out, members.index > 0 ? "," : "");
			append_source(out, members.key);
			appendStringInfoString(out, ":{\"eq\":");
		}
		append_source(out, members.value);
		appendStringInfoString(out, listed ? "" : "}");
	}
	appendStringInfoString(out, listed ? "" : "}");
}

/* Appends the condition that an object has one of the keys: {"id": {"in": [1, 2]}}, or {"or": [{...}, {...}]}. */
static void
append_keys(StringInfo out, const OrmModel *model, OrmJson keys)
{
	const OrmKey *primary = model->primary_key;
	OrmJsonWalk walk = orm_json_walk(keys);
	bool listed = primary->nattributes == 1 && model->attributes[primary->attributes[0]].type->element == NULL;

	appendStringInfoChar(out, '{');
	if (listed)
		append_key_names(out, model);
	appendStringInfoString(out, listed ? ":{\"in\":[" : "\"or\":[");
	while (orm_json_next(&walk))
	{
		appendStringInfoString(out, walk.index > 0 ? "," : "");
		append_key(out, walk.value, listed);
	}
	appendStringInfoString(out, listed ? "]}}" : "]}");
}

/* Reads the objects by loads of their owner, with "lock" locked in between. */
static OrmJson
read_indirectly(const MatchingItems *matching, bool lock)
{
	OrmJson found = read_by_load(matching, matching->where);
	StringInfoData condition;

	if (!lock)
		return found;
	for (int round = 0; round < 2 && found.node != NULL && found.node->count > 0; round++)
	{
		initStringInfo(&condition);
		append_keys(&condition, matching->place->edge->target->model, found);
		found = round == 0 ? read_keys(matching, &condition, true)
						   : read_by_load(matching, orm_document_root(parse(&condition)));
	}
	return found;
}

/* The items of "$update": each key with the members of "set". */
static OrmJson
with_members(OrmJson found, OrmJson set)
{
	OrmJsonWalk walk = orm_json_walk(found);
	StringInfoData buffer;

	initStringInfo(&buffer);
	appendStringInfoChar(&buffer, '[');
	while (orm_json_next(&walk))
	{
		OrmJsonWalk members = orm_json_walk(set);

		appendStringInfoString(&buffer, walk.index > 0 ? "," : "");
		append_source(&buffer, walk.value);
		buffer.len--; /* the brace */
		while (orm_json_next(&members))
		{
			appendStringInfoChar(&buffer, ',');
			append_source(&buffer, members.key);
			appendStringInfoChar(&buffer, ':');
			append_source(&buffer, members.value);
		}
		appendStringInfoChar(&buffer, '}');
	}
	appendStringInfoChar(&buffer, ']');
	return orm_document_root(parse(&buffer));
}

/* Reads the primary keys of the objects, as an array of objects; no node: there are none. */
static OrmJson
read_found(MatchingItems *matching)
{
	const OrmPlace *place = matching->place;
	const OrmObject *owner = place->owner;
	const OrmKey *primary = owner->group->model->primary_key;
	OrmJson found = {0};
	StringInfoData condition;
	bool lock;

	if (owner->intent == ORM_INTENT_CREATE)
		return found;
	if (primary == NULL || !orm_graph_key(owner, matching->key))
	{
		if (owner->intent == ORM_INTENT_SAVE)
			return found;
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("condition needs an object of model \"%s\" that is given by its primary key",
					   owner->group->model->name),
				orm_error_place(place->path));
	}
	lock = place->graph->findings == NULL && (matching->update || orm_collect_may_lock(place->edge->target->model));
	initStringInfo(&condition);
	return append_owner(&condition, place) ? read_keys(matching, &condition, lock) : read_indirectly(matching, lock);
}

OrmJson
orm_matching_items(const OrmPlace *place, OrmJson json, bool update)
{
	OrmPath set_place = orm_path_key(place->path, "set");
	OrmJson values[NKEYS];
	MatchingItems matching = {.place = place, .update = update};
	const char *outer;
	OrmJson found;

	orm_members_take(&table, update ? UPDATES : DELETES, json, place->path, values);
	if (update && (!orm_members_is_object(values[SET]) || values[SET].node->count == 0))
		orm_members_raise_kind(values[SET], "an object with the attributes to be set", &set_place);
	check_where(place, values[WHERE]);
	matching.where = values[WHERE];
	outer = orm_watch_is_on() ? orm_watch_within(place->path) : NULL;
	found = read_found(&matching);
	orm_watch_restore(outer);
	if (found.node == NULL)
		return orm_document_root(orm_document_parse("[]", 2));
	return update ? with_members(found, values[SET]) : found;
}
