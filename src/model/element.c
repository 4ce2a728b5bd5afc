/*
 * element.c - the elements of a model document: builders, their keys, and the
 * records of declaration.h they are read into.
 */
#include "postgres.h"

#include "model/element.h"
#include "model/element_form.h"
#include "model/element_key.h"
#include "model/use.h"

#define KIND(kind) ORM_ELEMENT_KIND(kind)
#define ANY_KIND 0xffff

/* Contexts of keys: the kinds of records of a new table, and in the upper half those of a mapped one. */
#define MAPPED(kinds) ((uint32) (kinds) << 16)
#define BOTH(kinds) ((kinds) | MAPPED(kinds))

#define KEY(text, kinds, needed) \
	{ \
		ORM_MEMBER_KEY(text), .allowed = BOTH(kinds), .required = BOTH(needed) \
	}
#define KEY_OF_NEW(text, kinds, needed) \
	{ \
		ORM_MEMBER_KEY(text), .allowed = (kinds), .required = (needed) \
	}

/* Sets of kinds for the tables of keys. */
#define PRIMARY_KEY KIND(ORM_CONSTRAINT_PRIMARY_KEY)
#define UNIQUE KIND(ORM_CONSTRAINT_UNIQUE)
#define INDEX KIND(ORM_CONSTRAINT_INDEX)
#define EXCLUDE KIND(ORM_CONSTRAINT_EXCLUDE)
#define VERBATIM KIND(ORM_CONSTRAINT_VERBATIM)
#define CHECK KIND(ORM_CONSTRAINT_CHECK)
#define FOREIGN_KEY KIND(ORM_CONSTRAINT_FOREIGN_KEY)
#define INDEXES (PRIMARY_KEY | UNIQUE | INDEX | EXCLUDE)
#define DEFERRABLE (PRIMARY_KEY | UNIQUE | FOREIGN_KEY | EXCLUDE)
#define BELONGS_TO KIND(ORM_BELONGS_TO)
#define HAS_MANY KIND(ORM_HAS_MANY)
#define HAS_ONE KIND(ORM_HAS_ONE)
#define MANY_TO_MANY KIND(ORM_MANY_TO_MANY)
#define RELATED KIND(ORM_RELATED)
#define KEYED (BELONGS_TO | HAS_MANY | HAS_ONE | MANY_TO_MANY)

static const char *const identities[] = {"always", "by default", "serial", "none", NULL};
static const char *const storages[] = {"plain", "external", "extended", "main", NULL};
static const char *const compressions[] = {"pglz", "lz4", NULL};
static const char *const actions[] = {"cascade", "set null", "set default", "restrict", "no action", NULL};
static const char *const nulls[] = {"first", "last", NULL};
static const char *const clocks[] = {"transaction", "statement", NULL};
static const char *const stamp_events[] = {"create", "create, update", NULL};
static const char *const timings[] = {"before", "after", NULL};
static const char *const naming_styles[] = {"camel", NULL};
static const char *const accessors[] = {"create", "find", "find_by", "filter_by",	  "all",
										"update", "save", "delete",	 "relationships", NULL};

#define COLUMN(member) offsetof(OrmDeclaredColumn, member)

