/*
 * matching.c - objects of a collection by a condition; see matching.h.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/members.h"
#include "exec/json.h"
#include "exec/run.h"
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

/* Appends the keys of a query for the primary keys of objects, in their order, after its "where". */
static void
append_selection(StringInfo out, const OrmModel *model)
{
	appendStringInfoString(out, ",\"select\":[");
	append_key_names(out, model);
	appendStringInfoString(out, "],\"order_by\":[");
	append_key_names(out, model);
	appendStringInfoChar(out, ']');
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

/* Appends the condition that an object is of the owner: {"author_id": {"eq": 1}}; false if that is not known. */
static bool
append_owner(StringInfo out, const OrmPlace *place)
{
	const OrmEdge *edge = place->edge;
	const OrmModel *model = edge->target->model;

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
	return true;
}

/* Reads the objects by the foreign key that they have; false if its value is not known. */
static bool
read_by_foreign_key(const OrmPlace *place, OrmJson where, bool lock, OrmJson *found)
{
	const OrmModel *model = place->edge->target->model;
	const OrmDocument *filter = place->edge->relationship->filter;
	OrmQueryRequest request;
	OrmQuery *query;
	StringInfoData buffer;

	initStringInfo(&buffer);
	appendStringInfoString(&buffer, "{\"where\":{\"and\":[");
	append_source(&buffer, where);
	appendStringInfoChar(&buffer, ',');
	if (filter != NULL)
	{
		append_source(&buffer, orm_document_root(filter));
		appendStringInfoChar(&buffer, ',');
	}
	if (!append_owner(&buffer, place))
		return false;
	appendStringInfoString(&buffer, "]}");
	append_selection(&buffer, model);
	appendStringInfoString(&buffer, lock ? ",\"lock\":\"no key update\"}" : "}");
	orm_query_request(&request, ORM_QUERY_ALL, model, parse(&buffer), NULL);
	query = orm_query_open(&request);
	resetStringInfo(&buffer);
	appendStringInfoString(&buffer, TextDatumGetCString(orm_run_all(query)));
	orm_query_close(query);
	*found = orm_document_root(parse(&buffer));
	return true;
}

/* Reads the objects as a load of their owner. */
static OrmJson
read_by_load(const OrmPlace *place, OrmJson where, const Datum *key)
{
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
	append_selection(&buffer, place->edge->target->model);
	appendStringInfoString(&buffer, "}}}");
	orm_query_request(&request, ORM_QUERY_GET, place->owner->group->model, parse(&buffer), NULL);
	request.key = key;
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
read_found(const OrmPlace *place, OrmJson where, bool update)
{
	const OrmObject *owner = place->owner;
	const OrmKey *primary = owner->group->model->primary_key;
	Datum key[INDEX_MAX_KEYS];
	OrmJson found = {0};

	if (owner->intent == ORM_INTENT_CREATE)
		return found;
	if (primary == NULL || !orm_graph_key(owner, key))
	{
		if (owner->intent == ORM_INTENT_SAVE)
			return found;
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("condition needs an object of model \"%s\" that is given by its primary key",
					   owner->group->model->name),
				orm_error_place(place->path));
	}
	if (!read_by_foreign_key(
			place, where,
			place->graph->findings == NULL && (update || orm_collect_may_lock(place->edge->target->model)), &found))
		found = read_by_load(place, where, key);
	return found;
}

OrmJson
orm_matching_items(const OrmPlace *place, OrmJson json, bool update)
{
	OrmPath set_place = orm_path_key(place->path, "set");
	OrmJson values[NKEYS];
	OrmJson found;

	orm_members_take(&table, update ? UPDATES : DELETES, json, place->path, values);
	if (update && (!orm_members_is_object(values[SET]) || values[SET].node->count == 0))
		orm_members_raise_kind(values[SET], "an object with the attributes to be set", &set_place);
	check_where(place, values[WHERE]);
	found = read_found(place, values[WHERE], update);
	if (found.node == NULL)
		return orm_document_root(orm_document_parse("[]", 2));
	return update ? with_members(found, values[SET]) : found;
}
