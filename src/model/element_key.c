/*
 * element_key.c - reading and printing the values of the keys of an element.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "base/sql.h"
#include "base/time_word.h"
#include "model/cascade.h"
#include "model/element.h"
#include "model/element_key.h"
#include "model/index_element.h"
#include "model/table_option.h"
#include "model/type.h"

/* Pointer to the member of a record for a key. */
#define MEMBER(key, record, type) ((type *) ((char *) (record) + (key)->offset))
#define CONST_MEMBER(key, record, type) ((const type *) ((const char *) (record) + (key)->offset))

/* Pseudo-types of CREATE TABLE for a column with a sequence. */
static const char *const serial_words[] = {
	"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial",
};

/* Any text. */
static void
take_text(const OrmElementKey *key, char *text, void *record)
{
	*MEMBER(key, record, char *) = text;
}

/* A text that is not empty. */
static void
take_target(const OrmElementKey *key, char *text, void *record)
{
	if (text[0] == '\0')
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME), errmsg("\"%s\" must not be empty", key->member.key));
	take_text(key, text, record);
}

/* An identifier. */
static void
take_name(const OrmElementKey *key, char *text, void *record)
{
	orm_name_check(text, key->what);
	take_text(key, text, record);
}

/* Any text, as an item of a list. */
static void
append_item(const OrmElementKey *key, char *text, void *record)
{
	List **list = MEMBER(key, record, List *);

	*list = lappend(*list, text);
}

/* An identifier, as an item of a list. */
static void
take_name_item(const OrmElementKey *key, char *text, void *record)
{
	orm_name_check(text, key->what);
	append_item(key, text, record);
}

/* The matching word of the key, ignoring case; raises 22023 when there is none. */
static char *
find_word(const OrmElementKey *key, const char *text)
{
	StringInfoData possible;

	initStringInfo(&possible);
	for (const char *const *word = key->words; *word; word++)
	{
		if (pg_strcasecmp(*word, text) == 0)
			return pstrdup(*word);
		appendStringInfo(&possible, "%s\"%s\"", word == key->words ? "" : ", ", *word);
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("invalid value for \"%s\": \"%s\"", key->member.key, text),
			errhint("Available values: %s.", possible.data));
}

/* A column of a constraint, or an element of an index, which is checked when the columns are known. */
static void
take_column_item(const OrmElementKey *key, char *text, void *record)
{
	bool index = ((const OrmDeclaredConstraint *) record)->kind == ORM_CONSTRAINT_INDEX;

	if (index && (text[0] == '(' || text[0] == '-'))
		append_item(key, text, record);
	else
		take_name_item(key, text, record);
}

/* Options of a sequence that are allowed for an identity. */
static void
take_sequence(const OrmElementKey *key, char *text, void *record)
{
	static const char *const options[] = {"as", "increment", "minvalue", "maxvalue", "start", "cache", "cycle"};
	CreateSeqStmt *sequence = (CreateSeqStmt *) orm_sql_parse_spliced("CREATE SEQUENCE s ", text, "\n", NULL);
	ListCell *cell;

	if (sequence == NULL || !IsA(sequence, CreateSeqStmt))
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("options of a sequence must be options and nothing else: \"%s\"", text));
	foreach(cell, sequence->options)
	{
		const char *name = lfirst_node(DefElem, cell)->defname;
		int i = 0;

		while (i < (int) lengthof(options) && strcmp(options[i], name) != 0)
			i++;
		if (i == (int) lengthof(options))
			ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
					errmsg("option \"%s\" of a sequence is not allowed here", name));
	}
	take_text(key, text, record);
}

/* Storage parameters of a table. */
static void
take_parameters(const OrmElementKey *key, char *text, void *record)
{
	(void) orm_table_option_parameters(text);
	take_text(key, text, record);
}

/* What follows PARTITION BY. */
static void
take_partition(const OrmElementKey *key, char *text, void *record)
{
	(void) orm_table_option_partition(text);
	take_text(key, text, record);
}

