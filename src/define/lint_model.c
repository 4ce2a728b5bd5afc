/*
 * lint_model.c - rules of orm.lint about attributes and relationships.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/attempt.h"
#include "base/names.h"
#include "base/sql.h"
#include "define/lint_model.h"
#include "define/scopes.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/foreign_key.h"
#include "model/in_force.h"
#include "model/index.h"
#include "model/soft_delete.h"
#include "query/filter.h"

/* Words that columns with amounts of money are called by. */
static const char *const money_words[] = {"amount", "balance", "cost", "fee",	"money", "paid",
										  "price",	"salary",  "tax",  "total", NULL};

/* ALTER TABLE ... ALTER COLUMN ... and the rest. */
static char *
alter_column(Oid relid, const char *column, const char *rest)
{
	return psprintf("ALTER TABLE %s ALTER COLUMN %s %s", orm_lint_table_name(relid), orm_sql_quoted(column), rest);
}

/* Is it a table, whose columns can be altered and indexed? */
static bool
is_table(Oid relid)
{
	char relkind = get_rel_relkind(relid);

	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE;
}

/* There is no primary key, in the table or declared. */
static void
check_no_primary_key(OrmLint *lint)
{
	if (lint->model->primary_key == NULL)
		orm_lint_add(lint, orm_lint_table_name(lint->model->relid),
					 pstrdup("Without a primary key its objects cannot be found, updated or deleted one by one."),
					 NULL);
}

/* Adds a row for a column whose type another one should take the place of. */
static void
add_type(OrmLint *lint, const OrmAttribute *attribute, const char *message, const char *type)
{
	bool alter = is_table(lint->model->relid) && !attribute->type->is_domain && !attribute->generated;

	orm_lint_add(lint, pstrdup(attribute->name), pstrdup(message),
				 alter ? alter_column(lint->model->relid, attribute->column, type) : NULL);
}

/* A time without a zone means another moment in every session. */
static void
check_timestamp(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &lint->model->attributes[i];

		if (attribute->type->base == TIMESTAMPOID)
			add_type(lint, attribute, "A timestamp without a time zone does not say which moment it is.",
					 psprintf("TYPE timestamptz USING %s AT TIME ZONE 'UTC'", orm_sql_quoted(attribute->column)));
	}
}

/* char(n) is filled with blanks. */
static void
check_blank_padded(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &lint->model->attributes[i];

		if (attribute->type->base == BPCHAROID)
			add_type(lint, attribute, "A char(n) is filled with blanks, which comparisons pass over.", "TYPE text");
	}
}

/* Is a column called as amounts of money are? */
static bool
is_money(const char *column)
{
	char *name = orm_name_snake(column);

	for (char *word = strtok(name, "_"); word != NULL; word = strtok(NULL, "_"))
		for (int i = 0; money_words[i] != NULL; i++)
			if (strcmp(word, money_words[i]) == 0)
				return true;
	return false;
}

/* Amounts of money in floating point are rounded. */
static void
check_float_money(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &lint->model->attributes[i];

		if (attribute->type->class == ORM_TYPE_FLOAT && is_money(attribute->column))
			add_type(lint, attribute,
					 "A floating point number cannot hold most decimal fractions, so amounts are rounded.",
					 "TYPE numeric");
	}
}

/* A unique key that a null takes a row out of. */
static void
check_nullable_unique(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nunique; i++)
	{
		const OrmKey *key = &lint->model->unique[i];

		for (int j = 0; j < key->nattributes && !key->nulls_equal && key != lint->model->primary_key; j++)
		{
			const OrmAttribute *attribute = &lint->model->attributes[key->attributes[j]];

			if (!attribute->not_null)
				orm_lint_add(lint, pstrdup(key->name ? key->name : attribute->name),
							 psprintf("An upsert by this key never finds a row whose \"%s\" is null.", attribute->name),
							 is_table(lint->model->relid)
								 ? alter_column(lint->model->relid, attribute->column, "SET NOT NULL")
								 : NULL);
		}
	}
}

