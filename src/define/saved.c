/*
 * saved.c - see saved.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/json.h"

#include "base/document.h"
#include "base/members.h"
#include "base/names.h"
#include "define/migrate_lock.h"
#include "define/owner.h"
#include "define/register.h"
#include "define/saved.h"
#include "model/canonical.h"
#include "model/renaming.h"
#include "registry/history.h"

/* The latest migration of a name that is done. */
static OrmHistory *
find_named(const char *name)
{
	ListCell *cell;

	foreach(cell, orm_history_all())
	{
		OrmHistory *row = lfirst(cell);

		if (orm_name_is_same(row->name, name) && strcmp(row->state, ORM_HISTORY_DONE) == 0)
			return row;
	}
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("migration \"%s\" does not exist", orm_error_clip(name)),
			errhint("Table orm.migration lists them; a name is given with the option \"name\"."));
}

/* Appends a declaration of a model, as the history has it. */
static void
print_declaration(StringInfo out, const char *key, const char *json, const char *model)
{
	OrmDeclaration *declaration = orm_applied_declaration(json, model);

	appendStringInfo(out, "\n   \"%s\": %s", key, declaration != NULL ? orm_declaration_print(declaration) : "null");
}

/* Does a declaration, which may be NULL, give a model its name? */
static bool
renames(const OrmDeclaration *declared, const char *model)
{
	const OrmDeclaredRename *rename = declared != NULL ? orm_renaming_model(declared) : NULL;

	return rename != NULL && strcmp(rename->name, model) == 0;
}

/* Has a migration given the place of a model to another one? */
static bool
is_renamed_in(const OrmHistory *row, const char *model)
{
	ListCell *cell;

	foreach(cell, row->models)
		if (renames(orm_applied_declaration(row->declared, lfirst(cell)), model))
			return true;
	return false;
}

char *
orm_saved_print(const char *name)
{
	const OrmHistory *row = find_named(name);
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfo(&out, "{\"format\": %d,\n \"name\": ", ORM_SAVED_FORMAT);
	escape_json(&out, row->name);
	appendStringInfoString(&out, ",\n \"hash_before\": ");
	escape_json(&out, row->hash_before);
	appendStringInfoString(&out, ",\n \"hash_after\": ");
	escape_json(&out, row->hash_after);
	appendStringInfoString(&out, ",\n \"declarations\": {");
	foreach(cell, row->models)
	{
		const char *model = lfirst(cell);

		if (!is_renamed_in(row, model) &&
			(orm_applied_declaration(row->declared, model) == NULL ||
			 orm_applied_declaration(row->after, model) == NULL))
			ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("migration \"%s\" cannot be saved", orm_error_clip(name)),
					errdetail("It has dropped or made again model \"%s\".", model));
		appendStringInfoString(&out, foreach_current_index(cell) > 0 ? ",\n  " : "\n  ");
		escape_json(&out, model);
		appendStringInfoString(&out, ": {");
		print_declaration(&out, "before", row->before, model);
		appendStringInfoChar(&out, ',');
		print_declaration(&out, "declared", row->declared, model);
		appendStringInfoChar(&out, ',');
		print_declaration(&out, "after", row->after, model);
		appendStringInfoChar(&out, '}');
	}
	appendStringInfo(&out, "},\n \"steps\": %s}", row->steps);
	return out.data;
}

/* A model of a document. */
typedef struct SavedModel
{
	char *name;
	OrmDeclaration *before;	  /* NULL: none */
	OrmDeclaration *declared; /* NULL: another model takes its place */
	OrmDeclaration *after;	  /* the same */
} SavedModel;

/* Reads a declaration of the model; errors have the place. */
static void
read_declaration(SavedModel *model, OrmDeclaration **declaration, bool may_be_null, OrmJson value, const OrmPath *place)
{
	if (orm_json_kind(value) != ORM_JSON_OBJECT && !(may_be_null && orm_json_kind(value) == ORM_JSON_NULL))
		orm_members_raise_kind(value, "a declaration", place);
	*declaration = orm_applied_read(value, model->name, place);
}

static void
read_before(void *model, OrmJson value, const OrmPath *place)
{
	read_declaration(model, &((SavedModel *) model)->before, true, value, place);
}

static void
read_declared(void *model, OrmJson value, const OrmPath *place)
{
	read_declaration(model, &((SavedModel *) model)->declared, true, value, place);
}

static void
read_after(void *model, OrmJson value, const OrmPath *place)
{
	read_declaration(model, &((SavedModel *) model)->after, true, value, place);
}

