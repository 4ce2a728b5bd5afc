/*
 * local_settings.c - settings of a transaction or of one call; see
 * local_settings.h.
 *
 * The list of custom settings is in TopTransactionContext, and forgotten with
 * it.  An aborted subtransaction leaves its names there, with the values that
 * were in force before it, which are right afterwards too.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/local_settings.h"
#include "base/members.h"

#define OURS "orm."

/* A custom setting that a document has set in this transaction. */
typedef struct CustomSetting
{
	char *name;
	char *before; /* its value before the first time */
} CustomSetting;

static List *customs = NIL; /* of CustomSetting *, in the order of their first times */

/* Memory callback: the transaction has ended. */
static void
forget(void *argument)
{
	customs = NIL;
}

/* The value of a setting as text; "" where it has none. */
static const char *
value_of(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	return value != NULL ? value : "";
}

/* Adds a custom setting to the list, unless it is there. */
static void
note_custom(const char *name, const char *before)
{
	MemoryContext caller;
	CustomSetting *custom;
	ListCell *cell;

	if (!(GetConfigOptionFlags(name, true) & GUC_CUSTOM_PLACEHOLDER))
		return;
	foreach(cell, customs)
		if (pg_strcasecmp(((CustomSetting *) lfirst(cell))->name, name) == 0)
			return;
	caller = MemoryContextSwitchTo(TopTransactionContext);
	if (customs == NIL)
	{
		MemoryContextCallback *callback = palloc0(sizeof(MemoryContextCallback));

		callback->func = forget;
		MemoryContextRegisterResetCallback(TopTransactionContext, callback);
	}
	custom = palloc(sizeof(CustomSetting));
	custom->name = pstrdup(name);
	custom->before = pstrdup(before);
	customs = lappend(customs, custom);
	MemoryContextSwitchTo(caller);
}

/* ---- Documents ---- */

/* Raises 22023 for a setting with our prefix that is not ours. */
static void
check_ours(const char *name, const OrmPath *place)
{
	struct config_generic **all;
	const char **names;
	int nall;
	int n = 0;

	if (pg_strncasecmp(name, OURS, strlen(OURS)) != 0)
		return;
	all = orm_guc_variables(&nall);
	names = palloc(sizeof(char *) * nall);
	for (int i = 0; i < nall; i++)
	{
		if (pg_strncasecmp(all[i]->name, OURS, strlen(OURS)) != 0)
			continue;
		if (pg_strcasecmp(all[i]->name, name) == 0)
			return;
		names[n++] = all[i]->name;
	}
	orm_members_raise_unrecognized("setting", name, place, names, n);
}

/* The text of a value; NULL for null. */
static char *
value_text(OrmJson json, const OrmPath *place)
{
	switch (orm_json_kind(json))
	{
		case ORM_JSON_NULL:
			return NULL;
		case ORM_JSON_ARRAY:
		case ORM_JSON_OBJECT:
			orm_members_raise_kind(json, "a string, a number, a boolean or null", place);
		default:
			return orm_json_string(json);
	}
}

/* Sets one setting. */
static void
set(const char *name, const char *value, GucAction action)
{
	(void) set_config_option(name, value, superuser() ? PGC_SUSET : PGC_USERSET, PGC_S_SESSION, action, true, 0, false);
}

/* Sets one setting, and adds the place to the server's error. */
static void
set_at(const char *name, const char *value, GucAction action, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	char *before = pstrdup(value_of(name));

	PG_TRY();
	{
		set(name, value, action);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	note_custom(name, before);
	pfree(before);
}

/* Raises 42701 if an earlier member of the object has the name. */
static void
check_given_once(OrmJson object, int index, const char *name, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(object);

	while (orm_json_next(&walk) && walk.index < index)
		if (pg_strcasecmp(orm_json_string(walk.key), name) == 0)
			orm_members_raise_twice("setting", name, place);
}

/* Sets the settings of an object. */
static void
set_all(OrmJson object, GucAction action, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(object);

	while (orm_json_next(&walk))
	{
		char *name = orm_json_string(walk.key);
		OrmPath here = orm_path_key(place, name);

		CHECK_FOR_INTERRUPTS();
		check_given_once(object, walk.index, name, &here);
		check_ours(name, &here);
		set_at(name, value_text(walk.value, &here), action, &here);
	}
}

/* Raises unless this is an object. */
static void
check_object(OrmJson json, const OrmPath *place)
{
	if (!orm_members_is_object(json))
		orm_members_raise_kind_hint(json, "an object", "settings", place, "Write {\"name\": value, ...}.");
}

void
orm_local_settings_set(OrmJson object, const OrmPath *place)
{
	check_object(object, place);
	set_all(object, GUC_ACTION_LOCAL, place);
}

int
orm_local_settings_enter(OrmJson object, const OrmPath *place)
{
	int level;

	if (object.node == NULL)
		return 0;
	check_object(object, place);
	level = NewGUCNestLevel();
	set_all(object, GUC_ACTION_SAVE, place);
	return level;
}

/* ---- Kept values ---- */

/* The value of a custom setting, by its number; "at" is the place of the next kept one. */
static const char *
kept_value(const OrmKeptSettings *kept, int i, const char **at)
{
	const char *value = *at;

	if (kept == NULL || i >= kept->n)
		return ((CustomSetting *) list_nth(customs, i))->before;
	*at += strlen(value) + 1;
	return value;
}

OrmKeptSettings *
orm_local_settings_keep(OrmKeptSettings *last)
{
	StringInfoData values;
	OrmKeptSettings *kept;
	ListCell *cell;

	if (customs == NIL)
		return NULL;
	initStringInfo(&values);
	foreach(cell, customs)
	{
		const char *value = value_of(((CustomSetting *) lfirst(cell))->name);

		appendBinaryStringInfo(&values, value, strlen(value) + 1);
	}
	if (last != NULL && last->n == list_length(customs) && last->length == (Size) values.len &&
		memcmp(last->text, values.data, values.len) == 0)
		kept = last;
	else
	{
		kept = palloc(offsetof(OrmKeptSettings, text) + values.len);
		kept->n = list_length(customs);
		kept->length = values.len;
		memcpy(kept->text, values.data, values.len);
	}
	pfree(values.data);
	return kept;
}

bool
orm_local_settings_are_equal(const OrmKeptSettings *a, const OrmKeptSettings *b)
{
	const char *at_a = a != NULL ? a->text : NULL;
	const char *at_b = b != NULL ? b->text : NULL;

	if (a == b)
		return true;
	for (int i = 0; i < list_length(customs); i++)
		if (strcmp(kept_value(a, i, &at_a), kept_value(b, i, &at_b)) != 0)
			return false;
	return true;
}

int
orm_local_settings_enter_kept(const OrmKeptSettings *kept)
{
	const char *at = kept != NULL ? kept->text : NULL;
	int level = 0;

	for (int i = 0; i < list_length(customs); i++)
	{
		const char *name = ((CustomSetting *) list_nth(customs, i))->name;
		const char *value = kept_value(kept, i, &at);

		if (strcmp(value_of(name), value) == 0)
			continue;
		if (level == 0)
			level = NewGUCNestLevel();
		set(name, value, GUC_ACTION_SAVE);
	}
	return level;
}
