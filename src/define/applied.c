/*
 * applied.c - see applied.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "base/document.h"
#include "base/names.h"
#include "define/applied.h"
#include "define/declare.h"
#include "define/planning.h"
#include "define/register.h"
#include "define/rename.h"
#include "model/canonical.h"
#include "model/once.h"
#include "registry/binding.h"
#include "registry/history.h"
#include "registry/model_text.h"

/* A model that is changed. */
typedef struct Migrated
{
	char *model;
	OrmDeclaration *before; /* NULL: it had no table */
	char *declared;			/* JSON */
} Migrated;

/* Which declarations of a row a column of the table has. */
typedef OrmDeclaration *(*Declared)(const Migrated *change);

OrmDeclaration *
orm_applied_read(OrmJson value, const char *model, const OrmPath *place)
{
	int length;
	const char *text = orm_json_source(value, &length);
	OrmDeclaration *declaration;

	if (orm_json_kind(value) != ORM_JSON_OBJECT)
		return NULL;
	declaration = orm_declaration_parse_stored(orm_document_parse(text, length));
	if (strcmp(declaration->model, model) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("declaration of model \"%s\" is one of model \"%s\"", model, declaration->model),
				orm_error_place(place));
	return declaration;
}

OrmDeclaration *
orm_applied_declaration(const char *json, const char *model)
{
	OrmJson value;

	if (!orm_json_member(orm_document_root(orm_document_parse(json, strlen(json))), model, &value))
		return NULL;
	return orm_applied_read(value, model, NULL);
}

/* The declaration in the text that was in force; NULL: none is kept. */
static OrmDeclaration *
former_declaration(const OrmRegistered *row)
{
	char *text = orm_binding_former(row->function);
	OrmRegistered former = *row;
	OrmDeclaration *declaration;
	const char *document;
	char *model;

	/* a binding may be of another function, see binding.h */
	if (text == NULL || !orm_model_text_split(text, &model, &document) || strcmp(model, row->name) != 0)
		return NULL;
	former.text = text;
	former.document = orm_model_text_document("model", model, document);
	declaration = orm_register_declaration_as_written(&former);
	if (declaration->schema == NULL)
		declaration->schema = get_namespace_name(row->function_schema);
	return declaration;
}

/* What the latest migration of a model has made it; NULL: there is none. */
static OrmDeclaration *
latest_declaration(OrmApplied *applied, const char *model)
{
	ListCell *cell;

	if (!applied->has_history)
		applied->history = orm_history_all();
	applied->has_history = true;
	foreach(cell, applied->history)
	{
		const OrmHistory *row = lfirst(cell);

		if (orm_name_is_among(row->models, model) && strcmp(row->state, ORM_HISTORY_PLANNED) != 0 &&
			strcmp(row->state, ORM_HISTORY_REPLACED) != 0)
			return orm_applied_declaration(row->after, model);
	}
	return NULL;
}

/* What a model was before changes that are pending; NULL: it had no table. */
static OrmDeclaration *
declaration_of_before(OrmApplied *applied, const OrmRegistered *row)
{
	OrmDeclaration *declaration;

	if (orm_rename_pending(row, orm_register_declaration(row)) != NULL)
		return NULL; /* there was the model of the former name */
	declaration = row->mapped ? former_declaration(row) : NULL;
	if (row->mapped && declaration == NULL)
		declaration = latest_declaration(applied, row->name);
	if (row->mapped && declaration == NULL)
		declaration = orm_register_declaration(row);
	if (declaration != NULL)
		orm_once_take_out(declaration);
	return declaration;
}

/* Does the present text of a model note that this join table was made? */
static bool
notes_made(const char *model, Oid join)
{
	const OrmRegistered *row = orm_registry_find(model);
	const OrmDeclaration *declaration = row != NULL ? orm_register_declaration(row) : NULL;
	ListCell *cell;

	foreach(cell, declaration != NULL ? declaration->relationships : NIL)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->made == ORM_YES && orm_planning_join(declaration, relationship) == join)
			return true;
	}
	return false;
}

OrmDeclaration *
orm_applied_prepare(OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);
		Oid join = orm_planning_join(declaration, relationship);

		if (relationship->made == ORM_NOT_GIVEN)
			continue;
		if (OidIsValid(join) && (notes_made(declaration->model, join) || notes_made(relationship->model, join)))
			continue;
		relationship->made = ORM_NOT_GIVEN;
		if (OidIsValid(join))
			continue;
		relationship->through = NULL;
		relationship->foreign_key = NIL;
	}
	declaration->stored = false;
	return orm_register_read_again(declaration, false);
}

void
orm_applied_declare(OrmDeclaration *declaration)
{
	if (!orm_registry_may_declare(GetUserId(), false))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for function orm.model"),
				errdetail("Model \"%s\" is declared.", declaration->model));
	orm_declare_write(declaration);
}

/* The change of a model, or NULL. */
static Migrated *
find_change(const OrmApplied *applied, const char *model)
{
	ListCell *cell;

	foreach(cell, applied->changes)
		if (strcmp(((const Migrated *) lfirst(cell))->model, model) == 0)
			return lfirst(cell);
	return NULL;
}

void
orm_applied_note_declared(const OrmApplied *applied, const char *model)
{
	const OrmRegistered *row = orm_registry_find(model);

	Assert(row != NULL && find_change(applied, model) != NULL);
	find_change(applied, model)->declared = orm_declaration_print(orm_register_declaration(row));
}

