/*
 * hook.c - the element "on"; see hook.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "nodes/parsenodes.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/error.h"
#include "base/members.h"
#include "base/names.h"
#include "base/settings.h"
#include "base/sql.h"
#include "model/hook.h"
#include "model/publish.h"
#include "model/soft_delete.h"

/* The words of events, in the order of names of triggers. */
static const struct
{
	const char *word;
	const char *sql;
	int16 bit;
} events[] = {
	{"create", "INSERT", TRIGGER_TYPE_INSERT},
	{"update", "UPDATE", TRIGGER_TYPE_UPDATE},
	{"delete", "DELETE", TRIGGER_TYPE_DELETE},
	{"truncate", "TRUNCATE", TRIGGER_TYPE_TRUNCATE},
};

const char *
orm_hook_builder(const OrmDeclaredHook *hook)
{
	return hook->builder != NULL ? hook->builder : "on";
}

const OrmPath *
orm_hook_place(OrmElementPlace *place, const OrmDeclaredHook *hook, const char *key)
{
	return orm_declaration_place(place, hook->position, orm_hook_builder(hook), key);
}

/* Takes the next word, in small letters; "" at the end.  A comma is a word. */
static char *
next_word(const char **text)
{
	const char *start = *text + strspn(*text, " \t\n");
	size_t length = start[0] == ',' ? 1 : strcspn(start, " \t\n,");
	char *word = pnstrdup(start, length);

	for (char *c = word; *c != '\0'; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	*text = start + length;
	return word;
}

/* Raises 22023 for a word of events. */
static void
raise_event(const OrmDeclaredHook *hook, const char *word)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			word[0] == '\0' ? errmsg("events of \"%s\" are not complete: \"%s\"", "on", hook->events)
							: errmsg("unrecognized event \"%s\" in \"%s\"", orm_error_clip(word), hook->events),
			orm_error_place(orm_hook_place(&place, hook, "events")),
			errhint("Events are before or after, then statement or nothing, then a list of create, update, delete "
					"and truncate: 'after update, delete'."));
}

/* Reads when a trigger fires: before or after. */
static int16
read_timing(const OrmDeclaredHook *hook, const char *word)
{
	OrmElementPlace place;

	if (strcmp(word, "instead") == 0)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("INSTEAD OF triggers are not supported"),
				orm_error_place(orm_hook_place(&place, hook, "events")),
				errhint("Create the trigger of a view with CREATE TRIGGER."));
	if (strcmp(word, "before") != 0 && strcmp(word, "after") != 0)
		raise_event(hook, word);
	return strcmp(word, "before") == 0 ? TRIGGER_TYPE_BEFORE : TRIGGER_TYPE_AFTER;
}

/* The bit of an event. */
static int16
read_event(const OrmDeclaredHook *hook, const char *word)
{
	for (int i = 0; i < (int) lengthof(events); i++)
		if (strcmp(events[i].word, word) == 0)
			return events[i].bit;
	raise_event(hook, word);
	return 0;
}

int16
orm_hook_type(const OrmDeclaredHook *hook)
{
	const char *text = hook->events;
	int16 type = read_timing(hook, next_word(&text)) | TRIGGER_TYPE_ROW;
	char *word = next_word(&text);
	OrmElementPlace place;

	if (strcmp(word, "statement") == 0)
	{
		type &= ~TRIGGER_TYPE_ROW;
		word = next_word(&text);
	}
	for (;;)
	{
		int16 event = read_event(hook, word);

		if (type & event)
			orm_members_raise_twice("event", word, orm_hook_place(&place, hook, "events"));
		type |= event;
		word = next_word(&text);
		if (word[0] == '\0')
			break;
		if (word[0] != ',')
			raise_event(hook, word);
		word = next_word(&text);
	}
	if (TRIGGER_FOR_TRUNCATE(type) && TRIGGER_FOR_ROW(type))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("event \"%s\" is not allowed here", "truncate"),
				orm_error_place(orm_hook_place(&place, hook, "events")),
				errhint("No row is deleted: write 'after statement truncate'."));
	return type;
}

char *
orm_hook_prefix(int16 type)
{
	StringInfoData name;

	initStringInfo(&name);
	appendStringInfo(&name, "orm_%s_%s", TRIGGER_FOR_BEFORE(type) ? "before" : "after",
					 TRIGGER_FOR_ROW(type) ? "" : "statement_");
	for (int i = 0; i < (int) lengthof(events); i++)
		if (type & events[i].bit)
			appendStringInfo(&name, "%s_", events[i].word);
	return name.data;
}

char *
orm_hook_function_name(const OrmDeclaredHook *hook)
{
	char *schema;
	char *name;

	orm_name_split(hook->function, &schema, &name);
	return name;
}

char *
orm_hook_name(const OrmDeclaredHook *hook)
{
	char *prefix = orm_hook_prefix(orm_hook_type(hook));

	return makeObjectName(pnstrdup(prefix, strlen(prefix) - 1),
						  hook->name != NULL ? hook->name : orm_hook_function_name(hook), NULL);
}