static const OrmElementKey column_keys[] = {
	{KEY("name", ANY_KIND, ANY_KIND), &orm_element_key_name, COLUMN(name), "column", NULL},
	{KEY_OF_NEW("type", ANY_KIND, ANY_KIND), &orm_element_key_type, COLUMN(type), NULL, NULL},
	{KEY_OF_NEW("primary_key", ANY_KIND, 0), &orm_element_key_choice, COLUMN(primary_key), NULL, NULL},
	{KEY_OF_NEW("nullable", ANY_KIND, 0), &orm_element_key_choice, COLUMN(nullable), NULL, NULL},
	{KEY_OF_NEW("is_unique", ANY_KIND, 0), &orm_element_key_choice, COLUMN(is_unique), NULL, NULL},
	{KEY_OF_NEW("indexed", ANY_KIND, 0), &orm_element_key_choice, COLUMN(indexed), NULL, NULL},
	{KEY_OF_NEW("server_default", ANY_KIND, 0), &orm_element_key_default, COLUMN(server_default), "default", NULL},
	{KEY_OF_NEW("identity", ANY_KIND, 0), &orm_element_key_word, COLUMN(identity), NULL, identities},
	{KEY_OF_NEW("generated", ANY_KIND, 0), &orm_element_key_expression, COLUMN(generated), "generation expression",
	 NULL},
	{KEY_OF_NEW("foreign_key", ANY_KIND, 0), &orm_element_key_target, COLUMN(foreign_key), NULL, NULL},
	{KEY_OF_NEW("on_delete", ANY_KIND, 0), &orm_element_key_word, COLUMN(on_delete), NULL, actions},
	{KEY_OF_NEW("on_update", ANY_KIND, 0), &orm_element_key_word, COLUMN(on_update), NULL, actions},
	{KEY_OF_NEW("check_expr", ANY_KIND, 0), &orm_element_key_expression, COLUMN(check_expr), "check", NULL},
	{KEY_OF_NEW("collation", ANY_KIND, 0), &orm_element_key_collation, COLUMN(collation), NULL, NULL},
	{KEY("attribute", ANY_KIND, 0), &orm_element_key_name, COLUMN(attribute), "attribute", NULL},
	{KEY_OF_NEW("comment", ANY_KIND, 0), &orm_element_key_text, COLUMN(comment), NULL, NULL},
	{KEY_OF_NEW("storage", ANY_KIND, 0), &orm_element_key_word, COLUMN(storage), NULL, storages},
	{KEY_OF_NEW("compression", ANY_KIND, 0), &orm_element_key_word, COLUMN(compression), NULL, compressions},
	{KEY_OF_NEW("sequence_name", ANY_KIND, 0), &orm_element_key_name, COLUMN(sequence_name), "sequence", NULL},
	{KEY_OF_NEW("sequence_options", ANY_KIND, 0), &orm_element_key_sequence, COLUMN(sequence_options), NULL, NULL},
	{KEY_OF_NEW("renamed_from", ANY_KIND, 0), &orm_element_key_name, COLUMN(renamed_from), "column", NULL},
	{KEY_OF_NEW("fill", ANY_KIND, 0), &orm_element_key_expression, COLUMN(fill), "fill", NULL},
	{KEY_OF_NEW("using_expr", ANY_KIND, 0), &orm_element_key_expression, COLUMN(using_expr), "conversion", NULL},
	{KEY("deferred", ANY_KIND, 0), &orm_element_key_choice, COLUMN(deferred), NULL, NULL},
	{KEY("hidden", ANY_KIND, 0), &orm_element_key_choice, COLUMN(hidden), NULL, NULL},
	{KEY("read_only", ANY_KIND, 0), &orm_element_key_choice, COLUMN(read_only), NULL, NULL},
	{KEY("write_once", ANY_KIND, 0), &orm_element_key_choice, COLUMN(write_once), NULL, NULL},
	{KEY("normalizes", ANY_KIND, 0), &orm_element_key_expression, COLUMN(normalizes), "normalized value", NULL},
};

/* A computed attribute: a column that is not stored, see OrmDeclaration.computed. */
static const OrmElementKey computed_keys[] = {
	{KEY("name", ANY_KIND, ANY_KIND), &orm_element_key_name, COLUMN(name), "attribute", NULL},
	{KEY("type", ANY_KIND, ANY_KIND), &orm_element_key_type, COLUMN(type), NULL, NULL},
	{KEY("expr", ANY_KIND, ANY_KIND), &orm_element_key_expression, COLUMN(generated), "computed attribute", NULL},
	{KEY("deferred", ANY_KIND, 0), &orm_element_key_choice, COLUMN(deferred), NULL, NULL},
	{KEY("comment", ANY_KIND, 0), &orm_element_key_text, COLUMN(comment), NULL, NULL},
};

#define CONSTRAINT(member) offsetof(OrmDeclaredConstraint, member)