/* A label of an enum: each once, and within the limit of the server. */
static void
take_label(const OrmElementKey *key, char *text, void *record)
{
	ListCell *cell;

	if (strlen(text) > NAMEDATALEN - 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_NAME), errmsg("invalid enum label \"%s\"", text),
				errhint("Labels must be %d bytes or less.", NAMEDATALEN - 1));
	foreach(cell, *MEMBER(key, record, List *))
		if (strcmp(lfirst(cell), text) == 0)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("enum label \"%s\" is given twice", text));
	append_item(key, text, record);
}

/* An element of an exclusion constraint. */
static void
take_exclusion_item(const OrmElementKey *key, char *text, void *record)
{
	orm_index_element_check_exclusion(text);
	append_item(key, text, record);
}

/* One of the words of the key. */
static void
take_word(const OrmElementKey *key, char *text, void *record)
{
	take_text(key, find_word(key, text), record);
}

/* One of the words of the key, as an item of a list. */
static void
take_word_item(const OrmElementKey *key, char *text, void *record)
{
	append_item(key, find_word(key, text), record);
}

/* An SQL expression. */
static void
take_expression(const OrmElementKey *key, char *text, void *record)
{
	orm_sql_check_expression(text, key->what);
	orm_time_word_refuse(text);
	take_text(key, text, record);
}

/* An SQL expression for a default. */
static void
take_default(const OrmElementKey *key, char *text, void *record)
{
	take_expression(key, text, record);
	orm_sql_check_default(text);
}

/* Raises 42704 for the pseudo-types of CREATE TABLE. */
static void
refuse_serial(const char *name)
{
	for (int i = 0; i < (int) lengthof(serial_words); i++)
		if (strcmp(serial_words[i], name) == 0)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("\"%s\" is not a type", name),
					errhint("Give an integer type and identity => 'by default'; "
							"a single integer primary key needs neither."));
}

/* A type, stored as its qualified name. */
static void
take_type(const OrmElementKey *key, char *text, void *record)
{
	OrmDeclaredColumn *column = record;
	TypeName *name = orm_sql_parse_type(text);

	Type found;

	if (list_length(name->names) == 1)
		refuse_serial(strVal(linitial(name->names)));
	orm_type_prefer_catalog(name);
	column->type_name = name;
	column->type = text;
	column->typmod = -1;
	found = LookupTypeName(NULL, name, NULL, true);
	if (found == NULL)
		return; /* an enum of the document, see orm_enum_resolve; else an error */
	ReleaseSysCache(found);
	typenameTypeIdAndMod(NULL, name, &column->type_oid, &column->typmod);
	column->type = orm_type_name(column->type_oid, column->typmod);
}

/* Finds a collation, first with the text as its name (as in "es_ES.utf8"), then as schema and name. */
static Oid
find_collation(const char *text)
{
	List *whole = list_make1(makeString(pstrdup(text)));
	Oid collation = get_collation_oid(lcons(makeString("pg_catalog"), list_copy(whole)), true);
	char *schema;
	char *name;

	if (!OidIsValid(collation))
		collation = get_collation_oid(whole, true);
	if (OidIsValid(collation) || strchr(text, '.') == NULL)
		return OidIsValid(collation) ? collation : get_collation_oid(whole, false);
	orm_name_split(text, &schema, &name);
	return get_collation_oid(schema ? list_make2(makeString(schema), makeString(name)) : list_make1(makeString(name)),
							 false);
}

/* A collation, stored as its qualified name. */
static void
take_collation(const OrmElementKey *key, char *text, void *record)
{
	OrmDeclaredColumn *column = record;

	column->collation_oid = find_collation(text);
	column->collation = orm_type_collation_name(column->collation_oid);
}

/* An existing index access method. */
static void
take_method(const OrmElementKey *key, char *text, void *record)
{
	get_index_am_oid(text, false);
	take_text(key, text, record);
}

/* Cascade options, stored unchanged. */
static void
take_cascade(const OrmElementKey *key, char *text, void *record)
{
	orm_cascade_read(text, ((OrmDeclaredRelationship *) record)->kind);
	take_text(key, text, record);
}

