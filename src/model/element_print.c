/*
 * element_print.c - see element_print.h.
 */
#include "postgres.h"

#include "utils/json.h"

#include "model/element.h"
#include "model/element_print.h"

/* Does the builder take this key? */
static bool
has_key(const OrmElementBuilder *builder, const OrmElementKey *key)
{
	return (key->member.allowed & ORM_ELEMENT_KIND(builder->kind)) != 0;
}

/* Is this another name of an earlier key? */
static bool
is_alias(const OrmElementRecord *record, int i)
{
	for (int earlier = 0; earlier < i; earlier++)
		if (orm_element_key_at(record, earlier)->offset == orm_element_key_at(record, i)->offset)
			return true;
	return false;
}

/* Appends {builder: {key: value, ...}}; key number "always" (-1: none) is printed even if not given. */
static void
print_element(StringInfo out, const OrmElementBuilder *builder, const void *record, int always)
{
	bool first = true;

	appendStringInfoChar(out, '{');
	escape_json(out, builder->member.key);
	appendStringInfoString(out, ": {");
	for (int i = 0; i < builder->record->table.n; i++)
	{
		const OrmElementKey *key = orm_element_key_at(builder->record, i);

		if (!has_key(builder, key) || is_alias(builder->record, i) ||
			!(i == always || orm_element_key_is_given(key, record)))
			continue;
		appendStringInfoString(out, first ? "" : ", ");
		escape_json(out, key->member.key);
		appendStringInfoString(out, ": ");
		orm_element_key_print(out, key, record);
		first = false;
	}
	appendStringInfoString(out, "}}");
}

void
orm_element_print_column(StringInfo out, const OrmDeclaredColumn *column)
{
	OrmDeclaredColumn printed = *column;

	if (column->named_by_rule)
		printed.attribute = NULL;
	print_element(out, orm_element_builder("column"), &printed, -1);
}

void
orm_element_print_comment(StringInfo out, const OrmDeclaration *declaration)
{
	print_element(out, orm_element_builder("comment_on_table"), declaration, -1);
}

void
orm_element_print(StringInfo out, const char *builder, const void *record)
{
	print_element(out, orm_element_builder(builder), record, -1);
}

void
orm_element_print_constraint(StringInfo out, const OrmDeclaredConstraint *constraint)
{
	const OrmElementBuilder *builder = orm_element_builder(
		orm_element_constraint_name(orm_element_constraint_kind(constraint)));
	OrmDeclaredConstraint *verbatim;

	if (constraint->kind != ORM_CONSTRAINT_INDEX || constraint->definition == NULL)
	{
		print_element(out, builder, constraint, -1);
		return;
	}
	verbatim = orm_element_make(builder, constraint->position);
	verbatim->definition = constraint->definition;
	verbatim->comment = constraint->comment;
	print_element(out, builder, verbatim, -1);
}

void
orm_element_print_relationship(StringInfo out, const OrmDeclaredRelationship *relationship)
{
	print_element(out, orm_element_builder(orm_element_relationship_name(relationship->kind)), relationship, -1);
}

void
orm_element_print_accessors(StringInfo out, const OrmDeclaration *declaration)
{
	const OrmElementBuilder *builder = orm_element_builder("accessors");

	/* an empty list of functions is said */
	print_element(out, builder, declaration, declaration->all_accessors ? -1 : builder->record->table.n - 1);
}