static const OrmElementKey constraint_keys[] = {
	{KEY("name", ANY_KIND, CHECK | VERBATIM), &orm_element_key_name, CONSTRAINT(name), "constraint", NULL},
	{KEY("columns", PRIMARY_KEY | UNIQUE | INDEX | FOREIGN_KEY, PRIMARY_KEY | FOREIGN_KEY), &orm_element_key_columns,
	 CONSTRAINT(columns), "column", NULL},
	{KEY_OF_NEW("column_name", UNIQUE, 0), &orm_element_key_columns, CONSTRAINT(columns), "column", NULL},
	{KEY_OF_NEW("elements", EXCLUDE, EXCLUDE), &orm_element_key_exclusions, CONSTRAINT(elements), NULL, NULL},
	{KEY_OF_NEW("expr", CHECK, CHECK), &orm_element_key_expression, CONSTRAINT(expr), "check", NULL},
	{KEY_OF_NEW("model", FOREIGN_KEY, FOREIGN_KEY), &orm_element_key_target, CONSTRAINT(target), NULL, NULL},
	{KEY_OF_NEW("referenced", FOREIGN_KEY, 0), &orm_element_key_names, CONSTRAINT(target_columns), "column", NULL},
	{KEY_OF_NEW("on_delete", FOREIGN_KEY, 0), &orm_element_key_word, CONSTRAINT(on_delete), NULL, actions},
	{KEY_OF_NEW("on_update", FOREIGN_KEY, 0), &orm_element_key_word, CONSTRAINT(on_update), NULL, actions},
	{KEY_OF_NEW("on_delete_columns", FOREIGN_KEY, 0), &orm_element_key_names, CONSTRAINT(on_delete_columns), "column",
	 NULL},
	{KEY_OF_NEW("match_full", FOREIGN_KEY, 0), &orm_element_key_choice, CONSTRAINT(match_full), NULL, NULL},
	{KEY_OF_NEW("is_unique", INDEX, 0), &orm_element_key_choice, CONSTRAINT(is_unique), NULL, NULL},
	{KEY_OF_NEW("nulls_not_distinct", UNIQUE | INDEX, 0), &orm_element_key_choice, CONSTRAINT(nulls_not_distinct), NULL,
	 NULL},
	{KEY_OF_NEW("method", INDEX | EXCLUDE, 0), &orm_element_key_method, CONSTRAINT(method), NULL, NULL},
	{KEY_OF_NEW("opclass", INDEX, 0), &orm_element_key_target, CONSTRAINT(opclass), NULL, NULL},
	{KEY_OF_NEW("nulls", INDEX, 0), &orm_element_key_word, CONSTRAINT(nulls), NULL, nulls},
	{KEY_OF_NEW("where_expr", INDEX | EXCLUDE, 0), &orm_element_key_expression, CONSTRAINT(where_expr),
	 "condition of an index", NULL},
	{KEY_OF_NEW("include", INDEXES, 0), &orm_element_key_names, CONSTRAINT(include), "column", NULL},
	{KEY_OF_NEW("is_deferrable", DEFERRABLE, 0), &orm_element_key_choice, CONSTRAINT(is_deferrable), NULL, NULL},
	{KEY_OF_NEW("initially_deferred", DEFERRABLE, 0), &orm_element_key_choice, CONSTRAINT(initially_deferred), NULL,
	 NULL},
	{KEY_OF_NEW("definition", INDEX | VERBATIM, VERBATIM), &orm_element_key_text, CONSTRAINT(definition), NULL, NULL},
	{KEY_OF_NEW("comment", ANY_KIND, 0), &orm_element_key_text, CONSTRAINT(comment), NULL, NULL},
	{KEY_OF_NEW("renamed_from", ANY_KIND, 0), &orm_element_key_name, CONSTRAINT(renamed_from), "constraint", NULL},
	{KEY_OF_NEW("message", CHECK, 0), &orm_element_key_target, CONSTRAINT(message), NULL, NULL},
};

#define VALIDATION(member) offsetof(OrmDeclaredValidation, member)

static const OrmElementKey validation_keys[] = {
	{KEY("attribute", ANY_KIND, ANY_KIND), &orm_element_key_name, VALIDATION(attribute), "attribute", NULL},
	{KEY("presence", ANY_KIND, 0), &orm_element_key_choice, VALIDATION(presence), NULL, NULL},
	{KEY("min_length", ANY_KIND, 0), &orm_element_key_number, VALIDATION(min_length), NULL, NULL},
	{KEY("max_length", ANY_KIND, 0), &orm_element_key_number, VALIDATION(max_length), NULL, NULL},
	{KEY("matches", ANY_KIND, 0), &orm_element_key_text, VALIDATION(matches), NULL, NULL},
	{KEY("within", ANY_KIND, 0), &orm_element_key_texts, VALIDATION(within), NULL, NULL},
	{KEY("at_least", ANY_KIND, 0), &orm_element_key_text, VALIDATION(at_least), NULL, NULL},
	{KEY("at_most", ANY_KIND, 0), &orm_element_key_text, VALIDATION(at_most), NULL, NULL},
	{KEY("message", ANY_KIND, 0), &orm_element_key_target, VALIDATION(message), NULL, NULL},
};

#define RELATIONSHIP(member) offsetof(OrmDeclaredRelationship, member)

