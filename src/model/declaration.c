/*
 * declaration.c - parsing and printing model documents.
 *
 *     declaration.c           the document, its three keys, and lookups in a declaration
 *     element.c               elements and their keys
 *     element_print.c         printing them
 *     element_key.c           values of keys
 *     declaration_check.c     checks across keys and elements
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/json.h"

#include "base/body.h"
#include "base/members.h"
#include "base/names.h"
#include "model/counter.h"
#include "model/position.h"
#include "model/declaration.h"
#include "model/declaration_check.h"
#include "model/element.h"
#include "model/element_print.h"
#include "model/naming.h"
#include "model/renaming.h"
#include "model/soft_delete.h"
#include "model/stamp.h"
#include "model/use.h"

/* Keys of query documents at places of attribute names. */
static const char *const reserved_names[] = {"and", "or", "not"};

const OrmPath *
orm_declaration_place(OrmElementPlace *place, int position, const char *builder, const char *key)
{
	place->elements = orm_path_key(NULL, "elements");
	if (ORM_POSITION_IS_IN_USE(position) && position != PG_INT32_MAX)
	{
		place->use = orm_path_index(&place->elements, ORM_POSITION_OF_USE(position));
		place->uses = orm_path_key(&place->use, "use");
		place->brought = orm_path_key(&place->uses, "elements");
		place->element = orm_path_index(&place->brought, position / ORM_POSITIONS_PER_USE - 1);
	}
	else
		place->element = orm_path_index(&place->elements, position);
	if (builder == NULL)
		return &place->element;
	place->builder = orm_path_key(&place->element, builder);
	if (key == NULL)
		return &place->builder;
	place->key = orm_path_key(&place->builder, key);
	return &place->key;
}