char *
orm_hook_label(const OrmDeclaredHook *hook)
{
	return psprintf("%s: %s", hook->events, hook->name != NULL ? hook->name : hook->function);
}

/* Finds a function without arguments. */
static Oid
find_function(const OrmDeclaredHook *hook, const char *schema)
{
	char *given;
	char *name;
	List *names;
	Oid function = InvalidOid;

	orm_name_split(hook->function, &given, &name);
	names = list_make1(makeString(name));
	if (given == NULL && schema != NULL && OidIsValid(get_namespace_oid(schema, true)))
		function = LookupFuncName(list_make2(makeString(pstrdup(schema)), makeString(name)), 0, NULL, true);
	if (OidIsValid(function))
		return function;
	return LookupFuncName(given != NULL ? lcons(makeString(given), names) : names, 0, NULL, true);
}

Oid
orm_hook_function(const OrmDeclaredHook *hook, const char *schema)
{
	Oid function = find_function(hook, schema);
	OrmElementPlace place;

	if (!OidIsValid(function))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function %s() does not exist", hook->function),
				orm_error_place(orm_hook_place(&place, hook, "function")),
				errhint("A trigger function has no arguments and returns trigger."));
	if (get_func_rettype(function) != TRIGGEROID)
		ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				errmsg("function %s must return type %s", hook->function, "trigger"),
				orm_error_place(orm_hook_place(&place, hook, "function")));
	return function;
}

char *
orm_hook_statement(const OrmDeclaredHook *hook, const char *schema, const char *relation)
{
	int16 type = orm_hook_type(hook);
	StringInfoData sql;
	bool first = true;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TRIGGER %s %s", orm_sql_quoted(orm_hook_name(hook)),
					 TRIGGER_FOR_BEFORE(type) ? "BEFORE" : "AFTER");
	for (int i = 0; i < (int) lengthof(events); i++)
	{
		if (!(type & events[i].bit))
			continue;
		appendStringInfo(&sql, "%s%s", first ? " " : " OR ", events[i].sql);
		first = false;
		foreach(cell, events[i].bit == TRIGGER_TYPE_UPDATE ? hook->columns : NIL)
			appendStringInfo(&sql, "%s%s", foreach_current_index(cell) > 0 ? ", " : " OF ",
							 orm_sql_quoted(lfirst(cell)));
	}
	appendStringInfo(&sql, " ON %s FOR EACH %s", relation, TRIGGER_FOR_ROW(type) ? "ROW" : "STATEMENT");
	if (hook->when_expr != NULL)
	{
		appendStringInfoString(&sql, " WHEN ");
		orm_sql_fragment(&sql, hook->when_expr);
	}
	appendStringInfoString(&sql, " EXECUTE FUNCTION ");
	orm_sql_function(&sql, orm_hook_function(hook, schema));
	appendStringInfoChar(&sql, '(');
	foreach(cell, hook->arguments)
	{
		appendStringInfoString(&sql, foreach_current_index(cell) > 0 ? ", " : "");
		orm_sql_literal(&sql, lfirst(cell));
	}
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

/* Checks a hook. */
static void
check_hook(const OrmDeclaration *declaration, const OrmDeclaredHook *hook)
{
	int16 type = orm_hook_type(hook);
	OrmElementPlace place;
	ListCell *cell;

	if (hook->columns != NIL && !TRIGGER_FOR_UPDATE(type))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" requires the event \"%s\"", "columns", "update"),
				orm_error_place(orm_hook_place(&place, hook, "columns")));
	foreach(cell, declaration->hooks)
	{
		const OrmDeclaredHook *other = lfirst(cell);

		if (other == hook)
			break;
		if (strcmp(orm_hook_name(other), orm_hook_name(hook)) == 0)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
					errmsg("function \"%s\" is declared more than once for the same events", hook->function),
					orm_error_place(orm_hook_place(&place, hook, "function")));
	}
}

void
orm_hook_check(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->hooks)
		check_hook(declaration, lfirst(cell));
}

/* Is there an enabled trigger of the name of a hook? */
static bool
has_trigger(const OrmDeclaredHook *hook, Relation relation)
{
	char *name = orm_hook_name(hook);

	for (int i = 0; relation->trigdesc != NULL && i < relation->trigdesc->numtriggers; i++)
		if (strcmp(relation->trigdesc->triggers[i].tgname, name) == 0 &&
			relation->trigdesc->triggers[i].tgenabled != TRIGGER_DISABLED)
			return true;
	return false;
}

void
orm_hook_check_functions(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->hooks)
		(void) orm_hook_function(lfirst(cell), declaration->schema);
}

List *
orm_hook_all(const OrmDeclaration *declaration)
{
	List *hooks = list_concat(list_copy(declaration->hooks), orm_publish_hooks(declaration));

	return list_concat(hooks, orm_soft_delete_hooks(declaration));
}

List *
orm_hook_pending(const OrmDeclaration *declaration, Relation relation)
{
	List *pending = NIL;
	ListCell *cell;

	foreach(cell, orm_hook_all(declaration))
		if (!has_trigger(lfirst(cell), relation))
			pending = lappend(pending, orm_hook_label(lfirst(cell)));
	return pending;
}