static const OrmElementKey relationship_keys[] = {
	{KEY("name", ANY_KIND, ANY_KIND), &orm_element_key_name, RELATIONSHIP(name), "relationship", NULL},
	{KEY("model", ANY_KIND, ANY_KIND), &orm_element_key_name, RELATIONSHIP(model), "model", NULL},
	{KEY("function", RELATED, RELATED), &orm_element_key_target, RELATIONSHIP(function), NULL, NULL},
	{KEY("one", RELATED, 0), &orm_element_key_choice, RELATIONSHIP(one), NULL, NULL},
	{KEY("foreign_key", KEYED, 0), &orm_element_key_names, RELATIONSHIP(foreign_key), "column", NULL},
	{KEY("through", MANY_TO_MANY, 0), &orm_element_key_target, RELATIONSHIP(through), NULL, NULL},
	{KEY("made", MANY_TO_MANY, 0), &orm_element_key_choice, RELATIONSHIP(made), NULL, NULL},
	{KEY("back_populates", KEYED, 0), &orm_element_key_name, RELATIONSHIP(back_populates), "relationship", NULL},
	{KEY_OF_NEW("nullable", BELONGS_TO, 0), &orm_element_key_choice, RELATIONSHIP(nullable), NULL, NULL},
	{KEY_OF_NEW("on_delete", BELONGS_TO, 0), &orm_element_key_word, RELATIONSHIP(on_delete), NULL, actions},
	{KEY_OF_NEW("on_update", BELONGS_TO, 0), &orm_element_key_word, RELATIONSHIP(on_update), NULL, actions},
	{KEY("cascade", KEYED, 0), &orm_element_key_cascade, RELATIONSHIP(cascade), NULL, NULL},
	{KEY("has_constraint", BELONGS_TO | HAS_MANY | HAS_ONE, 0), &orm_element_key_choice, RELATIONSHIP(has_constraint),
	 NULL, NULL},
	{KEY("path", HAS_MANY, 0), &orm_element_key_target, RELATIONSHIP(path), NULL, NULL},
	{KEY("order_by", HAS_MANY | HAS_ONE | MANY_TO_MANY | RELATED, 0), &orm_element_key_array, RELATIONSHIP(order_by),
	 NULL, NULL},
	{KEY("filter", ANY_KIND, 0), &orm_element_key_object, RELATIONSHIP(filter), NULL, NULL},
};

#define SCOPE(member) offsetof(OrmDeclaredScope, member)

static const OrmElementKey scope_keys[] = {
	{KEY("name", ANY_KIND, ANY_KIND), &orm_element_key_name, SCOPE(name), "scope", NULL},
	{KEY("query", ANY_KIND, ANY_KIND), &orm_element_key_object, SCOPE(query), NULL, NULL},
	{KEY("is_default", ANY_KIND, 0), &orm_element_key_choice, SCOPE(is_default), NULL, NULL},
};

#define TIMESTAMPS(member) offsetof(OrmDeclaredTimestamps, member)

static const OrmElementKey timestamps_keys[] = {
	{KEY("created_at", ANY_KIND, 0), &orm_element_key_name, TIMESTAMPS(created_at), "column", NULL},
	{KEY("updated_at", ANY_KIND, 0), &orm_element_key_name, TIMESTAMPS(updated_at), "column", NULL},
	{KEY("clock", ANY_KIND, 0), &orm_element_key_word, TIMESTAMPS(clock), NULL, clocks},
};

#define STAMP(member) offsetof(OrmDeclaredStamp, member)

static const OrmElementKey stamp_keys[] = {
	{KEY("column_name", ANY_KIND, ANY_KIND), &orm_element_key_name, STAMP(column), "column", NULL},
	{KEY("setting", ANY_KIND, 0), &orm_element_key_target, STAMP(setting), NULL, NULL},
	{KEY("events", ANY_KIND, 0), &orm_element_key_word, STAMP(events), NULL, stamp_events},
};

#define SOFT_DELETE(member) offsetof(OrmDeclaredSoftDelete, member)

static const OrmElementKey soft_delete_keys[] = {
	{KEY("column_name", ANY_KIND, ANY_KIND), &orm_element_key_name, SOFT_DELETE(column), "column", NULL},
	{KEY("guard", ANY_KIND, 0), &orm_element_key_choice, SOFT_DELETE(guard), NULL, NULL},
	{KEY("revive", ANY_KIND, 0), &orm_element_key_choice, SOFT_DELETE(revive), NULL, NULL},
};

#define VERSION(member) offsetof(OrmDeclaredVersion, member)

static const OrmElementKey version_keys[] = {
	{KEY("column_name", ANY_KIND, ANY_KIND), &orm_element_key_name, VERSION(column), "column", NULL},
};

#define TABLE(member) offsetof(OrmDeclaredTable, member)