/* A unique key that rows which are marked as deleted hold (model/marked_key.h). */
static void
check_key_of_deleted(OrmLint *lint)
{
	const OrmModel *model = lint->model;

	for (int i = 0; orm_soft_delete_any(model) && i < model->nunique; i++)
		if (&model->unique[i] != model->primary_key)
			orm_lint_add(lint, pstrdup(model->unique[i].name),
						 "Rows that are marked as deleted hold this key: an object that has it is refused, and an "
						 "upsert by it.",
						 NULL);
}

/* The table that holds the foreign key of a relationship, and its columns. */
static Oid
holder_of(const OrmModel *model, const OrmRelationship *relationship, const AttrNumber **columns)
{
	*columns = relationship->key_is_local ? relationship->local : relationship->remote;
	if (OidIsValid(relationship->join_relid))
		return relationship->join_relid;
	return relationship->key_is_local ? model->relid : relationship->target_relid;
}

/* Is there a foreign key constraint that begins with this column? */
static bool
has_constraint(Oid holder, Oid referenced, AttrNumber column)
{
	ListCell *cell;

	foreach(cell, orm_foreign_key_read(holder, referenced))
		if (((OrmForeignKey *) lfirst(cell))->columns[0] == column)
			return true;
	return false;
}

/*
 * A relationship finds rows by a column without an index.  Where there is a
 * constraint between the tables of models, that is said of the constraint.
 */
static void
check_relationship_index(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &lint->model->relationships[i];
		const AttrNumber *columns;
		Oid holder;

		if (!relationship->resolved || relationship->key_is_local || orm_model_is_derived(relationship))
			continue;
		holder = holder_of(lint->model, relationship, &columns);
		if (!is_table(holder) || orm_index_leads(holder, columns[0]) ||
			(!OidIsValid(relationship->join_relid) && has_constraint(holder, lint->model->relid, columns[0])))
			continue;
		orm_lint_add(lint, pstrdup(relationship->name),
					 psprintf("It finds objects by column \"%s\" of table \"%s\", which leads no index.",
							  get_attname(holder, columns[0], false), get_rel_name(holder)),
					 psprintf("CREATE INDEX ON %s (%s)", orm_lint_table_name(holder),
							  orm_lint_column_list(holder, columns, relationship->nkeys)));
	}
}

/* Adds a row for two key columns of different types. */
static void
compare_types(OrmLint *lint, const char *name, Oid holder, AttrNumber column, Oid referenced, AttrNumber key)
{
	Oid type = getBaseType(get_atttype(holder, column));
	Oid key_type = getBaseType(get_atttype(referenced, key));
	char *column_name = get_attname(holder, column, false);
	char *sql_type;

	if (type == key_type)
		return;
	sql_type = format_type_be_qualified(get_atttype(referenced, key));
	orm_lint_add(lint, pstrdup(name),
				 psprintf("Column \"%s\" has type %s, and column \"%s\" that it refers to has type %s.", column_name,
						  format_type_be(type), get_attname(referenced, key, false), format_type_be(key_type)),
				 is_table(holder)
					 ? alter_column(holder, column_name,
									psprintf("TYPE %s USING %s::%s", sql_type, orm_sql_quoted(column_name), sql_type))
					 : NULL);
}

/* The columns of a key have other types than what they refer to: there may be no operator to compare them. */
static void
check_key_types(OrmLint *lint)
{
	ListCell *cell;

	foreach(cell, lint->model->declaration->relationships)
	{
		const OrmDeclaredRelationship *declared = lfirst(cell);
		Oid target = orm_follow_table(declared->model, NULL);
		AttrNumber key[INDEX_MAX_KEYS];
		const OrmRelationship *relationship = orm_model_relationship(lint->model, declared->name);

		if (declared->kind != ORM_BELONGS_TO || !OidIsValid(target))
			continue;
		if (relationship != NULL && relationship->resolved)
			for (int i = 0; i < relationship->nkeys; i++)
				compare_types(lint, declared->name, lint->model->relid, relationship->local[i], target,
							  relationship->remote[i]);
		else if (list_length(declared->foreign_key) == 1 && orm_foreign_key_primary(target, key) == 1)
			compare_types(lint, declared->name, lint->model->relid,
						  get_attnum(lint->model->relid, linitial(declared->foreign_key)), target, key[0]);
	}
}