/* Reads the name of the model or of its table; errors have the place. */
static void
read_name(OrmDeclaration *declaration, OrmJson value, const OrmPath *path, bool is_table)
{
	MemoryContext caller = CurrentMemoryContext;

	if (orm_json_kind(value) != ORM_JSON_STRING && orm_json_kind(value) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(value, "a string", path);
	PG_TRY();
	{
		char *name = orm_json_string(value);

		if (is_table)
			orm_name_split(name, &declaration->schema, &declaration->relation);
		else
		{
			orm_name_check(name, "model");
			declaration->model = name;
		}
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(path, caller);
	}
	PG_END_TRY();
}

/* State of reading a declaration. */
typedef struct Reader
{
	OrmDeclaration *declaration;
	bool mapped;
} Reader;

/* Reads "model". */
static void
read_model(void *reader, OrmJson value, const OrmPath *path)
{
	read_name(((Reader *) reader)->declaration, value, path, false);
}

/* Reads "table". */
static void
read_table(void *reader, OrmJson value, const OrmPath *path)
{
	read_name(((Reader *) reader)->declaration, value, path, true);
}

/* Reads "elements". */
static void
read_elements(void *reader, OrmJson value, const OrmPath *path)
{
	const Reader *r = reader;
	OrmJsonWalk walk = orm_json_walk(value);

	if (orm_json_kind(value) != ORM_JSON_ARRAY)
		orm_members_raise_kind(value, "an array of objects", path);
	while (orm_json_next(&walk))
		orm_element_read(r->declaration, walk.value, walk.index, r->mapped);
}

/* Reads "map". */
static void
read_map(void *reader, OrmJson value, const OrmPath *path)
{
	((Reader *) reader)->declaration->by_map = orm_members_boolean(value, path);
}

/* The keys of the document. */
static const OrmMemberKey document_keys[] = {
	{ORM_MEMBER_KEY("model"), .allowed = ORM_MEMBER_ALWAYS, .required = ORM_MEMBER_ALWAYS, .read = read_model},
	{ORM_MEMBER_KEY("table"), .allowed = ORM_MEMBER_ALWAYS, .required = ORM_MEMBER_ALWAYS, .read = read_table},
	{ORM_MEMBER_KEY("map"), .allowed = ORM_MEMBER_ALWAYS, .read = read_map},
	{ORM_MEMBER_KEY("elements"), .allowed = ORM_MEMBER_ALWAYS, .read = read_elements},
};

static const OrmMemberTable document_table = {
	.document = "model document", .noun = "key", ORM_MEMBER_RECORDS(document_keys)};

/* Parses a model document without checking it as a whole. */
static OrmDeclaration *
read_document(const OrmDocument *document, bool mapped, bool stored)
{
	OrmDeclaration *declaration = palloc0(sizeof(OrmDeclaration));
	Reader reader = {declaration, mapped};

	declaration->all_accessors = true;
	declaration->stored = stored;
	orm_members_read(&document_table, ORM_MEMBER_ALWAYS, orm_document_root(document), NULL, &reader);
	return declaration;
}

/* Adds the columns that other elements imply. */
static void
imply_columns(OrmDeclaration *declaration)
{
	orm_stamp_imply(declaration);
	orm_counter_imply(declaration);
	orm_position_imply(declaration);
	orm_soft_delete_imply(declaration);
}

/* Parses a model document and checks it. */
OrmDeclaration *
orm_declaration_parse(const OrmDocument *document, bool mapped)
{
	OrmDeclaration *declaration = read_document(document, mapped, false);

	if (!mapped && !declaration->by_map)
		imply_columns(declaration);
	orm_naming_apply(declaration);
	orm_declaration_check(declaration, mapped);
	return declaration;
}

OrmDeclaration *
orm_declaration_parse_part(const OrmDocument *document, bool mapped)
{
	return read_document(document, mapped, false);
}

/* Names are checked, as for a table that exists. */
OrmDeclaration *
orm_declaration_parse_stored(const OrmDocument *document)
{
	OrmDeclaration *declaration = read_document(document, false, true);

	if (!declaration->by_map)
		imply_columns(declaration);
	orm_naming_apply(declaration);
	orm_declaration_check(declaration, true);
	return declaration;
}

/* Appends a text as a JSON string, or null. */
static void
append_string(StringInfo out, const char *text)
{
	if (text == NULL)
		appendStringInfoString(out, "null");
	else
		escape_json(out, text);
}

/* Appends {"model": ..., "table": ..., "elements": [ */
static void
open_document(StringInfo out, const char *model, const char *table)
{
	appendStringInfoString(out, "{\"model\": ");
	append_string(out, model);
	appendStringInfoString(out, ", \"table\": ");
	append_string(out, table);
	appendStringInfoString(out, ", \"elements\": [");
}

void
orm_declaration_compose(StringInfo out, const char *model, const char *table, int nelements,
						const OrmDocument *const *elements)
{
	open_document(out, model, table);
	for (int i = 0; i < nelements; i++)
	{
		appendStringInfoString(out, i > 0 ? ", " : "");
		if (elements[i] == NULL)
			appendStringInfoString(out, "null");
		else
			appendBinaryStringInfo(out, orm_document_text(elements[i]), elements[i]->text_length);
	}
	appendStringInfoString(out, "]}");
}

/* The position of the i-th item of a list; behind the end, the maximum. */
#define NEXT_POSITION(list, i, type) \
	((i) < list_length(list) ? ((const type *) list_nth(list, i))->position : PG_INT32_MAX)

/* Begins another element. */
static void
begin_element(StringInfo out, int *total, const char *separator)
{
	if ((*total)++ > 0)
		appendStringInfoString(out, separator);
}

/* Lists whose elements are printed behind columns, constraints and relationships, by their builders. */
static const struct
{
	const char *builder;
	size_t list; /* offset in OrmDeclaration */
} rest[] = {
	{"computed", offsetof(OrmDeclaration, computed)},
	{"scope", offsetof(OrmDeclaration, scopes)},
	{"timestamps", offsetof(OrmDeclaration, timestamps)},
	{"stamp", offsetof(OrmDeclaration, stamps)},
	{"validates", offsetof(OrmDeclaration, validations)},
	{"on", offsetof(OrmDeclaration, hooks)},
	{"publish", offsetof(OrmDeclaration, publications)},
	{"counter", offsetof(OrmDeclaration, counters)},
	{"position", offsetof(OrmDeclaration, positions)},
	{"soft_delete", offsetof(OrmDeclaration, soft_deletes)},
	{"version", offsetof(OrmDeclaration, versions)},
	{"table", offsetof(OrmDeclaration, tables)},
	{"statement", offsetof(OrmDeclaration, statements)},
	{"removed", offsetof(OrmDeclaration, removals)},
	{"naming", offsetof(OrmDeclaration, namings)},
	{"data_step", offsetof(OrmDeclaration, data_steps)},
	{"renamed_from", offsetof(OrmDeclaration, renames)},
	{"table_renamed_from", offsetof(OrmDeclaration, table_renames)},
};

/* Appends these, and what a declaration has once. */
static void
print_rest(StringInfo out, const OrmDeclaration *d, int total, const char *separator)
{
	ListCell *cell;

	for (int i = 0; i < (int) lengthof(rest); i++)
	{
		foreach(cell, *(List *const *) ((const char *) d + rest[i].list))
		{
			begin_element(out, &total, separator);
			orm_element_print(out, rest[i].builder, lfirst(cell));
		}
	}
	if (d->comment != NULL)
	{
		begin_element(out, &total, separator);
		orm_element_print_comment(out, d);
	}
	if (d->has_accessors)
	{
		begin_element(out, &total, separator);
		orm_element_print_accessors(out, d);
	}
}

/* The columns that are elements. */
static List *
element_columns(const OrmDeclaration *d)
{
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, d->columns)
		if (!((const OrmDeclaredColumn *) lfirst(cell))->implied)
			columns = lappend(columns, lfirst(cell));
	return columns;
}