static const OrmElementKey table_keys[] = {
	{KEY_OF_NEW("unlogged", ANY_KIND, 0), &orm_element_key_choice, TABLE(unlogged), NULL, NULL},
	{KEY_OF_NEW("method", ANY_KIND, 0), &orm_element_key_name, TABLE(method), "access method", NULL},
	{KEY_OF_NEW("tablespace", ANY_KIND, 0), &orm_element_key_name, TABLE(tablespace), "tablespace", NULL},
	{KEY_OF_NEW("parameters", ANY_KIND, 0), &orm_element_key_parameters, TABLE(parameters), NULL, NULL},
	{KEY_OF_NEW("partition_by", ANY_KIND, 0), &orm_element_key_partition, TABLE(partition_by), NULL, NULL},
};

#define HOOK(member) offsetof(OrmDeclaredHook, member)

static const OrmElementKey hook_keys[] = {
	{KEY("events", ANY_KIND, ANY_KIND), &orm_element_key_text, HOOK(events), NULL, NULL},
	{KEY("function", ANY_KIND, ANY_KIND), &orm_element_key_target, HOOK(function), NULL, NULL},
	{KEY("when_expr", ANY_KIND, 0), &orm_element_key_expression, HOOK(when_expr), "condition of a trigger", NULL},
	{KEY("columns", ANY_KIND, 0), &orm_element_key_names, HOOK(columns), "column", NULL},
};

#define PUBLICATION(member) offsetof(OrmDeclaredPublication, member)

static const OrmElementKey publication_keys[] = {
	{KEY("channel", ANY_KIND, ANY_KIND), &orm_element_key_text, PUBLICATION(channel), NULL, NULL},
	{KEY("events", ANY_KIND, 0), &orm_element_key_text, PUBLICATION(events), NULL, NULL},
	{KEY("attributes", ANY_KIND, 0), &orm_element_key_names, PUBLICATION(attributes), "attribute", NULL},
};

#define COUNTER(member) offsetof(OrmDeclaredCounter, member)

static const OrmElementKey counter_keys[] = {
	{KEY("column_name", ANY_KIND, ANY_KIND), &orm_element_key_name, COUNTER(column), "column", NULL},
	{KEY("relationship", ANY_KIND, ANY_KIND), &orm_element_key_name, COUNTER(relationship), "relationship", NULL},
	{KEY("where_expr", ANY_KIND, 0), &orm_element_key_expression, COUNTER(where_expr), "condition of a counter", NULL},
	{KEY("sum_of", ANY_KIND, 0), &orm_element_key_expression, COUNTER(sum_of), "sum of a counter", NULL},
};

#define POSITION(member) offsetof(OrmDeclaredPosition, member)

static const OrmElementKey position_keys[] = {
	{KEY("column_name", ANY_KIND, ANY_KIND), &orm_element_key_name, POSITION(column), "column", NULL},
	{KEY("relationship", ANY_KIND, 0), &orm_element_key_name, POSITION(relationship), "relationship", NULL},
};

#define STATEMENT(member) offsetof(OrmDeclaredStatement, member)

static const OrmElementKey statement_keys[] = {
	{KEY_OF_NEW("definition", ANY_KIND, ANY_KIND), &orm_element_key_text, STATEMENT(definition), NULL, NULL},
};

#define REMOVAL(member) offsetof(OrmDeclaredRemoval, member)

static const OrmElementKey removal_keys[] = {
	{KEY_OF_NEW("column", ANY_KIND, 0), &orm_element_key_name, REMOVAL(column), "column", NULL},
	{KEY_OF_NEW("constraint", ANY_KIND, 0), &orm_element_key_name, REMOVAL(constraint), "constraint", NULL},
	{KEY_OF_NEW("index", ANY_KIND, 0), &orm_element_key_name, REMOVAL(index), "index", NULL},
};

#define DATA_STEP(member) offsetof(OrmDeclaredDataStep, member)

static const OrmElementKey data_step_keys[] = {
	{KEY_OF_NEW("name", ANY_KIND, ANY_KIND), &orm_element_key_name, DATA_STEP(name), "data step", NULL},
	{KEY_OF_NEW("sql", ANY_KIND, ANY_KIND), &orm_element_key_text, DATA_STEP(sql), NULL, NULL},
	{KEY_OF_NEW("timing", ANY_KIND, 0), &orm_element_key_word, DATA_STEP(timing), NULL, timings},
};

#define RENAME(member) offsetof(OrmDeclaredRename, member)

static const OrmElementKey rename_keys[] = {
	{KEY_OF_NEW("name", ANY_KIND, ANY_KIND), &orm_element_key_name, RENAME(name), "model", NULL},
};

static const OrmElementKey table_rename_keys[] = {
	{KEY_OF_NEW("name", ANY_KIND, ANY_KIND), &orm_element_key_target, RENAME(name), NULL, NULL},
};

