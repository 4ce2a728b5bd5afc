/*
 * declare_schema.c - see declare_schema.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/error.h"
#include "base/members.h"
#include "base/names.h"
#include "define/declare.h"
#include "define/declare_schema.h"
#include "define/owner.h"
#include "registry/registry.h"

/* What the document says. */
typedef struct Schema
{
	List *declarations; /* of OrmDeclaration *, in the order of the document */
	bool prune;
} Schema;

/* Reads a model document within the document. */
static OrmDeclaration *
read_model(OrmJson value, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmDeclaration *volatile declaration = NULL;
	const char *text;
	int length;

	if (orm_json_kind(value) != ORM_JSON_OBJECT)
		orm_members_raise_kind(value, "a model document", place);
	text = orm_json_source(value, &length);
	PG_TRY();
	{
		declaration = orm_declare_read(pnstrdup(text, length), false);
	}
	PG_CATCH();
	{
		orm_error_rethrow_within(place, caller);
	}
	PG_END_TRY();
	return declaration;
}

/* Raises 42710 for a model that is among these already. */
static void
check_new(const List *declarations, const char *model, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "model");
	ListCell *cell;

	foreach(cell, declarations)
		if (strcmp(((OrmDeclaration *) lfirst(cell))->model, model) == 0)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("model \"%s\" is declared more than once", model),
					orm_error_place(&here));
}

/* Reads "models". */
static void
read_models(void *argument, OrmJson value, const OrmPath *path)
{
	Schema *schema = argument;
	OrmJsonWalk walk = orm_json_walk(value);

	if (orm_json_kind(value) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(value, "an array of model documents", path);
	while (orm_json_next(&walk))
	{
		OrmPath place = orm_path_index(path, walk.index);
		OrmDeclaration *declaration = read_model(walk.value, &place);

		check_new(schema->declarations, declaration->model, &place);
		schema->declarations = lappend(schema->declarations, declaration);
	}
}

/* Reads "prune". */
static void
read_prune(void *argument, OrmJson value, const OrmPath *path)
{
	((Schema *) argument)->prune = orm_members_boolean(value, path);
}

static const OrmMemberKey schema_keys[] = {
	{ORM_MEMBER_KEY("models"), .allowed = ORM_MEMBER_ALWAYS, .required = ORM_MEMBER_ALWAYS, .read = read_models},
	{ORM_MEMBER_KEY("prune"), .allowed = ORM_MEMBER_ALWAYS, .read = read_prune},
};

static const OrmMemberTable schema_table = {
	.document = "schema document", .noun = "key", ORM_MEMBER_RECORDS(schema_keys)};

/* Orders declarations by their models' names, so that two calls lock in one order. */
static int
compare_declarations(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmDeclaration *) lfirst(a))->model, ((OrmDeclaration *) lfirst(b))->model);
}

/* Does something of a declaration, an error of which has the place of the model. */
static void
do_at(const Schema *schema, OrmDeclaration *declaration, void (*work)(OrmDeclaration *))
{
	MemoryContext caller = CurrentMemoryContext;
	OrmPath models = orm_path_key(NULL, "models");
	OrmPath place = orm_path_index(&models, 0);
	ListCell *cell;

	foreach(cell, schema->declarations)
		if (lfirst(cell) == declaration)
			place.index = foreach_current_index(cell);
	PG_TRY();
	{
		work(declaration);
	}
	PG_CATCH();
	{
		orm_error_rethrow_within(&place, caller);
	}
	PG_END_TRY();
}

/* Checks the inverses of a declaration. */
static void
check_inverses(OrmDeclaration *declaration)
{
	orm_declare_check_inverses(declaration);
	orm_declare_check_derived(declaration->model);
}

/* Is a registered model declared, in the schema of one of these, and not among them? */
static bool
is_left_out(const Schema *schema, const OrmRegistered *row)
{
	bool beside = false;
	ListCell *cell;

	if (row->by_map || !orm_owner_selects(row, InvalidOid))
		return false;
	foreach(cell, schema->declarations)
	{
		const OrmDeclaration *declaration = lfirst(cell);

		if (strcmp(declaration->model, row->name) == 0)
			return false;
		beside = beside || strcmp(declaration->schema, row->schema) == 0;
	}
	return beside;
}

/* Appends what has come of a model. */
static void
report(List **results, const char *model, const char *state)
{
	OrmDeclared *declared = palloc(sizeof(OrmDeclared));

	declared->model = model;
	declared->state = state;
	*results = lappend(*results, declared);
}

/* Forgets the models that are left out. */
static void
prune(const Schema *schema, List **results)
{
	List *changes = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_all())
	{
		const OrmRegistered *row = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!is_left_out(schema, row))
			continue;
		orm_declare_unmap(row->name, &changes);
		report(results, row->name, "dropped");
	}
}

List *
orm_declare_schema(const OrmDocument *document)
{
	Schema schema = {NIL, false};
	List *ordered;
	List *results = NIL;
	ListCell *cell;

	orm_members_read(&schema_table, ORM_MEMBER_ALWAYS, orm_document_root(document), NULL, &schema);
	ordered = list_copy(schema.declarations);
	list_sort(ordered, compare_declarations);
	foreach(cell, ordered)
	{
		CHECK_FOR_INTERRUPTS();
		do_at(&schema, lfirst(cell), orm_declare_write);
	}
	foreach(cell, schema.declarations)
		do_at(&schema, lfirst(cell), check_inverses);
	foreach(cell, schema.declarations)
	{
		const char *model = ((OrmDeclaration *) lfirst(cell))->model;

		report(&results, model, orm_declare_state(model));
	}
	if (schema.prune)
		prune(&schema, &results);
	return results;
}