/* Has the target a relationship over the same columns? */
static bool
has_inverse(const OrmModel *model, const OrmRelationship *relationship, const OrmModel *target)
{
	for (int i = 0; i < target->nrelationships; i++)
	{
		const OrmRelationship *other = &target->relationships[i];

		if (other->resolved && other->target_relid == model->relid && other->nkeys == relationship->nkeys &&
			!other->key_is_local && !OidIsValid(other->join_relid) &&
			memcmp(other->remote, relationship->local, sizeof(AttrNumber) * other->nkeys) == 0)
			return true;
	}
	return false;
}

/* SELECT orm.extend(...) that adds the inverse of a belongs_to; NULL: its name is in use. */
static char *
add_inverse(const OrmModel *model, const OrmRelationship *relationship, const OrmModel *target)
{
	StringInfoData sql;

	if (orm_model_relationship(target, model->relation) != NULL ||
		orm_model_attribute(target, model->relation, strlen(model->relation)) >= 0)
		return NULL;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT * FROM orm.extend(");
	orm_sql_literal(&sql, target->name);
	appendStringInfoString(&sql, ", orm.has_many(");
	orm_sql_literal(&sql, model->relation);
	appendStringInfoString(&sql, ", ");
	orm_sql_literal(&sql, model->name);
	appendStringInfoString(&sql, ", foreign_key => ARRAY[");
	for (int i = 0; i < relationship->nkeys; i++)
	{
		appendStringInfoString(&sql, i > 0 ? ", " : "");
		orm_sql_literal(&sql, get_attname(model->relid, relationship->local[i], false));
	}
	appendStringInfoString(&sql, "]))");
	return sql.data;
}

/* A belongs_to that its target does not know of. */
static void
check_missing_inverse(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &lint->model->relationships[i];
		const OrmModel *target = relationship->kind == ORM_BELONGS_TO && relationship->resolved
			? orm_cache_open_if_any(relationship->target, AccessShareLock)
			: NULL;

		if (target != NULL && !has_inverse(lint->model, relationship, target))
			orm_lint_add(lint, pstrdup(relationship->name),
						 psprintf("Model \"%s\" has no relationship that leads back.", target->name),
						 add_inverse(lint->model, relationship, target));
	}
}

/* A relationship whose documents are looked at. */
typedef struct Documents
{
	const OrmModel *model;
	const OrmRelationship *relationship;
} Documents;

/* Checks them; for orm_attempt. */
static void
check_documents(void *argument)
{
	const Documents *documents = argument;

	orm_filter_check_resolved(documents->model, documents->relationship);
}

/* The filter, order, path or function of a relationship names what is no longer there. */
static void
check_broken_relationship(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nrelationships; i++)
	{
		Documents documents = {lint->model, &lint->model->relationships[i]};
		ErrorData *error = documents.relationship->resolved ? orm_attempt(check_documents, &documents, ORM_ATTEMPT_KEEP)
															: NULL;

		if (error != NULL)
			orm_lint_add(lint, pstrdup(documents.relationship->name),
						 psprintf("Its declaration fails: %s.", error->message), NULL);
	}
}

/* A scope that does not compile. */
static void
check_broken_scope(OrmLint *lint)
{
	for (int i = 0; i < lint->model->nscopes; i++)
	{
		char *problem = orm_scopes_problem(lint->model, &lint->model->scopes[i]);

		if (problem != NULL)
			orm_lint_add(lint, pstrdup(lint->model->scopes[i].name),
						 psprintf("Queries with this scope raise an error: %s.", problem), NULL);
	}
}

const OrmLintRule orm_lint_model_rules[] = {
	{"broken_scope", "error", check_broken_scope},
	{"no_primary_key", "warning", check_no_primary_key},
	{"timestamp_without_zone", "warning", check_timestamp},
	{"blank_padded_text", "warning", check_blank_padded},
	{"float_money", "warning", check_float_money},
	{"nullable_unique_key", "info", check_nullable_unique},
	{"key_of_deleted_rows", "info", check_key_of_deleted},
	{"relationship_without_index", "warning", check_relationship_index},
	{"key_types_differ", "warning", check_key_types},
	{"missing_inverse", "info", check_missing_inverse},
	{"broken_relationship", "error", check_broken_relationship},
};

const int orm_lint_model_nrules = lengthof(orm_lint_model_rules);
