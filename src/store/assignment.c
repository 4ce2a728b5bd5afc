/*
 * assignment.c - the columns that a statement sets; see assignment.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"

#include "base/sql.h"
#include "exec/access.h"
#include "model/given_back.h"
#include "model/key.h"
#include "model/patch.h"
#include "store/assignment.h"

/*
 * Key columns are never set: the key only identifies the row, and in a
 * distributed table a new key would belong to another shard.  What only an expression
 * of the key's index reads is set: it may have changed (lower(email)).  Neither are
 * columns that the server fills, nor the version, which its trigger counts.
 */
bool
orm_assignment_has(const OrmStatement *statement, int i)
{
	const OrmAttribute *attribute = &statement->model->attributes[i];

	return statement->bound[i] && !attribute->in_key && !attribute->generated && !attribute->identity_always &&
		i != statement->model->version && !orm_key_has_column(statement->key, i);
}

bool
orm_assignment_any(const OrmStatement *statement)
{
	for (int i = 0; i < statement->model->nattributes; i++)
		if (orm_assignment_has(statement, i))
			return true;
	return false;
}

void
orm_assignment_column(StringInfo sql, const char *alias, const OrmAttribute *attribute)
{
	appendStringInfo(sql, "%s.", alias);
	orm_sql_name(sql, attribute->column);
}

void
orm_assignment_value(StringInfo sql, const OrmStatement *statement, int attribute)
{
	int number = 1 + orm_statement_nassigned(statement);

	if (statement->many)
	{
		orm_assignment_column(sql, "u", &statement->model->attributes[attribute]);
		return;
	}
	for (int i = 0; i < attribute; i++)
		if (statement->bound[i])
			number++;
	appendStringInfo(sql, "$%d", number);
}

/* Appends the given value of an attribute: the record's, or the alias's column. */
static void
append_given(StringInfo sql, const OrmStatement *statement, const char *alias, int attribute)
{
	if (alias != NULL)
		orm_assignment_column(sql, alias, &statement->model->attributes[attribute]);
	else
		orm_assignment_value(sql, statement, attribute);
}

/* Is the value of the attribute computed from the row: $attribute, $expr, members? */
static bool
is_computed(const OrmStatement *statement, int i)
{
	return statement->patch != NULL && statement->patch[i] >= ORM_PATCH_ATTRIBUTE;
}

/* Appends the computed value of an attribute; for a comparison it is cast to the type of the attribute. */
static void
append_computed(StringInfo sql, const OrmStatement *statement, int i, bool compared)
{
	const OrmAttribute *target = &statement->model->attributes[i];
	const OrmAttribute *source = NULL;

	if (statement->patch[i] != ORM_PATCH_ATTRIBUTE)
		appendStringInfoString(sql, statement->assigned[i]->sql);
	else
	{
		source = &statement->model->attributes[statement->source[i]];
		orm_assignment_column(sql, "t", source);
	}
	if (!compared || (source != NULL && source->type->oid == target->type->oid))
		return;
	appendStringInfoString(sql, "::");
	orm_sql_type(sql, target->type->oid, -1);
}

/* Appends the new value of an attribute: the given value, or the result of the patch. */
static void
append_new_value(StringInfo sql, const OrmStatement *statement, const char *alias, int i, bool compared)
{
	const OrmAttribute *attribute = &statement->model->attributes[i];
	OrmPatch patch = statement->patch != NULL ? statement->patch[i] : ORM_PATCH_SET;
	StringInfoData column;
	StringInfoData given;

	if (is_computed(statement, i))
	{
		append_computed(sql, statement, i, compared);
		return;
	}
	initStringInfo(&column);
	orm_assignment_column(&column, "t", attribute);
	initStringInfo(&given);
	append_given(&given, statement, alias, i);
	if (patch != ORM_PATCH_SET)
		orm_patch_append(sql, patch, attribute->type, column.data, given.data);
	else if (statement->given_back && orm_given_back_is_ambiguous(attribute->type))
		orm_given_back_append(sql, attribute->type, column.data, given.data);
	else
		appendStringInfoString(sql, given.data);
}

/*
 * Appends the condition that an attribute changes, for a type whose equality is
 * exact:
 *
 *     (t."a" OPERATOR(pg_catalog.=) $2) IS NOT TRUE AND (t."a" IS NOT NULL OR $2 IS NOT NULL)
 */