static const OrmElementKey naming_keys[] = {
	{KEY("style", ANY_KIND, ANY_KIND), &orm_element_key_word, offsetof(OrmDeclaredNaming, style), NULL, naming_styles},
};

#define USE(member) offsetof(OrmDeclaredUse, member)

static const OrmElementKey use_keys[] = {
	{KEY("name", ANY_KIND, ANY_KIND), &orm_element_key_name, USE(name), "mixin", NULL},
	{KEY("elements", ANY_KIND, 0), &orm_element_key_array, USE(elements), NULL, NULL},
};

#define DECLARATION(member) offsetof(OrmDeclaration, member)

static const OrmElementKey accessors_keys[] = {
	{KEY("prefix", ANY_KIND, 0), &orm_element_key_name, DECLARATION(prefix), "prefix", NULL},
	{KEY("schema", ANY_KIND, 0), &orm_element_key_name, DECLARATION(accessor_schema), "schema", NULL},
	{KEY("include", ANY_KIND, 0), &orm_element_key_words, DECLARATION(include), NULL, accessors},
};

#define ENUM(member) offsetof(OrmDeclaredEnum, member)

static const OrmElementKey enum_keys[] = {
	{KEY_OF_NEW("name", ANY_KIND, ANY_KIND), &orm_element_key_name, ENUM(name), "enum", NULL},
	{KEY_OF_NEW("labels", ANY_KIND, ANY_KIND), &orm_element_key_labels, ENUM(labels), NULL, NULL},
	{KEY_OF_NEW("renamed_labels", ANY_KIND, 0), &orm_element_key_object, ENUM(renamed_labels), NULL, NULL},
};

static const OrmElementKey comment_keys[] = {
	{KEY_OF_NEW("comment", ANY_KIND, ANY_KIND), &orm_element_key_text, DECLARATION(comment), NULL, NULL},
};

/* For use in ereport(): a hint for a key or an element that is not allowed in a mapped document. */
static bool
hint_mapped(const OrmMemberKey *member, const char *name, uint32 context, const void *argument)
{
	if (member == NULL || (MAPPED(member->allowed) & context) == 0)
		return false;
	errhint("\"%s\" cannot be given for a table that exists.", name);
	return true;
}

#define KEY_TABLE(keys) \
	{ \
		.noun = "key", ORM_MEMBER_RECORDS(keys), .hint = hint_mapped \
	}

/* Kinds of records, and the builders of elements that are read into them: see element.h. */
typedef OrmElementRecord RecordType;
typedef OrmElementBuilder RelationBuilder;

#define RECORD(type, list, kind, has_kind, keys) \
	{ \
		sizeof(type), DECLARATION(list), kind, has_kind, offsetof(type, position), KEY_TABLE(keys) \
	}

static const RecordType column_record = RECORD(OrmDeclaredColumn, columns, 0, false, column_keys);
static const RecordType computed_record = RECORD(OrmDeclaredColumn, computed, 0, false, computed_keys);
static const RecordType constraint_record = RECORD(OrmDeclaredConstraint, constraints, CONSTRAINT(kind), true,
												   constraint_keys);
static const RecordType relationship_record = RECORD(OrmDeclaredRelationship, relationships, RELATIONSHIP(kind), true,
													 relationship_keys);
static const RecordType scope_record = RECORD(OrmDeclaredScope, scopes, 0, false, scope_keys);
static const RecordType validation_record = RECORD(OrmDeclaredValidation, validations, 0, false, validation_keys);
static const RecordType hook_record = RECORD(OrmDeclaredHook, hooks, 0, false, hook_keys);
static const RecordType publication_record = RECORD(OrmDeclaredPublication, publications, 0, false, publication_keys);
static const RecordType counter_record = RECORD(OrmDeclaredCounter, counters, 0, false, counter_keys);
static const RecordType position_record = RECORD(OrmDeclaredPosition, positions, 0, false, position_keys);
static const RecordType timestamps_record = RECORD(OrmDeclaredTimestamps, timestamps, 0, false, timestamps_keys);
static const RecordType stamp_record = RECORD(OrmDeclaredStamp, stamps, 0, false, stamp_keys);
static const RecordType soft_delete_record = RECORD(OrmDeclaredSoftDelete, soft_deletes, 0, false, soft_delete_keys);
static const RecordType version_record = RECORD(OrmDeclaredVersion, versions, 0, false, version_keys);
static const RecordType enum_record = RECORD(OrmDeclaredEnum, enums, 0, false, enum_keys);
static const RecordType removal_record = RECORD(OrmDeclaredRemoval, removals, 0, false, removal_keys);
static const RecordType table_record = RECORD(OrmDeclaredTable, tables, 0, false, table_keys);
static const RecordType statement_record = RECORD(OrmDeclaredStatement, statements, 0, false, statement_keys);
static const RecordType naming_record = RECORD(OrmDeclaredNaming, namings, 0, false, naming_keys);
static const RecordType data_step_record = RECORD(OrmDeclaredDataStep, data_steps, 0, false, data_step_keys);
static const RecordType rename_record = RECORD(OrmDeclaredRename, renames, 0, false, rename_keys);
static const RecordType table_rename_record = RECORD(OrmDeclaredRename, table_renames, 0, false, table_rename_keys);
static const RecordType use_record = RECORD(OrmDeclaredUse, uses, 0, false, use_keys);
static const RecordType accessors_record = {0, 0, 0, false, 0, KEY_TABLE(accessors_keys)};
static const RecordType comment_record = {0, 0, 0, false, 0, KEY_TABLE(comment_keys)};

