/*
 * script.c - see script.h.
 *
 *     CREATE SCHEMA IF NOT EXISTS app;
 *
 *     CREATE OR REPLACE FUNCTION app.author_model() RETURNS json LANGUAGE orm STABLE AS $model$
 *     model Author {"table": "authors", "elements": [
 *       {"column": {"name": "id", "type": "integer", "primary_key": true}}]}
 *     $model$;
 *
 * The functions of mixins come first, each behind those it uses.
 *
 * The tables of mapped models are somebody else's and may come later, so their
 * functions are created with check_function_bodies off, as pg_dump does.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "commands/comment.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/names.h"
#include "base/sql.h"
#include "define/mixing.h"
#include "define/register.h"
#include "define/removal.h"
#include "define/script.h"
#include "model/cache.h"

/* The models that are meant, ordered by name. */
static List *
select_models(char **models, int n)
{
	List *rows = NIL;
	ListCell *cell;

	if (models == NULL)
		return orm_registry_all();
	for (int i = 0; i < n; i++)
		if (orm_registry_find(models[i]) == NULL)
			orm_cache_raise_unknown(models[i]);
	foreach(cell, orm_registry_all())
		for (int i = 0; i < n; i++)
			if (strcmp(((OrmRegistered *) lfirst(cell))->name, models[i]) == 0)
			{
				rows = lappend(rows, lfirst(cell));
				break;
			}
	return rows;
}

/* Adds a schema that must be there; "public" always is. */
static void
add_schema(List **names, Oid schema)
{
	char *name = get_namespace_name(schema);

	if (strcmp(name, "public") != 0 && !orm_name_is_among(*names, name))
		*names = lappend(*names, name);
}

/* Appends the schemas that must be there. */
static void
print_schemas(StringInfo out, const List *rows, const List *mixins)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, mixins)
		add_schema(&names, ((OrmMixin *) lfirst(cell))->schema);
	foreach(cell, rows)
		add_schema(&names, ((OrmRegistered *) lfirst(cell))->function_schema);
	foreach(cell, names)
		appendStringInfo(out, "CREATE SCHEMA IF NOT EXISTS %s;\n", orm_sql_quoted(lfirst(cell)));
}

/* A dollar quote that is not in the text. */
static char *
choose_quote(const char *text)
{
	char *quote = pstrdup("$model$");

	for (int i = 1; strstr(text, quote) != NULL; i++)
		quote = psprintf("$model%d$", i);
	return quote;
}

/* Appends a function and its comment. */
static void
print_function(StringInfo out, Oid function, const char *text)
{
	char *comment = GetComment(function, ProcedureRelationId, 0);
	char *quote = choose_quote(text);
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_qualified(&name, get_namespace_name(get_func_namespace(function)), get_func_name(function));
	appendStringInfo(out, "%sCREATE OR REPLACE FUNCTION %s() RETURNS json LANGUAGE orm STABLE AS %s\n%s\n%s;\n",
					 out->len ? "\n" : "", name.data, quote, text, quote);
	if (comment == NULL)
		return;
	appendStringInfo(out, "COMMENT ON FUNCTION %s() IS ", name.data);
	orm_sql_literal(out, comment);
	appendStringInfoString(out, ";\n");
}

/* Appends the function of a model. */
static void
print_model(StringInfo out, const OrmRegistered *row)
{
	OrmDeclaration *declaration = orm_register_declaration(row);

	if (row->mapped)
		orm_removal_sweep(declaration, row->relid);
	print_function(out, row->function, orm_declaration_text(declaration, get_namespace_name(row->function_schema)));
}

/* Adds the mixins of these names that are there, each behind the mixins that it uses. */
static void
add_mixins(List **mixins, const List *names)
{
	ListCell *cell;

	check_stack_depth();
	foreach(cell, names)
	{
		OrmMixin *mixin = orm_mixin_function_find(lfirst(cell));
		bool known = mixin == NULL;
		ListCell *other;

		foreach(other, *mixins)
			known = known || ((OrmMixin *) lfirst(other))->function == mixin->function;
		if (known)
			continue;
		add_mixins(mixins, orm_mixing_names(mixin->document));
		*mixins = lappend(*mixins, mixin);
	}
}

/* The mixins that come before these models: all there are, or the ones they use (List of OrmMixin *). */
static List *
select_mixins(const List *rows, bool all)
{
	List *mixins = NIL;
	ListCell *cell;

	foreach(cell, all ? orm_mixin_function_all() : NIL)
		add_mixins(&mixins, list_make1(((OrmMixin *) lfirst(cell))->name));
	foreach(cell, rows)
		add_mixins(&mixins, orm_mixing_names(((OrmRegistered *) lfirst(cell))->document));
	return mixins;
}

char *
orm_script_print(char **models, int n)
{
	List *rows = select_models(models, n);
	List *mixins = select_mixins(rows, models == NULL);
	bool mapped = false;
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	print_schemas(&out, rows, mixins);
	foreach(cell, mixins)
	{
		const OrmMixin *mixin = lfirst(cell);

		print_function(&out, mixin->function, mixin->text);
	}
	foreach(cell, rows)
		if (!((OrmRegistered *) lfirst(cell))->by_map)
			print_model(&out, lfirst(cell));
	foreach(cell, rows)
	{
		if (!((OrmRegistered *) lfirst(cell))->by_map)
			continue;
		CHECK_FOR_INTERRUPTS();
		if (!mapped)
			appendStringInfo(&out, "%sSET check_function_bodies = off;\n", out.len ? "\n" : "");
		mapped = true;
		print_model(&out, lfirst(cell));
	}
	if (mapped)
		appendStringInfoString(&out, "\nRESET check_function_bodies;\n");
	return out.data;
}