static void print_elements(StringInfo out, const OrmDeclaration *d, const char *separator);

/* Appends a use with the elements that the declaration still has; on lines of their own where others are. */
static void
print_use(StringInfo out, const OrmDeclaration *d, const OrmDeclaredUse *use, const char *separator)
{
	const OrmDeclaration *brought = orm_use_brought(d, use);
	bool lines = strchr(separator, '\n') != NULL;

	appendStringInfoString(out, "{\"use\": {\"name\": ");
	append_string(out, use->name);
	if (brought != NULL)
	{
		appendStringInfo(out, ", \"elements\": [%s", lines ? "\n    " : "");
		print_elements(out, brought, lines ? ",\n    " : separator);
		appendStringInfoChar(out, ']');
	}
	appendStringInfoString(out, "}}");
}

/* Appends all elements of its own: enums, then those of the lists with positions in their order, then the rest. */
static void
print_elements(StringInfo out, const OrmDeclaration *d, const char *separator)
{
	const OrmDeclaration *own = orm_use_own(d);
	List *columns = element_columns(own);
	int enums = list_length(own->enums);
	int total = list_length(columns) + list_length(own->constraints) + list_length(own->relationships) +
		list_length(own->uses);
	int column = 0;
	int constraint = 0;
	int relationship = 0;
	int use = 0;

	check_stack_depth();
	for (int i = 0; i < enums; i++)
	{
		appendStringInfoString(out, i > 0 ? separator : "");
		orm_element_print(out, "enum", list_nth(own->enums, i));
	}
	for (int i = 0; i < total; i++)
	{
		int at_column = NEXT_POSITION(columns, column, OrmDeclaredColumn);
		int at_constraint = NEXT_POSITION(own->constraints, constraint, OrmDeclaredConstraint);
		int at_relationship = NEXT_POSITION(own->relationships, relationship, OrmDeclaredRelationship);
		int at_use = NEXT_POSITION(own->uses, use, OrmDeclaredUse);

		appendStringInfoString(out, enums + i > 0 ? separator : "");
		if (use < list_length(own->uses) && at_use <= Min(at_column, Min(at_constraint, at_relationship)))
			print_use(out, d, list_nth(own->uses, use++), separator);
		else if (at_column <= at_constraint && at_column <= at_relationship && column < list_length(columns))
			orm_element_print_column(out, list_nth(columns, column++));
		else if (at_constraint <= at_relationship && constraint < list_length(own->constraints))
			orm_element_print_constraint(out, list_nth(own->constraints, constraint++));
		else
			orm_element_print_relationship(out, list_nth(own->relationships, relationship++));
	}
	print_rest(out, own, enums + total, separator);
}