#define ALWAYS .allowed = ORM_MEMBER_ALWAYS, .required = ORM_MEMBER_ALWAYS

static const OrmMemberKey model_keys[] = {
	{ORM_MEMBER_KEY("before"), ALWAYS, .may_be_null = true, .read = read_before},
	{ORM_MEMBER_KEY("declared"), ALWAYS, .may_be_null = true, .read = read_declared},
	{ORM_MEMBER_KEY("after"), ALWAYS, .may_be_null = true, .read = read_after},
};

static const OrmMemberTable model_table = {.document = "model", .noun = "key", ORM_MEMBER_RECORDS(model_keys)};

static int
compare_models(const ListCell *a, const ListCell *b)
{
	return strcmp(((SavedModel *) lfirst(a))->name, ((SavedModel *) lfirst(b))->name);
}

/* Raises 22023 unless a hash of the document is that of its declarations. */
static void
check_hash(const List *models, bool after, const char *hash)
{
	List *declarations = NIL;
	ListCell *cell;

	foreach(cell, models)
	{
		const SavedModel *model = lfirst(cell);
		OrmDeclaration *declaration = after ? model->after : model->before;

		if (declaration != NULL)
			declarations = lappend(declarations, declaration);
	}
	if (strcmp(orm_canonical_hash(declarations), hash) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" is not the hash of the declarations", after ? "hash_after" : "hash_before"),
				errdetail("The document has been changed."), errhint("orm.migration() prints it anew."));
}

/* Raises 22023 for a model that has no declaration afterwards, and whose place no other one takes. */
static void
check_renamed(const List *models, SavedModel *model, const OrmPath *place)
{
	bool renamed = false;
	ListCell *cell;

	foreach(cell, models)
		renamed = renamed || renames(((const SavedModel *) lfirst(cell))->declared, model->name);
	if (model->after != NULL ? model->declared == NULL : !renamed)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("model \"%s\" has no declaration", model->name),
				orm_error_place(place), errhint("Only a model that another one renames has none."));
	if (model->after == NULL)
		model->declared = NULL;
}

/* The models of a document, in the order of their names. */
static List *
read_models(const OrmSaved *saved)
{
	OrmPath place = orm_path_key(NULL, "declarations");
	OrmJsonWalk walk = orm_json_walk(saved->declarations);
	List *models = NIL;
	ListCell *cell;

	while (orm_json_next(&walk))
	{
		SavedModel *model = palloc0(sizeof(SavedModel));
		OrmPath here;

		model->name = orm_json_string(walk.key);
		here = orm_path_key(&place, model->name);
		orm_members_read(&model_table, ORM_MEMBER_ALWAYS, walk.value, &here, model);
		models = lappend(models, model);
	}
	list_sort(models, compare_models);
	foreach(cell, models)
	{
		OrmPath here = orm_path_key(&place, ((SavedModel *) lfirst(cell))->name);

		check_renamed(models, lfirst(cell), &here);
	}
	check_hash(models, false, saved->hash_before);
	check_hash(models, true, saved->hash_after);
	return models;
}

/* Is the migration applied already? */
static bool
is_applied(const OrmMigrateOptions *options)
{
	ListCell *cell;

	foreach(cell, orm_history_all())
	{
		const OrmHistory *row = lfirst(cell);

		if (orm_name_is_same(row->name, options->name) && strcmp(row->state, ORM_HISTORY_DONE) == 0 &&
			strcmp(row->hash_before, options->saved->hash_before) == 0 &&
			strcmp(row->hash_after, options->saved->hash_after) == 0)
			return true;
	}
	return false;
}

/* Are two declarations the same, or none? */
static bool
is_same(OrmDeclaration *a, OrmDeclaration *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(orm_canonical_text(a), orm_canonical_text(b)) == 0;
}

/* Raises 55000 with the models that are neither as before the migration nor as it declares them. */
static void
check_models(const List *models, const char *name)
{
	StringInfoData elsewhere;
	ListCell *cell;

	initStringInfo(&elsewhere);
	foreach(cell, models)
	{
		const SavedModel *model = lfirst(cell);
		OrmRegistered *row = orm_registry_find(model->name);
		OrmDeclaration *now = row != NULL ? orm_register_declaration(row) : NULL;
		OrmDeclaration *declared = model->declared != NULL ? orm_register_read_again(model->declared, false) : NULL;

		if (row != NULL)
			orm_owner_check(row);
		if (is_same(now, model->before) || (now != NULL && declared != NULL && is_same(now, declared)) ||
			(now == NULL && declared == NULL))
			continue;
		appendStringInfo(&elsewhere, "%smodel \"%s\"%s", elsewhere.len ? "\n" : "", model->name,
						 now == NULL				 ? ": it does not exist"
							 : model->before == NULL ? ": it exists"
													 : "");
	}
	if (elsewhere.len > 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("models are declared otherwise than before migration \"%s\"", orm_error_clip(name)),
				errdetail_internal("%s", elsewhere.data),
				errhint("Apply the migrations before it first; orm.schema_hash() compares databases."));
}