static const RelationBuilder builders[] = {
	{KEY("column", KIND(0), 0), &column_record, 0},
	{KEY("computed", KIND(0), 0), &computed_record, 0},
	{KEY("primary_key", KIND(0), 0), &constraint_record, ORM_CONSTRAINT_PRIMARY_KEY},
	{KEY_OF_NEW("unique", KIND(0), 0), &constraint_record, ORM_CONSTRAINT_UNIQUE},
	{KEY_OF_NEW("index", KIND(0), 0), &constraint_record, ORM_CONSTRAINT_INDEX},
	{KEY_OF_NEW("check", KIND(0), 0), &constraint_record, ORM_CONSTRAINT_CHECK},
	{KEY_OF_NEW("foreign_key", KIND(0), 0), &constraint_record, ORM_CONSTRAINT_FOREIGN_KEY},
	{KEY_OF_NEW("exclude", KIND(0), 0), &constraint_record, ORM_CONSTRAINT_EXCLUDE},
	{KEY_OF_NEW("constraint", KIND(0), 0), &constraint_record, ORM_CONSTRAINT_VERBATIM},
	{KEY("belongs_to", KIND(0), 0), &relationship_record, ORM_BELONGS_TO},
	{KEY("has_many", KIND(0), 0), &relationship_record, ORM_HAS_MANY},
	{KEY("has_one", KIND(0), 0), &relationship_record, ORM_HAS_ONE},
	{KEY("many_to_many", KIND(0), 0), &relationship_record, ORM_MANY_TO_MANY},
	{KEY("scope", KIND(0), 0), &scope_record, 0},
	{KEY("validates", KIND(0), 0), &validation_record, 0},
	{KEY("on", KIND(0), 0), &hook_record, 0},
	{KEY("publish", KIND(0), 0), &publication_record, 0},
	{KEY("counter", KIND(0), 0), &counter_record, 0},
	{KEY("position", KIND(0), 0), &position_record, 0},
	{KEY("timestamps", KIND(0), 0), &timestamps_record, 0},
	{KEY("stamp", KIND(0), 0), &stamp_record, 0},
	{KEY("related", KIND(0), 0), &relationship_record, ORM_RELATED},
	{KEY("soft_delete", KIND(0), 0), &soft_delete_record, 0},
	{KEY("version", KIND(0), 0), &version_record, 0},
	{KEY("accessors", KIND(0), 0), &accessors_record, 0},
	{KEY_OF_NEW("comment_on_table", KIND(0), 0), &comment_record, 0},
	{KEY_OF_NEW("table", KIND(0), 0), &table_record, 0},
	{KEY_OF_NEW("statement", KIND(0), 0), &statement_record, 0},
	{KEY_OF_NEW("enum", KIND(0), 0), &enum_record, 0},
	{KEY_OF_NEW("removed", KIND(0), 0), &removal_record, 0},
	{KEY_OF_NEW("data_step", KIND(0), 0), &data_step_record, 0},
	{KEY_OF_NEW("renamed_from", KIND(0), 0), &rename_record, 0},
	{KEY_OF_NEW("table_renamed_from", KIND(0), 0), &table_rename_record, 0},
	{KEY("use", KIND(0), 0), &use_record, 0},
	{KEY("naming", KIND(0), 0), &naming_record, 0},
};

static const OrmMemberTable builder_table = {.noun = "element", ORM_MEMBER_RECORDS(builders), .hint = hint_mapped};

/* The builder of a kind of record. */
static const RelationBuilder *
builder_of(const RecordType *record, int kind)
{
	const RelationBuilder *builder = builders;

	while (builder->record != record || builder->kind != kind)
		builder++;
	return builder;
}

