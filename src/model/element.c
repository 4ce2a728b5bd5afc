/*
 * element.c - the elements of a model document: which there are,
 * which keys they have, and into which records they go.
 */
#include "postgres.h"

#include "utils/json.h"

#include "model/element.h"
#include "model/element_key.h"

#define KIND(kind) (1 << (kind))
#define ANY_KIND 0xffffffff

/* Kinds of constraints by what they have. */
#define KEYS \
	(KIND(ORM_CONSTRAINT_PRIMARY_KEY) | KIND(ORM_CONSTRAINT_UNIQUE) | KIND(ORM_CONSTRAINT_INDEX) | \
	 KIND(ORM_CONSTRAINT_FOREIGN_KEY))
#define INDEX KIND(ORM_CONSTRAINT_INDEX)
#define CHECK KIND(ORM_CONSTRAINT_CHECK)
#define FOREIGN_KEY KIND(ORM_CONSTRAINT_FOREIGN_KEY)
#define BELONGS_TO KIND(ORM_BELONGS_TO)
#define MANY_TO_MANY KIND(ORM_MANY_TO_MANY)

static const char *const identities[] = {"always", "by default", "none", NULL};
static const char *const actions[] = {"cascade", "set null", "set default", "restrict", "no action", NULL};
static const char *const accessors[] = {"create", "find", "find_by", "filter_by",	  "all",
										"update", "save", "delete",	 "relationships", NULL};

#define COLUMN(member) offsetof(OrmDeclaredColumn, member)

static const OrmElementKey column_keys[] = {
	{"name", &orm_element_key_name, COLUMN(name), "column", NULL, ANY_KIND, ANY_KIND, true},
	{"type", &orm_element_key_type, COLUMN(type), NULL, NULL, ANY_KIND, ANY_KIND, false},
	{"primary_key", &orm_element_key_choice, COLUMN(primary_key), NULL, NULL, ANY_KIND, 0, false},
	{"nullable", &orm_element_key_choice, COLUMN(nullable), NULL, NULL, ANY_KIND, 0, false},
	{"is_unique", &orm_element_key_choice, COLUMN(is_unique), NULL, NULL, ANY_KIND, 0, false},
	{"indexed", &orm_element_key_choice, COLUMN(indexed), NULL, NULL, ANY_KIND, 0, false},
	{"server_default", &orm_element_key_expression, COLUMN(server_default), "default", NULL, ANY_KIND, 0, false},
	{"identity", &orm_element_key_word, COLUMN(identity), NULL, identities, ANY_KIND, 0, false},
	{"generated", &orm_element_key_expression, COLUMN(generated), "generation expression", NULL, ANY_KIND, 0, false},
	{"foreign_key", &orm_element_key_target, COLUMN(foreign_key), NULL, NULL, ANY_KIND, 0, false},
	{"on_delete", &orm_element_key_word, COLUMN(on_delete), NULL, actions, ANY_KIND, 0, false},
	{"on_update", &orm_element_key_word, COLUMN(on_update), NULL, actions, ANY_KIND, 0, false},
	{"check_expr", &orm_element_key_expression, COLUMN(check_expr), "check", NULL, ANY_KIND, 0, false},
	{"collation", &orm_element_key_collation, COLUMN(collation), NULL, NULL, ANY_KIND, 0, false},
	{"attribute", &orm_element_key_name, COLUMN(attribute), "attribute", NULL, ANY_KIND, 0, true},
	{"comment", &orm_element_key_text, COLUMN(comment), NULL, NULL, ANY_KIND, 0, false},
};

#define CONSTRAINT(member) offsetof(OrmDeclaredConstraint, member)

static const OrmElementKey constraint_keys[] = {
	{"name", &orm_element_key_name, CONSTRAINT(name), "constraint", NULL, ANY_KIND, CHECK, true},
	{"columns", &orm_element_key_names, CONSTRAINT(columns), "column", NULL, KEYS, KEYS, true},
	{"expr", &orm_element_key_expression, CONSTRAINT(expr), "check", NULL, CHECK, CHECK, false},
	{"model", &orm_element_key_target, CONSTRAINT(target), NULL, NULL, FOREIGN_KEY, FOREIGN_KEY, false},
	{"referenced", &orm_element_key_names, CONSTRAINT(target_columns), "column", NULL, FOREIGN_KEY, 0, false},
	{"on_delete", &orm_element_key_word, CONSTRAINT(on_delete), NULL, actions, FOREIGN_KEY, 0, false},
	{"on_update", &orm_element_key_word, CONSTRAINT(on_update), NULL, actions, FOREIGN_KEY, 0, false},
	{"is_unique", &orm_element_key_choice, CONSTRAINT(is_unique), NULL, NULL, INDEX, 0, false},
	{"method", &orm_element_key_method, CONSTRAINT(method), NULL, NULL, INDEX, 0, false},
	{"where_expr", &orm_element_key_expression, CONSTRAINT(where_expr), "condition of an index", NULL, INDEX, 0, false},
};