/* The statements of the document (List of char *). */
static List *
read_steps(const OrmSaved *saved)
{
	OrmPath place = orm_path_key(NULL, "steps");
	OrmJsonWalk walk = orm_json_walk(saved->steps);
	List *steps = NIL;

	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(&place, walk.index);
		OrmJsonWalk step = orm_json_walk(walk.value);
		char *sql = NULL;

		if (orm_json_kind(walk.value) != ORM_JSON_OBJECT)
			orm_members_raise_kind(walk.value, "an object", &here);
		while (orm_json_next(&step))
			if (orm_json_equals(step.key, "sql") && orm_json_kind(step.value) == ORM_JSON_STRING)
				sql = orm_json_string(step.value);
		if (sql == NULL)
			orm_members_raise_missing("key", "sql", &here, NULL);
		steps = lappend(steps, sql);
	}
	return steps;
}

/* Raises 55000 for the first step that is another; without "all", steps of the document may be left over. */
static void
compare_steps(const List *document, const List *found, bool all)
{
	int n = Max(list_length(found), all ? list_length(document) : 0);

	for (int i = 0; i < n; i++)
	{
		const char *theirs = i < list_length(document) ? list_nth(document, i) : NULL;
		const char *ours = i < list_length(found) ? ((const OrmStep *) list_nth(found, i))->sql : NULL;

		if (!orm_name_is_same(theirs, ours))
			ereport(
				ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("step %d of the migration is another one in this database", i + 1),
				errdetail_internal("in the document: %s\nhere: %s", theirs != NULL ? theirs : "none",
								   ours != NULL ? ours : "none"),
				errhint(
					"The tables are not as they were where the migration was made, or the document has been changed."));
	}
}

/* The steps of a difference that are statements. */
static List *
statements_of(const OrmDifference *difference)
{
	List *steps = NIL;
	ListCell *cell;

	foreach(cell, difference->steps)
		if (((OrmStep *) lfirst(cell))->sql != NULL)
			steps = lappend(steps, lfirst(cell));
	return steps;
}

/* Raises 55000 for a model whose declaration is not the one after the migration. */
static void
check_result(const List *models)
{
	ListCell *cell;

	foreach(cell, models)
	{
		const SavedModel *model = lfirst(cell);
		OrmRegistered *row = orm_registry_find(model->name);

		if (is_same(row != NULL ? orm_register_declaration(row) : NULL, model->after))
			continue;
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("model \"%s\" is declared otherwise than after the migration", model->name),
				errdetail("\"declared\" of the document does not lead to \"after\"."),
				errhint("orm.migration() prints the document anew."));
	}
}

List *
orm_saved_run(const OrmMigrateOptions *options, OrmApplied *applied)
{
	List *models = read_models(options->saved);
	List *document = read_steps(options->saved);
	OrmMigrateOptions inner = *options;
	OrmDifference difference;
	List *steps;
	ListCell *cell;

	inner.models = NIL;
	foreach(cell, models)
		if (((SavedModel *) lfirst(cell))->declared != NULL)
			inner.models = lappend(inner.models, ((SavedModel *) lfirst(cell))->name);
	if (inner.models == NIL || is_applied(options))
		return NIL;
	orm_migrate_lock_models(inner.models, options);
	if (is_applied(options))
		return NIL;
	check_models(models, options->name);
	foreach(cell, models)
		if (((SavedModel *) lfirst(cell))->declared != NULL)
			orm_applied_declare(orm_applied_prepare(((SavedModel *) lfirst(cell))->declared));
	foreach(cell, inner.models)
		orm_applied_note_model(applied, lfirst(cell), false);
	difference = orm_difference_find(inner.models, false);
	compare_steps(document, statements_of(&difference), false);
	steps = orm_migrate_apply(&inner, applied);
	compare_steps(document, steps, true);
	check_result(models);
	return steps;
}