const OrmElementBuilder *
orm_element_builder(const char *name)
{
	const RelationBuilder *builder = builders;

	while (strcmp(builder->member.key, name) != 0)
		builder++;
	return builder;
}

const char *
orm_element_constraint_name(OrmConstraintKind kind)
{
	return builder_of(&constraint_record, kind)->member.key;
}

const char *
orm_element_relationship_name(OrmRelationshipKind kind)
{
	return builder_of(&relationship_record, kind)->member.key;
}

OrmConstraintKind
orm_element_constraint_kind(const OrmDeclaredConstraint *constraint)
{
	return constraint->definition != NULL && constraint->kind != ORM_CONSTRAINT_INDEX ? ORM_CONSTRAINT_VERBATIM
																					  : constraint->kind;
}

/* The builder of an element, and its value. */
static const RelationBuilder *
find_builder(OrmJson element, const OrmPath *path, bool mapped, OrmJson *body)
{
	OrmJson values[lengthof(builders)];
	int i = 0;

	if (orm_json_kind(element) == ORM_JSON_OBJECT && element.node->count != 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("an element must have one key, the name of its builder"), orm_error_place(path));
	orm_members_take(&builder_table, mapped ? MAPPED(KIND(0)) : KIND(0), element, path, values);
	while (values[i].node == NULL)
		i++;
	*body = values[i];
	return &builders[i];
}

void *
orm_element_make(const RelationBuilder *builder, int position)
{
	const RecordType *type = builder->record;
	char *record = palloc0(type->size);

	for (int i = 0; i < type->table.n; i++)
		if (orm_element_key_at(type, i)->type == &orm_element_key_choice)
			*(OrmChoice *) (record + orm_element_key_at(type, i)->offset) = ORM_NOT_GIVEN;
	if (type->has_kind)
		memcpy(record + type->kind, &builder->kind, sizeof(builder->kind));
	*(int *) (record + type->position) = position;
	return record;
}

/* Reads {key: value, ...} into a record; returns the given keys as bits. */
static uint64
read_keys(const RelationBuilder *builder, OrmJson body, const OrmPath *path, bool mapped, bool stored, void *record)
{
	const RecordType *type = builder->record;
	OrmJson *values = palloc(sizeof(OrmJson) * type->table.n);
	uint32 context = mapped ? MAPPED(KIND(builder->kind)) : KIND(builder->kind);
	uint64 given = orm_members_take(&type->table, context, body, path, values);

	for (int i = 0; i < type->table.n; i++)
	{
		const OrmElementKey *key = orm_element_key_at(type, i);
		OrmPath here = orm_path_key(path, key->member.key);

		if (values[i].node != NULL)
			orm_element_key_read(key, values[i], &here, stored, record);
	}
	pfree(values);
	return given;
}

/* Reads the "accessors" element, whose record is the declaration itself. */
static void
read_accessors(OrmDeclaration *declaration, const RelationBuilder *builder, OrmJson body, const OrmPath *path,
			   bool mapped)
{
	uint64 given;

	if (declaration->has_accessors)
		orm_members_raise_twice("element", builder->member.key, path);
	given = read_keys(builder, body, path, mapped, declaration->stored, declaration);
	declaration->has_accessors = true;
	for (int i = 0; i < builder->record->table.n; i++)
		if (orm_element_key_at(builder->record, i)->type == &orm_element_key_words && (given & (UINT64CONST(1) << i)))
			declaration->all_accessors = false;
}

void
orm_element_read(OrmDeclaration *declaration, OrmJson element, int position, bool mapped)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, position, NULL, NULL);
	OrmJson body;
	const RelationBuilder *builder = find_builder(element, path, mapped, &body);
	OrmPath here = orm_path_key(path, builder->member.key);
	uint64 given;
	void *record;
	List **list;

	if (builder->record == &accessors_record)
	{
		read_accessors(declaration, builder, body, &here, mapped);
		return;
	}
	if (builder->record == &comment_record)
	{
		if (declaration->comment != NULL)
			orm_members_raise_twice("element", builder->member.key, &here);
		read_keys(builder, body, &here, mapped, declaration->stored, declaration);
		return;
	}
	record = orm_element_make(builder, position);
	given = read_keys(builder, body, &here, mapped, declaration->stored, record);
	if (builder->record == &constraint_record)
		orm_element_form_check_constraint(&builder->record->table, builder->kind, given, &here);
	if (builder->record == &removal_record)
		orm_element_form_check_removal(given, &here);
	list = (List **) ((char *) declaration + builder->record->list);
	*list = lappend(*list, record);
	if (builder->record == &use_record)
		orm_use_read(declaration, record, mapped);
}