const OrmElementKeyType orm_element_key_choice = {ORM_KEY_CHOICE, NULL, false, false};
const OrmElementKeyType orm_element_key_number = {ORM_KEY_NUMBER, NULL, false, false};
const OrmElementKeyType orm_element_key_text = {ORM_KEY_STRING, take_text, false, false};
const OrmElementKeyType orm_element_key_target = {ORM_KEY_STRING, take_target, false, false};
const OrmElementKeyType orm_element_key_name = {ORM_KEY_STRING, take_name, false, false};
const OrmElementKeyType orm_element_key_names = {ORM_KEY_LIST, take_name_item, false, false};
const OrmElementKeyType orm_element_key_texts = {ORM_KEY_LIST, append_item, false, false};
const OrmElementKeyType orm_element_key_labels = {ORM_KEY_LIST, take_label, false, false};
const OrmElementKeyType orm_element_key_columns = {ORM_KEY_LIST, take_column_item, false, false};
const OrmElementKeyType orm_element_key_sequence = {ORM_KEY_STRING, take_sequence, false, true};
const OrmElementKeyType orm_element_key_parameters = {ORM_KEY_STRING, take_parameters, false, true};
const OrmElementKeyType orm_element_key_partition = {ORM_KEY_STRING, take_partition, false, true};
const OrmElementKeyType orm_element_key_exclusions = {ORM_KEY_LIST, take_exclusion_item, false, false};
const OrmElementKeyType orm_element_key_word = {ORM_KEY_STRING, take_word, false, false};
const OrmElementKeyType orm_element_key_words = {ORM_KEY_LIST, take_word_item, true, false};
const OrmElementKeyType orm_element_key_expression = {ORM_KEY_STRING, take_expression, false, true};
const OrmElementKeyType orm_element_key_default = {ORM_KEY_STRING, take_default, false, true};
const OrmElementKeyType orm_element_key_type = {ORM_KEY_STRING, take_type, false, true};
const OrmElementKeyType orm_element_key_collation = {ORM_KEY_STRING, take_collation, false, true};
const OrmElementKeyType orm_element_key_method = {ORM_KEY_STRING, take_method, false, true};
const OrmElementKeyType orm_element_key_cascade = {ORM_KEY_STRING, take_cascade, false, false};
const OrmElementKeyType orm_element_key_array = {ORM_KEY_ARRAY, NULL, false, false};
const OrmElementKeyType orm_element_key_object = {ORM_KEY_OBJECT, NULL, false, false};

/* Reads a string; errors have the place. */
static void
read_string(const OrmElementKey *key, OrmJson value, const char *expected, const OrmPath *path, bool stored,
			void *record)
{
	MemoryContext caller = CurrentMemoryContext;

	if (orm_json_kind(value) != ORM_JSON_STRING && orm_json_kind(value) != ORM_JSON_UNDECODABLE)
		orm_members_raise_kind(value, expected, path);
	PG_TRY();
	{
		if (stored && key->type->is_sql)
			take_text(key, orm_json_string(value), record);
		else
			key->type->take(key, orm_json_string(value), record);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(path, caller);
	}
	PG_END_TRY();
}

/* Reads a string or an array of them. */
static void
read_list(const OrmElementKey *key, OrmJson value, const OrmPath *path, bool stored, void *record)
{
	OrmJsonWalk walk = orm_json_walk(value);

	if (orm_json_kind(value) != ORM_JSON_ARRAY)
	{
		read_string(key, value, "a string or an array of strings", path, stored, record);
		return;
	}
	while (orm_json_next(&walk))
	{
		OrmPath here = orm_path_index(path, walk.index);

		read_string(key, walk.value, "a string", &here, stored, record);
	}
	if (walk.index < 0 && !key->type->may_be_empty)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" must not be empty", key->member.key),
				orm_error_place(path));
}

