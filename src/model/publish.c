/*
 * publish.c - the element "publish"; see publish.h.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/members.h"
#include "model/naming.h"
#include "model/publish.h"
#include "registry/model_text.h"

/* The events that can be published, in their order. */
static const char *const events[] = {"create", "update", "delete", "truncate"};

#define TRUNCATE 3

/* Bytes of a channel behind "orm_after_create_update_delete_publish_". */
#define LONGEST_WHOLE (NAMEDATALEN - 1 - (int) strlen("orm_after_create_update_delete_publish_"))

/* The place of a key of a publication. */
static const OrmPath *
place_of(OrmElementPlace *place, const OrmDeclaredPublication *publication, const char *key)
{
	return orm_declaration_place(place, publication->position, "publish", key);
}

Oid
orm_publish_function(void)
{
	return LookupFuncName(list_make2(makeString("orm"), makeString("publish_changes")), 0, NULL, true);
}

/* Raises 22023 for what is no event. */
static void
raise_event(const OrmDeclaredPublication *publication, const char *name, int length)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unrecognized event \"%s\" in \"%s\"", orm_error_clip(pnstrdup(name, length)), publication->events),
			orm_error_place(place_of(&place, publication, "events")),
			errhint("Events are a list of create, update, delete and truncate."));
}

/* The number of an event, of which "length" characters are the name. */
static int
read_event(const OrmDeclaredPublication *publication, const char *name, int length)
{
	for (int i = 0; i < (int) lengthof(events); i++)
		if ((int) strlen(events[i]) == length && pg_strncasecmp(name, events[i], length) == 0)
			return i;
	raise_event(publication, name, length);
	return 0;
}

/* The events of a publication, as bits. */
static int
events_of(const OrmDeclaredPublication *publication)
{
	const char *text = publication->events;
	int bits = 0;
	OrmElementPlace place;

	if (text == NULL)
		return (1 << lengthof(events)) - 1;
	for (;;)
	{
		int length;
		int event;

		text += strspn(text, " \t\n");
		length = strcspn(text, " \t\n,");
		event = read_event(publication, text, length);
		if (bits & (1 << event))
			orm_members_raise_twice("event", events[event], place_of(&place, publication, "events"));
		bits |= 1 << event;
		text += length;
		text += strspn(text, " \t\n");
		if (*text == '\0')
			return bits;
		if (*text++ != ',')
			raise_event(publication, text - 1, strlen(text - 1));
	}
}

/*
 * What the triggers of a channel are called behind their events.  The name of a long channel, which
 * the name of a trigger has no room for, is told apart by a hash.
 */
static char *
trigger_name(const char *channel)
{
	if (strlen(channel) <= LONGEST_WHOLE)
		return psprintf("publish_%s", channel);
	return psprintf("publish_%.*s_%08x", pg_mbcliplen(channel, strlen(channel), LONGEST_WHOLE - 9), channel,
					orm_model_text_hash(channel));
}

/* A hook of a publication. */
static OrmDeclaredHook *
make_hook(const OrmDeclaration *declaration, const OrmDeclaredPublication *publication, char *when)
{
	OrmDeclaredHook *hook = palloc0(sizeof(OrmDeclaredHook));

	hook->events = when;
	hook->function = "orm.publish_changes";
	hook->position = publication->position;
	hook->builder = "publish";
	hook->name = trigger_name(publication->channel);
	hook->arguments = list_make2(pstrdup(declaration->model), pstrdup(publication->channel));
	return hook;
}

List *
orm_publish_hooks_of(const OrmDeclaration *declaration, const OrmDeclaredPublication *publication)
{
	int bits = events_of(publication);
	List *hooks = NIL;
	StringInfoData rows;

	initStringInfo(&rows);
	for (int i = 0; i < TRUNCATE; i++)
		if (bits & (1 << i))
			appendStringInfo(&rows, "%s%s", rows.len > 0 ? ", " : "after ", events[i]);
	if (rows.len > 0)
		hooks = lappend(hooks, make_hook(declaration, publication, rows.data));
	if (bits & (1 << TRUNCATE))
		hooks = lappend(hooks, make_hook(declaration, publication, pstrdup("after statement truncate")));
	return hooks;
}

List *
orm_publish_hooks(const OrmDeclaration *declaration)
{
	List *hooks = NIL;
	ListCell *cell;

	foreach(cell, declaration->publications)
		hooks = list_concat(hooks, orm_publish_hooks_of(declaration, lfirst(cell)));
	return hooks;
}

const OrmDeclaredPublication *
orm_publish_find(const OrmDeclaration *declaration, const char *channel)
{
	ListCell *cell;

	foreach(cell, declaration->publications)
		if (strcmp(((const OrmDeclaredPublication *) lfirst(cell))->channel, channel) == 0)
			return lfirst(cell);
	return NULL;
}

/* The declared column of an attribute, or NULL: the table may have it all the same. */
static const OrmDeclaredColumn *
declared_column(const OrmDeclaration *declaration, const char *attribute)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);

		if (strcmp(column->attribute != NULL ? column->attribute : column->name, attribute) == 0)
			return column;
	}
	return NULL;
}

/* Checks a publication. */
static void
check(const OrmDeclaration *declaration, const OrmDeclaredPublication *publication)
{
	OrmElementPlace place;
	ListCell *cell;

	if (publication->channel[0] == '\0' || strlen(publication->channel) >= NAMEDATALEN)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("invalid channel \"%s\"", orm_error_clip(publication->channel)),
				orm_error_place(place_of(&place, publication, "channel")),
				errhint("The name of a channel has 1 to %d bytes.", NAMEDATALEN - 1));
	if (orm_publish_find(declaration, publication->channel) != publication)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("channel \"%s\" is declared more than once", publication->channel),
				orm_error_place(place_of(&place, publication, "channel")));
	(void) events_of(publication);
	foreach(cell, publication->attributes)
	{
		const OrmDeclaredColumn *column = declared_column(declaration, lfirst(cell));

		for (int i = 0; i < foreach_current_index(cell); i++)
			if (strcmp(list_nth(publication->attributes, i), lfirst(cell)) == 0)
				orm_members_raise_twice("attribute", lfirst(cell), place_of(&place, publication, "attributes"));
		if (column != NULL && column->hidden == ORM_YES)
			ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("attribute \"%s\" of model \"%s\" is hidden", (char *) lfirst(cell), declaration->model),
					orm_error_place(place_of(&place, publication, "attributes")));
	}
}

void
orm_publish_check(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->publications)
		check(declaration, lfirst(cell));
}

void
orm_publish_check_columns(const OrmDeclaration *declaration, const OrmDeclaration *whole, Oid relid)
{
	OrmElementPlace place;
	ListCell *cell;
	ListCell *item;

	foreach(cell, declaration->publications)
	{
		const OrmDeclaredPublication *publication = lfirst(cell);

		foreach(item, publication->attributes)
		{
			if (declared_column(whole, lfirst(item)) == NULL &&
				get_attnum(relid, orm_naming_column(declaration, lfirst(item))) <= 0)
				ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("attribute \"%s\" of model \"%s\" does not exist", orm_error_clip(lfirst(item)),
							   declaration->model),
						orm_error_place(place_of(&place, publication, "attributes")));
		}
	}
}