#define RELATIONSHIP(member) offsetof(OrmDeclaredRelationship, member)

static const OrmElementKey relationship_keys[] = {
	{"name", &orm_element_key_name, RELATIONSHIP(name), "relationship", NULL, ANY_KIND, ANY_KIND, true},
	{"model", &orm_element_key_name, RELATIONSHIP(model), "model", NULL, ANY_KIND, ANY_KIND, true},
	{"foreign_key", &orm_element_key_names, RELATIONSHIP(foreign_key), "column", NULL, ANY_KIND, 0, true},
	{"through", &orm_element_key_target, RELATIONSHIP(through), NULL, NULL, MANY_TO_MANY, 0, true},
	{"made", &orm_element_key_choice, RELATIONSHIP(made), NULL, NULL, MANY_TO_MANY, 0, true},
	{"back_populates", &orm_element_key_name, RELATIONSHIP(back_populates), "relationship", NULL, ANY_KIND, 0, true},
	{"nullable", &orm_element_key_choice, RELATIONSHIP(nullable), NULL, NULL, BELONGS_TO, 0, false},
	{"on_delete", &orm_element_key_word, RELATIONSHIP(on_delete), NULL, actions, BELONGS_TO, 0, false},
	{"on_update", &orm_element_key_word, RELATIONSHIP(on_update), NULL, actions, BELONGS_TO, 0, false},
	{"cascade", &orm_element_key_cascade, RELATIONSHIP(cascade), NULL, NULL, ANY_KIND, 0, true},
};

#define VERSION(member) offsetof(OrmDeclaredVersion, member)

static const OrmElementKey version_keys[] = {
	{"column_name", &orm_element_key_name, VERSION(column), "column", NULL, ANY_KIND, ANY_KIND, true},
};

#define DECLARATION(member) offsetof(OrmDeclaration, member)

static const OrmElementKey accessors_keys[] = {
	{"prefix", &orm_element_key_name, DECLARATION(prefix), "prefix", NULL, ANY_KIND, 0, true},
	{"schema", &orm_element_key_name, DECLARATION(accessor_schema), "schema", NULL, ANY_KIND, 0, true},
	{"include", &orm_element_key_words, DECLARATION(include), NULL, accessors, ANY_KIND, 0, true},
};

/* A kind of record. */
typedef struct RecordType
{
	Size size;	 /* 0: the declaration itself is the record */
	size_t list; /* where in the declaration its list is */
	size_t kind; /* where in the record its kind is, when it has one */
	bool has_kind;
	size_t position;
	const OrmElementKey *keys;
	int nkeys;
} RecordType;

static const RecordType column_record = {
	sizeof(OrmDeclaredColumn), DECLARATION(columns), 0, false, COLUMN(position), column_keys, lengthof(column_keys)};
static const RecordType constraint_record = {
	sizeof(OrmDeclaredConstraint), DECLARATION(constraints), CONSTRAINT(kind),		   true,
	CONSTRAINT(position),		   constraint_keys,			 lengthof(constraint_keys)};
static const RecordType relationship_record = {
	sizeof(OrmDeclaredRelationship), DECLARATION(relationships), RELATIONSHIP(kind),		 true,
	RELATIONSHIP(position),			 relationship_keys,			 lengthof(relationship_keys)};
static const RecordType version_record = {
	sizeof(OrmDeclaredVersion), DECLARATION(versions), 0, false, VERSION(position), version_keys,
	lengthof(version_keys)};
static const RecordType accessors_record = {0, 0, 0, false, 0, accessors_keys, lengthof(accessors_keys)};

/* What a builder makes. */
typedef struct Builder
{
	const char *name;
	const RecordType *record;
	int kind;
	bool mapped; /* may stand where the table exists */
} Builder;

