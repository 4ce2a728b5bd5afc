/*
 * reflection_options.c - the options of orm.reflect, read; see reflection_options_check.c
 * for what takes the catalogs.
 */
#include "postgres.h"

#include "base/members.h"
#include "base/names.h"
#include "define/reflection_options.h"
#include "model/declaration.h"

const OrmPath *
orm_reflection_options_place(OrmReflectionPlace *place, const char *table, const char *section, const char *key,
							 const char *leaf)
{
	const char *const names[] = {"models", table, section, key, leaf};
	const OrmPath *path = NULL;

	for (int i = 0; i < (int) lengthof(names) && names[i] != NULL; i++)
	{
		place->steps[i] = orm_path_key(path, names[i]);
		path = &place->steps[i];
	}
	return path;
}

/* A string. */
static char *
read_string(OrmJson value, const OrmPath *place)
{
	if (orm_json_kind(value) != ORM_JSON_STRING)
		orm_members_raise_kind(value, "a string", place);
	return orm_json_string(value);
}

/* A string that can be an identifier. */
static char *
read_identifier(OrmJson value, const OrmPath *place, const char *what)
{
	MemoryContext caller = CurrentMemoryContext;
	char *name = read_string(value, place);

	PG_TRY();
	{
		orm_name_check(name, what);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	return name;
}

/* The name of an attribute or relationship. */
static char *
read_member_name(OrmJson value, const OrmPath *place, const char *what)
{
	char *name = read_identifier(value, place, what);

	if (strcmp(orm_declaration_attribute_name(name), name) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME),
				errmsg("\"%s\" cannot be the name of an attribute or relationship", name), orm_error_place(place));
	return name;
}

/* Reads a member whose key is a name of the user's. */
typedef void (*NamedReader)(void *argument, char *name, OrmJson value, const OrmPath *place);

/* Reads {name: value, ...}; each name stands once. */
static void
read_named(OrmJson object, const OrmPath *place, NamedReader read, void *argument)
{
	OrmJsonWalk walk;
	List *names = NIL;
	ListCell *cell;

	if (!orm_members_is_object(object))
		orm_members_raise_kind(object, "an object", place);
	object = orm_members_object(object);
	walk = orm_json_walk(object);
	while (orm_json_next(&walk))
	{
		char *name = orm_json_string(walk.key);
		OrmPath here = orm_path_key(place, name);

		foreach(cell, names)
			if (strcmp(lfirst(cell), name) == 0)
				orm_members_raise_twice("key", name, &here);
		names = lappend(names, name);
		read(argument, name, walk.value, &here);
	}
}

/* Reads "name" of a relationship. */
static void
read_relationship_name(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionRelationship *) argument)->name = read_member_name(value, place, "relationship");
}

/* Reads "inverse" of a relationship. */
static void
read_relationship_inverse(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionRelationship *) argument)->inverse = read_member_name(value, place, "relationship");
}

static const OrmMemberKey relationship_keys[] = {
	{ORM_MEMBER_KEY("name"), .allowed = ORM_MEMBER_ALWAYS, .read = read_relationship_name},
	{ORM_MEMBER_KEY("inverse"), .allowed = ORM_MEMBER_ALWAYS, .read = read_relationship_inverse},
};

static const OrmMemberTable relationship_table = {.noun = "key", ORM_MEMBER_RECORDS(relationship_keys)};

/* Reads one of "relationships". */
static void
read_relationship(void *argument, char *name, OrmJson value, const OrmPath *place)
{
	OrmReflectionTable *table = argument;
	OrmReflectionRelationship *relationship = palloc0(sizeof(OrmReflectionRelationship));

	relationship->key = name;
	orm_members_read(&relationship_table, ORM_MEMBER_ALWAYS, value, place, relationship);
	table->relationships = lappend(table->relationships, relationship);
}

/* Reads one of "attributes". */
static void
read_attribute(void *argument, char *name, OrmJson value, const OrmPath *place)
{
	OrmReflectionTable *table = argument;
	OrmReflectionAttribute *attribute = palloc(sizeof(OrmReflectionAttribute));

	attribute->column = name;
	attribute->attribute = read_member_name(value, place, "attribute");
	table->attributes = lappend(table->attributes, attribute);
}

/* Reads "name" of a table. */
static void
read_name(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionTable *) argument)->name = read_identifier(value, place, "model");
}

/* Reads "key" of a table. */
static void
read_key(void *argument, OrmJson value, const OrmPath *place)
{
	OrmReflectionTable *table = argument;
	OrmJsonWalk walk;

	if (orm_json_kind(value) != ORM_JSON_ARRAY)
		orm_members_raise_no_array(value, "an array of columns", place);
	if (value.node->count == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a key must have a column"),
				orm_error_place(place));
	walk = orm_json_walk(value);
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(place, walk.index);

		table->key = lappend(table->key, read_string(walk.value, &here));
	}
	if (list_length(table->key) > INDEX_MAX_KEYS)
		ereport(ERROR, errcode(ERRCODE_TOO_MANY_COLUMNS),
				errmsg("a key cannot have more than %d columns", INDEX_MAX_KEYS), orm_error_place(place));
}