char *
orm_declaration_print(const OrmDeclaration *declaration)
{
	StringInfoData out;

	initStringInfo(&out);
	open_document(&out, declaration->model, orm_name_compose(declaration->schema, orm_renaming_declared(declaration)));
	print_elements(&out, declaration, ", ");
	appendStringInfoString(&out, "]}");
	return out.data;
}

/* Prints it as the text of a function. */
char *
orm_declaration_text(const OrmDeclaration *declaration, const char *schema)
{
	bool here = declaration->schema == NULL || strcmp(declaration->schema, schema) == 0;
	StringInfoData out;
	int begin;

	initStringInfo(&out);
	appendStringInfo(&out, "%s {\"table\": ", orm_body_write("model", declaration->model));
	append_string(&out, orm_name_compose(here ? NULL : declaration->schema, orm_renaming_declared(declaration)));
	appendStringInfo(&out, "%s, \"elements\": [", declaration->by_map ? ", \"map\": true" : "");
	begin = out.len;
	print_elements(&out, declaration, ",\n  ");
	if (out.len > begin)
	{
		char *elements = pstrdup(out.data + begin);

		out.len = begin;
		appendStringInfo(&out, "\n  %s", elements);
	}
	appendStringInfoString(&out, "]}");
	return out.data;
}

char *
orm_declaration_mixin_text(const OrmDeclaration *declaration, const char *mixin)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s {\"elements\": [\n  ", orm_body_write("mixin", mixin));
	print_elements(&out, declaration, ",\n  ");
	appendStringInfoString(&out, "]}");
	return out.data;
}

OrmDeclaredColumn *
orm_declaration_make_column(char *name, char *attribute, int position)
{
	OrmDeclaredColumn *column = palloc0(sizeof(OrmDeclaredColumn));

	column->name = name;
	column->attribute = attribute;
	column->position = position;
	column->primary_key = column->nullable = column->is_unique = column->indexed = ORM_NOT_GIVEN;
	column->deferred = column->hidden = column->read_only = column->write_once = ORM_NOT_GIVEN;
	return column;
}

void
orm_declaration_copy_behaviour(OrmDeclaredColumn *to, const OrmDeclaredColumn *from)
{
	to->deferred = from->deferred;
	to->hidden = from->hidden;
	to->read_only = from->read_only;
	to->write_once = from->write_once;
	to->normalizes = from->normalizes;
}

/* Is anything said about what documents do with the column? */
static bool
has_behaviour(const OrmDeclaredColumn *column)
{
	return column->deferred != ORM_NOT_GIVEN || column->hidden != ORM_NOT_GIVEN || column->read_only != ORM_NOT_GIVEN ||
		column->write_once != ORM_NOT_GIVEN || column->normalizes != NULL;
}

OrmDeclaredConstraint *
orm_declaration_make_constraint(OrmConstraintKind kind, char *name, List *columns)
{
	OrmDeclaredConstraint *constraint = palloc0(sizeof(OrmDeclaredConstraint));

	constraint->kind = kind;
	constraint->name = name;
	constraint->columns = columns;
	constraint->match_full = constraint->is_deferrable = constraint->initially_deferred = ORM_NOT_GIVEN;
	constraint->nulls_not_distinct = constraint->is_unique = ORM_NOT_GIVEN;
	return constraint;
}