static const Builder builders[] = {
	{"column", &column_record, 0, true},
	{"primary_key", &constraint_record, ORM_CONSTRAINT_PRIMARY_KEY, true},
	{"unique", &constraint_record, ORM_CONSTRAINT_UNIQUE, false},
	{"index", &constraint_record, ORM_CONSTRAINT_INDEX, false},
	{"check", &constraint_record, ORM_CONSTRAINT_CHECK, false},
	{"foreign_key", &constraint_record, ORM_CONSTRAINT_FOREIGN_KEY, false},
	{"belongs_to", &relationship_record, ORM_BELONGS_TO, true},
	{"has_many", &relationship_record, ORM_HAS_MANY, true},
	{"has_one", &relationship_record, ORM_HAS_ONE, true},
	{"many_to_many", &relationship_record, ORM_MANY_TO_MANY, true},
	{"version", &version_record, 0, true},
	{"accessors", &accessors_record, 0, true},
};

/* The builder of a kind of record. */
static const Builder *
builder_of(const RecordType *record, int kind)
{
	const Builder *builder = builders;

	while (builder->record != record || builder->kind != kind)
		builder++;
	return builder;
}

/* The builder of a kind of constraint. */
const char *
orm_element_constraint_name(OrmConstraintKind kind)
{
	return builder_of(&constraint_record, kind)->name;
}

/* The builder of that name; raises 22023 with the nearest. */
static const Builder *
find_builder(OrmJson name, const OrmPath *path, bool mapped)
{
	const char *names[lengthof(builders)];

	for (int i = 0; i < (int) lengthof(builders); i++)
	{
		names[i] = builders[i].name;
		if (!orm_json_equals(name, builders[i].name))
			continue;
		if (mapped && !builders[i].mapped)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("element \"%s\" cannot be given for a table that exists", builders[i].name),
					orm_error_place(path));
		return &builders[i];
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown element \"%s\"", orm_json_string(name)),
			orm_error_place(path), orm_error_nearest("element", orm_json_string(name), names, lengthof(names)));
}

/* Does this builder have that key? */
static bool
has_key(const Builder *builder, const OrmElementKey *key)
{
	return (key->kinds & KIND(builder->kind)) != 0;
}

/* The number of the key of that name; raises 22023 with the nearest. */
static int
find_key(const Builder *builder, OrmJson name, const OrmPath *path, bool mapped)
{
	const RecordType *record = builder->record;
	const char **names = palloc(sizeof(char *) * record->nkeys);
	int nnames = 0;

	for (int i = 0; i < record->nkeys; i++)
	{
		const OrmElementKey *key = &record->keys[i];

		if (!has_key(builder, key))
			continue;
		names[nnames++] = key->name;
		if (!orm_json_equals(name, key->name))
			continue;
		if (mapped && !key->mapped)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" cannot be given for a table that exists", key->name), orm_error_place(path));
		pfree(names);
		return i;
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unknown key \"%s\" of element \"%s\"", orm_json_string(name), builder->name), orm_error_place(path),
			orm_error_nearest("key", orm_json_string(name), names, nnames));
}

/* A record in which nothing is given. */
static void *
make_record(const Builder *builder, int position)
{
	const RecordType *type = builder->record;
	char *record = palloc0(type->size);

	for (int i = 0; i < type->nkeys; i++)
		if (type->keys[i].type == &orm_element_key_choice)
			*(OrmChoice *) (record + type->keys[i].offset) = ORM_NOT_GIVEN;
	if (type->has_kind)
		memcpy(record + type->kind, &builder->kind, sizeof(builder->kind));
	*(int *) (record + type->position) = position;
	return record;
}

/* Raises 22023 for a key that must be there and is not. */
static void
check_required(const Builder *builder, uint32 seen, const OrmPath *path, bool mapped)
{
	for (int i = 0; i < builder->record->nkeys; i++)
	{
		const OrmElementKey *key = &builder->record->keys[i];

		if ((key->required & KIND(builder->kind)) && !(seen & KIND(i)) && (!mapped || key->mapped))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("element \"%s\" needs \"%s\"", builder->name, key->name), orm_error_place(path));
	}
}