static void
append_unequal(StringInfo sql, const OrmStatement *statement, const char *alias, int i)
{
	const OrmAttribute *attribute = &statement->model->attributes[i];

	appendStringInfoChar(sql, '(');
	orm_assignment_column(sql, "t", attribute);
	appendStringInfoChar(sql, ' ');
	orm_sql_operator(sql, attribute->equality);
	appendStringInfoChar(sql, ' ');
	append_new_value(sql, statement, alias, i, true);
	appendStringInfoString(sql, ") IS NOT TRUE");
	if (attribute->not_null)
		return;
	appendStringInfoString(sql, " AND (");
	orm_assignment_column(sql, "t", attribute);
	appendStringInfoString(sql, " IS NOT NULL OR ");
	append_new_value(sql, statement, alias, i, true);
	appendStringInfoString(sql, " IS NOT NULL)");
}

/*
 * Appends a cast of a domain to its base type: a patched domain value has the
 * base type, and record_image_ne needs equal types.
 */
static void
append_base_type(StringInfo sql, const OrmType *type)
{
	if (!type->is_domain)
		return;
	appendStringInfoString(sql, "::");
	orm_sql_type(sql, type->base, -1);
}

/*
 * Appends the condition that any attribute without exact equality changes:
 *
 *     pg_catalog.record_image_ne(ROW(t."a"), ROW($2))
 *
 * It compares images, so it is exact for every type, also for types without
 * equality, but it costs more.  The operator *<> would need casts to record,
 * since the parser splits a comparison of two ROW expressions into their
 * fields, and such casts are lost when a statement is sent to another server as
 * text.
 */
static void
append_images_differ(StringInfo sql, const OrmStatement *statement, const char *alias)
{
	const OrmModel *model = statement->model;
	bool first = true;

	appendStringInfoString(sql, "pg_catalog.record_image_ne(ROW(");
	for (int i = 0; i < model->nattributes; i++)
		if (orm_assignment_has(statement, i) && !model->attributes[i].equal_is_same)
		{
			orm_sql_comma(sql, &first);
			orm_assignment_column(sql, "t", &model->attributes[i]);
			if (statement->patch != NULL && statement->patch[i] != ORM_PATCH_SET && !is_computed(statement, i))
				append_base_type(sql, model->attributes[i].type);
		}
	appendStringInfoString(sql, "), ROW(");
	first = true;
	for (int i = 0; i < model->nattributes; i++)
		if (orm_assignment_has(statement, i) && !model->attributes[i].equal_is_same)
		{
			orm_sql_comma(sql, &first);
			append_new_value(sql, statement, alias, i, true);
		}
	appendStringInfoString(sql, "))");
}

void
orm_assignment_changes(StringInfo sql, const OrmStatement *statement, const char *alias)
{
	const char *joint = "(";
	bool by_image = false;

	for (int i = 0; i < statement->model->nattributes; i++)
	{
		if (!orm_assignment_has(statement, i))
			continue;
		if (!statement->model->attributes[i].equal_is_same)
		{
			by_image = true;
			continue;
		}
		appendStringInfoString(sql, joint);
		append_unequal(sql, statement, alias, i);
		joint = " OR ";
	}
	if (by_image)
	{
		appendStringInfoString(sql, joint);
		append_images_differ(sql, statement, alias);
	}
	appendStringInfoChar(sql, ')');
}

void
orm_assignment_list(StringInfo sql, const OrmStatement *statement, const char *alias)
{
	bool first = true;

	for (int i = 0; i < statement->model->nattributes; i++)
	{
		if (!orm_assignment_has(statement, i))
			continue;
		orm_sql_comma(sql, &first);
		orm_sql_name(sql, statement->model->attributes[i].column);
		appendStringInfoString(sql, " = ");
		append_new_value(sql, statement, alias, i, false);
	}
}

bool
orm_assignment_is_patched(const OrmStatement *statement, int attribute)
{
	return statement->patch != NULL && statement->patch[attribute] != ORM_PATCH_SET &&
		orm_assignment_has(statement, attribute);
}

void
orm_assignment_patched(StringInfo sql, const OrmStatement *statement)
{
	for (int i = 0; i < statement->model->nattributes; i++)
	{
		const OrmType *type = statement->model->attributes[i].type;

		if (!orm_assignment_is_patched(statement, i))
			continue;
		appendStringInfoString(sql, ", (");
		append_new_value(sql, statement, NULL, i, false);
		appendStringInfoString(sql, ")::");
		orm_sql_type(sql, type->oid, type->is_domain ? -1 : type->typmod);
	}
}

bool
orm_assignment_compares(const OrmWrite *write, const OrmStatement *statement)
{
	const bool *readable = write->returning;

	if (write->model->relkind == RELKIND_FOREIGN_TABLE)
		return false;

	/* attributes that are not returned may be readable all the same */
	for (int i = 0; i < write->model->nattributes; i++)
		if (orm_assignment_has(statement, i) && (readable == NULL || !readable[i]))
		{
			if (readable != write->returning)
				return false;
			readable = orm_access_readable(write->model);
			if (readable == NULL)
				return true;
			if (!readable[i])
				return false;
		}
	return true;
}