void
orm_applied_note_model(OrmApplied *applied, const char *model, bool present)
{
	OrmRegistered *row = orm_registry_find(model);
	Migrated *change;

	if (find_change(applied, model) != NULL)
		return;
	change = palloc0(sizeof(Migrated));
	change->model = pstrdup(model);
	if (row != NULL)
		change->before = present ? orm_register_declaration(row) : declaration_of_before(applied, row);
	change->declared = row != NULL ? orm_declaration_print(orm_register_declaration(row)) : pstrdup("null");
	applied->changes = lappend(applied->changes, change);
}

/* Was a model declared otherwise when its table was last as declared? */
static bool
is_declared_again(const OrmRegistered *row)
{
	OrmDeclaration *former = row->mapped ? former_declaration(row) : NULL;

	return former != NULL && strcmp(orm_canonical_text(former), orm_canonical_text(orm_register_declaration(row))) != 0;
}

/* A model that is renamed, and the models that name it. */
static void
note_rename(OrmApplied *applied, const OrmStep *step)
{
	ListCell *cell;

	if (step->former == NULL)
		return;
	orm_applied_note_model(applied, step->former, false);
	foreach(cell, orm_rename_followers(step->former, step->about, step->owner))
		orm_applied_note_model(applied, lfirst(cell), false);
}

/* A model that was declared again without a step for its table belongs to the migration as well. */
void
orm_applied_note(OrmApplied *applied, const OrmDifference *difference)
{
	ListCell *cell;

	foreach(cell, orm_difference_models(difference))
		orm_applied_note_model(applied, lfirst(cell), false);
	foreach(cell, difference->steps)
		note_rename(applied, lfirst(cell));
	foreach(cell, difference->rows)
		if (is_declared_again(lfirst(cell)))
			orm_applied_note_model(applied, ((const OrmRegistered *) lfirst(cell))->name, false);
}

static int
compare_changes(const ListCell *a, const ListCell *b)
{
	return strcmp(((const Migrated *) lfirst(a))->model, ((const Migrated *) lfirst(b))->model);
}

/* The declaration that a model has now; NULL: it is gone. */
static OrmDeclaration *
declaration_now(const Migrated *change)
{
	OrmRegistered *row = orm_registry_find(change->model);

	return row != NULL ? orm_register_declaration(row) : NULL;
}

static OrmDeclaration *
declaration_before(const Migrated *change)
{
	return change->before;
}

/* Appends a member of a JSON object. */
static void
append_member(StringInfo out, const char *key, const char *json)
{
	if (out->len > 1)
		appendStringInfoString(out, ", ");
	escape_json(out, key);
	appendStringInfo(out, ": %s", json);
}

/* The declarations of changes, as a JSON object by model. */
static char *
print_declarations(const List *changes, Declared declared)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	foreach(cell, changes)
	{
		const Migrated *change = lfirst(cell);
		OrmDeclaration *declaration = declared != NULL ? declared(change) : NULL;

		if (declared == NULL)
			append_member(&out, change->model, change->declared);
		else
			append_member(&out, change->model, declaration != NULL ? orm_declaration_print(declaration) : "null");
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* The hash of these. */
static char *
hash_declarations(const List *changes, Declared declared)
{
	List *declarations = NIL;
	ListCell *cell;

	foreach(cell, changes)
		if (declared(lfirst(cell)) != NULL)
			declarations = lappend(declarations, declared(lfirst(cell)));
	return orm_canonical_hash(declarations);
}

/* Appends a text as a member; NULL: null. */
static void
append_text(StringInfo out, const char *key, const char *text)
{
	StringInfoData json;

	initStringInfo(&json);
	if (text != NULL)
		escape_json(&json, text);
	else
		appendStringInfoString(&json, "null");
	append_member(out, key, json.data);
}

char *
orm_applied_print_steps(const List *steps)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);
		StringInfoData object;

		initStringInfo(&object);
		appendStringInfoChar(&object, '{');
		append_text(&object, "model", step->about);
		append_text(&object, "action", step->action);
		append_text(&object, "object", step->object);
		append_text(&object, "sql", step->sql);
		append_text(&object, "reverse", step->reverse);
		appendStringInfo(&out, "%s%s}", out.len > 1 ? ",\n  " : "", object.data);
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}

int64
orm_applied_write(const OrmApplied *applied, const List *steps)
{
	List *changes = list_copy(applied->changes);
	OrmHistory row = {.action = applied->action, .state = applied->planned ? ORM_HISTORY_PLANNED : ORM_HISTORY_DONE};
	ListCell *cell;

	list_sort(changes, compare_changes);
	row.name = applied->name;
	row.undoes = applied->undoes;
	row.note = applied->note;
	foreach(cell, changes)
		row.models = lappend(row.models, ((const Migrated *) lfirst(cell))->model);
	row.steps = orm_applied_print_steps(steps);
	row.before = print_declarations(changes, declaration_before);
	row.declared = print_declarations(changes, NULL);
	row.after = print_declarations(changes, declaration_now);
	row.hash_before = hash_declarations(changes, declaration_before);
	row.hash_after = hash_declarations(changes, declaration_now);
	orm_history_add(&row);
	return row.id;
}

void
orm_applied_write_after(int64 id, const List *models, const char *state)
{
	List *changes = NIL;
	ListCell *cell;

	foreach(cell, models)
	{
		Migrated *change = palloc0(sizeof(Migrated));

		change->model = lfirst(cell);
		changes = lappend(changes, change);
	}
	orm_history_set_after(id, state, print_declarations(changes, declaration_now),
						  hash_declarations(changes, declaration_now));
}