/* Reads {key: value, ...} into a record; returns which keys were there. */
static uint32
read_keys(const Builder *builder, OrmJson body, const OrmPath *path, bool mapped, void *record)
{
	OrmJsonWalk walk = orm_json_walk(body);
	uint32 seen = 0;

	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_key(path, orm_json_string(walk.key));
		int i = find_key(builder, walk.key, &here, mapped);

		if (seen & KIND(i))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("key \"%s\" is given more than once", here.key), orm_error_place(path));
		seen |= KIND(i);
		orm_element_key_read(&builder->record->keys[i], walk.value, &here, record);
	}
	check_required(builder, seen, path, mapped);
	return seen;
}

/* Reads the element that says something about the declaration itself. */
static void
read_accessors(OrmDeclaration *declaration, const Builder *builder, OrmJson body, const OrmPath *path, bool mapped)
{
	uint32 seen;

	if (declaration->has_accessors)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("element \"%s\" is given more than once", builder->name),
				orm_error_place(path));
	seen = read_keys(builder, body, path, mapped, declaration);
	declaration->has_accessors = true;
	for (int i = 0; i < builder->record->nkeys; i++)
		if (builder->record->keys[i].type == &orm_element_key_words && (seen & KIND(i)))
			declaration->all_accessors = false;
}

/* Reads an element into a record of its kind. */
void
orm_element_read(OrmDeclaration *declaration, OrmJson element, int position, bool mapped)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, position, NULL, NULL);
	OrmJsonWalk walk = orm_json_walk(element);
	const Builder *builder;
	OrmPath here;
	void *record;
	List **list;

	if (orm_json_kind(element) != ORM_JSON_OBJECT)
		orm_element_key_wrong_kind(element, "elements", "an array of objects", path);
	if (element.node->count != 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("an element must have one key, the name of its builder"), orm_error_place(path));
	orm_json_next(&walk);
	here = orm_path_key(path, orm_json_string(walk.key));
	builder = find_builder(walk.key, &here, mapped);
	if (orm_json_kind(walk.value) != ORM_JSON_OBJECT)
		orm_element_key_wrong_kind(walk.value, builder->name, "an object", &here);
	if (builder->record->size == 0)
	{
		read_accessors(declaration, builder, walk.value, &here, mapped);
		return;
	}
	record = make_record(builder, position);
	read_keys(builder, walk.value, &here, mapped, record);
	list = (List **) ((char *) declaration + builder->record->list);
	*list = lappend(*list, record);
}

/* Appends {builder: {key: value, ...}}; the key "always" is printed even when its value is an empty list. */
static void
print_element(StringInfo out, const Builder *builder, const void *record, const OrmElementKey *always)
{
	bool first = true;

	appendStringInfoChar(out, '{');
	escape_json(out, builder->name);
	appendStringInfoString(out, ": {");
	for (int i = 0; i < builder->record->nkeys; i++)
	{
		const OrmElementKey *key = &builder->record->keys[i];

		if (!has_key(builder, key) || !(key == always || orm_element_key_is_given(key, record)))
			continue;
		appendStringInfoString(out, first ? "" : ", ");
		escape_json(out, key->name);
		appendStringInfoString(out, ": ");
		orm_element_key_print(out, key, record);
		first = false;
	}
	appendStringInfoString(out, "}}");
}

/* Appends a column. */
void
orm_element_print_column(StringInfo out, const OrmDeclaredColumn *column)
{
	print_element(out, builder_of(&column_record, 0), column, NULL);
}

/* Appends a constraint. */
void
orm_element_print_constraint(StringInfo out, const OrmDeclaredConstraint *constraint)
{
	print_element(out, builder_of(&constraint_record, constraint->kind), constraint, NULL);
}

/* Appends a relationship. */
void
orm_element_print_relationship(StringInfo out, const OrmDeclaredRelationship *relationship)
{
	print_element(out, builder_of(&relationship_record, relationship->kind), relationship, NULL);
}

/* Appends the version. */
void
orm_element_print_version(StringInfo out, const OrmDeclaredVersion *version)
{
	print_element(out, builder_of(&version_record, 0), version, NULL);
}

/* Appends what is said about accessors. */
void
orm_element_print_accessors(StringInfo out, const OrmDeclaration *declaration)
{
	const OrmElementKey *include = &accessors_keys[lengthof(accessors_keys) - 1];

	print_element(out, builder_of(&accessors_record, 0), declaration, declaration->all_accessors ? NULL : include);
}