/* Copies a container, as a document of its own. */
static void
read_document(const OrmElementKey *key, OrmJson value, const OrmPath *path, void *record)
{
	int length;
	const char *source = orm_json_source(value, &length);

	if (orm_json_kind(value) != (key->type->shape == ORM_KEY_ARRAY ? ORM_JSON_ARRAY : ORM_JSON_OBJECT))
		orm_members_raise_kind(value, key->type->shape == ORM_KEY_ARRAY ? "an array" : "an object", path);
	*MEMBER(key, record, OrmDocument *) = orm_document_parse(source, length);
}

/* Reads an integer that is not negative. */
static void
read_number(const OrmElementKey *key, OrmJson value, const OrmPath *path, void *record)
{
	char *digits;

	if (orm_json_kind(value) != ORM_JSON_NUMBER)
		orm_members_raise_kind(value, "a number", path);
	digits = pnstrdup(orm_json_bytes(value), value.node->length);
	if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 9)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("invalid value for \"%s\": %s", key->member.key, digits), orm_error_place(path),
				errhint("It must be an integer from 0 to 999999999."));
	*MEMBER(key, record, char *) = digits;
}

void
orm_element_key_read(const OrmElementKey *key, OrmJson value, const OrmPath *path, bool stored, void *record)
{
	switch (key->type->shape)
	{
		case ORM_KEY_CHOICE:
			*MEMBER(key, record, OrmChoice) = orm_members_boolean(value, path) ? ORM_YES : ORM_NO;
			break;
		case ORM_KEY_STRING:
			read_string(key, value, "a string", path, stored, record);
			break;
		case ORM_KEY_LIST:
			read_list(key, value, path, stored, record);
			break;
		case ORM_KEY_ARRAY:
		case ORM_KEY_OBJECT:
			read_document(key, value, path, record);
			break;
		case ORM_KEY_NUMBER:
			read_number(key, value, path, record);
			break;
	}
}

bool
orm_element_key_is_given(const OrmElementKey *key, const void *record)
{
	switch (key->type->shape)
	{
		case ORM_KEY_CHOICE:
			return *CONST_MEMBER(key, record, OrmChoice) != ORM_NOT_GIVEN;
		case ORM_KEY_STRING:
		case ORM_KEY_NUMBER:
			return *CONST_MEMBER(key, record, char *) != NULL;
		case ORM_KEY_LIST:
			return *CONST_MEMBER(key, record, List *) != NIL;
		case ORM_KEY_ARRAY:
		case ORM_KEY_OBJECT:
			return *CONST_MEMBER(key, record, OrmDocument *) != NULL;
	}
	return false;
}

/* Appends a document as it was given. */
static void
print_document(StringInfo out, const OrmDocument *document)
{
	appendBinaryStringInfo(out, orm_document_text(document), document->text_length);
}

/* Appends names as a JSON array. */
static void
print_list(StringInfo out, const List *list)
{
	ListCell *cell;

	appendStringInfoChar(out, '[');
	foreach(cell, list)
	{
		appendStringInfoString(out, foreach_current_index(cell) > 0 ? ", " : "");
		escape_json(out, lfirst(cell));
	}
	appendStringInfoChar(out, ']');
}

void
orm_element_key_print(StringInfo out, const OrmElementKey *key, const void *record)
{
	switch (key->type->shape)
	{
		case ORM_KEY_CHOICE:
			appendStringInfoString(out, *CONST_MEMBER(key, record, OrmChoice) == ORM_YES ? "true" : "false");
			break;
		case ORM_KEY_STRING:
			escape_json(out, *CONST_MEMBER(key, record, char *));
			break;
		case ORM_KEY_LIST:
			print_list(out, *CONST_MEMBER(key, record, List *));
			break;
		case ORM_KEY_ARRAY:
		case ORM_KEY_OBJECT:
			print_document(out, *CONST_MEMBER(key, record, OrmDocument *));
			break;
		case ORM_KEY_NUMBER:
			appendStringInfoString(out, *CONST_MEMBER(key, record, char *));
			break;
	}
}