/* Reads "skip" of a table. */
static void
read_skip(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionTable *) argument)->skip = orm_members_boolean(value, place);
}

/* Reads "attributes" of a table. */
static void
read_attributes(void *argument, OrmJson value, const OrmPath *place)
{
	read_named(value, place, read_attribute, argument);
}

/* Reads "relationships" of a table. */
static void
read_relationships(void *argument, OrmJson value, const OrmPath *place)
{
	read_named(value, place, read_relationship, argument);
}

static const OrmMemberKey table_keys[] = {
	{ORM_MEMBER_KEY("name"), .allowed = ORM_MEMBER_ALWAYS, .read = read_name},
	{ORM_MEMBER_KEY("key"), .allowed = ORM_MEMBER_ALWAYS, .read = read_key},
	{ORM_MEMBER_KEY("skip"), .allowed = ORM_MEMBER_ALWAYS, .read = read_skip},
	{ORM_MEMBER_KEY("attributes"), .allowed = ORM_MEMBER_ALWAYS, .read = read_attributes},
	{ORM_MEMBER_KEY("relationships"), .allowed = ORM_MEMBER_ALWAYS, .read = read_relationships},
};

static const OrmMemberTable table_table = {.noun = "key", ORM_MEMBER_RECORDS(table_keys)};

/* Reads one of "models". */
static void
read_table(void *argument, char *name, OrmJson value, const OrmPath *place)
{
	OrmReflectionOptions *options = argument;
	OrmReflectionTable *table = palloc0(sizeof(OrmReflectionTable));

	table->table = name;
	orm_members_read(&table_table, ORM_MEMBER_ALWAYS, value, place, table);
	options->tables = lappend(options->tables, table);
}

/* Reads "models". */
static void
read_models(void *argument, OrmJson value, const OrmPath *place)
{
	read_named(value, place, read_table, argument);
}

/* Reads "accessors". */
static void
read_accessors(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionOptions *) argument)->accessors = orm_members_boolean(value, place);
}

/* Reads "strip_prefix". */
static void
read_strip_prefix(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionOptions *) argument)->strip_prefix = read_string(value, place);
}

/* Reads "case". */
static void
read_case(void *argument, OrmJson value, const OrmPath *place)
{
	char *word = read_string(value, place);

	if (strcmp(word, "camel") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("unrecognized case \"%s\"", orm_error_clip(word)), orm_error_place(place),
				errhint("The only one is \"camel\"; without the option names stay as they are."));
	((OrmReflectionOptions *) argument)->camel = true;
}

/* Reads "prune". */
static void
read_prune(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionOptions *) argument)->prune = orm_members_boolean(value, place);
}

/* Reads "dry_run". */
static void
read_dry_run(void *argument, OrmJson value, const OrmPath *place)
{
	((OrmReflectionOptions *) argument)->dry_run = orm_members_boolean(value, place);
}

static const OrmMemberKey option_keys[] = {
	{ORM_MEMBER_KEY("models"), .allowed = ORM_MEMBER_ALWAYS, .read = read_models},
	{ORM_MEMBER_KEY("accessors"), .allowed = ORM_MEMBER_ALWAYS, .read = read_accessors},
	{ORM_MEMBER_KEY("strip_prefix"), .allowed = ORM_MEMBER_ALWAYS, .read = read_strip_prefix},
	{ORM_MEMBER_KEY("case"), .allowed = ORM_MEMBER_ALWAYS, .read = read_case},
	{ORM_MEMBER_KEY("prune"), .allowed = ORM_MEMBER_ALWAYS, .read = read_prune},
	{ORM_MEMBER_KEY("dry_run"), .allowed = ORM_MEMBER_ALWAYS, .read = read_dry_run},
};

static const OrmMemberTable option_table = {
	.document = "options", .noun = "option", ORM_MEMBER_RECORDS(option_keys), .empty_array = true};

OrmReflectionOptions *
orm_reflection_options_read(const OrmDocument *document)
{
	OrmReflectionOptions *options = palloc0(sizeof(OrmReflectionOptions));

	orm_members_read(&option_table, ORM_MEMBER_ALWAYS, orm_document_root(document), NULL, options);
	return options;
}

const OrmReflectionTable *
orm_reflection_options_table(const OrmReflectionOptions *options, const char *table)
{
	ListCell *cell;

	foreach(cell, options->tables)
		if (strcmp(((OrmReflectionTable *) lfirst(cell))->table, table) == 0)
			return lfirst(cell);
	return NULL;
}