List *
orm_declaration_key(const OrmDeclaration *declaration)
{
	List *key = NIL;
	ListCell *cell;

	foreach(cell, declaration->constraints)
	{
		OrmDeclaredConstraint *constraint = lfirst(cell);

		if (constraint->kind == ORM_CONSTRAINT_PRIMARY_KEY)
			return constraint->columns;
	}
	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		if (column->primary_key == ORM_YES)
			key = lappend(key, column->name);
	}
	return key;
}

const OrmDeclaredTable *
orm_declaration_table(const OrmDeclaration *declaration)
{
	return declaration->tables != NIL ? linitial(declaration->tables) : NULL;
}

char *
orm_declaration_version(const OrmDeclaration *declaration)
{
	return declaration->versions != NIL ? ((OrmDeclaredVersion *) linitial(declaration->versions))->column : NULL;
}

OrmDeclaredColumn *
orm_declaration_column(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		if (strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}

OrmDeclaredRelationship *
orm_declaration_relationship(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		if (strcmp(relationship->name, name) == 0)
			return relationship;
	}
	return NULL;
}

char *
orm_declaration_attribute_name(const char *column)
{
	char *name = pstrdup(column);

	for (int i = 0; i < (int) lengthof(reserved_names); i++)
		if (strcmp(column, reserved_names[i]) == 0)
			return psprintf("%s_", column);
	if (strcmp(name, "*") == 0 || name[0] == '$' || name[0] == '-')
		name[0] = '_';
	for (char *c = strchr(name, '.'); c != NULL; c = strchr(c, '.'))
		*c = '_';
	return name;
}

/* Makes of a column what a mapped document says, which no catalog has; false: nothing. */
static bool
strip_column(const OrmDeclaration *declaration, OrmDeclaredColumn *column)
{
	const char *made = orm_naming_attribute(declaration, column->name);
	bool renamed = column->attribute != NULL && strcmp(column->attribute, made) != 0;
	OrmDeclaredColumn *stripped;

	if (!renamed && !has_behaviour(column))
		return false;
	stripped = orm_declaration_make_column(column->name, renamed ? column->attribute : NULL, column->position);
	orm_declaration_copy_behaviour(stripped, column);
	*column = *stripped;
	if (!renamed && declaration->namings != NIL)
	{
		column->attribute = pstrdup(made);
		column->named_by_rule = true;
	}
	return true;
}

/* The constraints of a mapped document: the primary key, and the checks that have a message. */
static List *
strip_constraints(const OrmDeclaration *declaration, bool keep_key)
{
	List *key = keep_key ? orm_declaration_key(declaration) : NIL;
	List *constraints = NIL;
	ListCell *cell;

	if (key != NIL)
		constraints = list_make1(orm_declaration_make_constraint(ORM_CONSTRAINT_PRIMARY_KEY, NULL, key));
	foreach(cell, declaration->constraints)
		if (((const OrmDeclaredConstraint *) lfirst(cell))->message != NULL)
			constraints = lappend(constraints, lfirst(cell));
	return constraints;
}

void
orm_declaration_strip(OrmDeclaration *declaration, bool keep_key)
{
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, declaration->columns)
		if (strip_column(declaration, lfirst(cell)))
			columns = lappend(columns, lfirst(cell));
	declaration->constraints = strip_constraints(declaration, keep_key);
	declaration->columns = columns;
	declaration->comment = NULL;
	declaration->enums = NIL;
	declaration->tables = NIL;
	declaration->statements = NIL;
	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		relationship->nullable = ORM_NOT_GIVEN;
		relationship->on_delete = NULL;
		relationship->on_update = NULL;
	}
}
