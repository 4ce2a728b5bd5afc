/*
 * counter.c - the element "counter"; see counter.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/names.h"
#include "base/nearest.h"
#include "model/counter.h"
#include "model/shared_trigger.h"
#include "model/element.h"
#include "model/row_expression.h"

const OrmPath *
orm_counter_place(OrmElementPlace *place, const OrmDeclaredCounter *counter, const char *key)
{
	return orm_declaration_place(place, counter->position, "counter", key);
}

const OrmDeclaredCounter *
orm_counter_find(const OrmDeclaration *declaration, const char *column)
{
	ListCell *cell;

	foreach(cell, declaration->counters)
		if (strcmp(((const OrmDeclaredCounter *) lfirst(cell))->column, column) == 0)
			return lfirst(cell);
	return NULL;
}

List *
orm_counter_over(const OrmDeclaration *declaration, const char *relationship)
{
	List *counters = NIL;
	ListCell *cell;

	foreach(cell, declaration->counters)
		if (strcmp(((const OrmDeclaredCounter *) lfirst(cell))->relationship, relationship) == 0)
			counters = lappend(counters, lfirst(cell));
	return counters;
}

List *
orm_counter_relationships(const OrmDeclaration *declaration)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, declaration->counters)
	{
		char *name = ((const OrmDeclaredCounter *) lfirst(cell))->relationship;

		if (!orm_name_is_among(names, name))
			names = lappend(names, name);
	}
	return names;
}

/* Are two lists of names the same, or is one not given? */
static bool
same_names(const List *a, const List *b)
{
	ListCell *one;
	ListCell *other;

	if (a == NIL || b == NIL)
		return true;
	forboth(one, a, other, b)
		if (strcmp(lfirst(one), lfirst(other)) != 0)
			return false;
	return list_length(a) == list_length(b);
}

/* Do two declarations of a relationship lead to the same rows? */
static bool
same_rows(const OrmDeclaredRelationship *a, const OrmDeclaredRelationship *b)
{
	return a != NULL && b != NULL && a->kind == b->kind && strcmp(a->model, b->model) == 0 &&
		(a->through == NULL || b->through == NULL || strcmp(a->through, b->through) == 0) &&
		same_names(a->foreign_key, b->foreign_key);
}

bool
orm_counter_is_same(const OrmDeclaration *one, const OrmDeclaration *other, const char *relationship)
{
	List *counters = orm_counter_over(one, relationship);
	List *others = orm_counter_over(other, relationship);
	ListCell *cell;

	if (list_length(counters) != list_length(others) ||
		!same_rows(orm_declaration_relationship(one, relationship), orm_declaration_relationship(other, relationship)))
		return false;
	foreach(cell, counters)
	{
		const OrmDeclaredCounter *counter = lfirst(cell);
		const OrmDeclaredCounter *like = orm_counter_find(other, counter->column);

		if (like == NULL || strcmp(like->relationship, relationship) != 0 ||
			!orm_name_is_same(counter->where_expr, like->where_expr) ||
			!orm_name_is_same(counter->sum_of, like->sum_of))
			return false;
	}
	return true;
}

/* The element of an implied column. */
static OrmJson
implied_element(const OrmDeclaredCounter *counter)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"column\": {\"name\": ");
	escape_json(&text, counter->column);
	appendStringInfo(&text, ", \"type\": \"%s\", \"nullable\": false, \"server_default\": \"0\"}}",
					 counter->sum_of != NULL ? "numeric" : "integer");
	return orm_document_root(orm_document_parse(text.data, text.len));
}

void
orm_counter_imply(OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->counters)
	{
		const OrmDeclaredCounter *counter = lfirst(cell);

		if (orm_declaration_column(declaration, counter->column) != NULL)
			continue;
		orm_element_read(declaration, implied_element(counter), counter->position, false);
		((OrmDeclaredColumn *) llast(declaration->columns))->implied = true;
	}
}

/* Walker: is there a sub-select? */
static bool
has_select(Node *node, void *context)
{
	check_stack_depth();
	if (node == NULL)
		return false;
	return IsA(node, SubLink) || raw_expression_tree_walker(node, has_select, context);
}

/* Raises 0A000 for a sub-select: rows of other tables change without the counter. */
static void
refuse_select(const OrmDeclaredCounter *counter, const char *key, const char *expression)
{
	OrmElementPlace place;

	if (expression != NULL && has_select(orm_row_expression_parse(expression), NULL))
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("subqueries are not allowed here"),
				orm_error_place(orm_counter_place(&place, counter, key)),
				errhint("An expression of a counter is over the row that is counted alone."));
}

/* Raises 42703 for a relationship that is not declared. */
static void
raise_unknown(const OrmDeclaration *declaration, const OrmDeclaredCounter *counter)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("relationship \"%s\" of model \"%s\" does not exist", counter->relationship, declaration->model),
			orm_error_place(orm_counter_place(&place, counter, "relationship")));
}

/* Checks the relationship of a counter. */
static void
check_relationship(const OrmDeclaration *declaration, const OrmDeclaredCounter *counter)
{
	const OrmDeclaredRelationship *relationship = orm_declaration_relationship(declaration, counter->relationship);
	OrmElementPlace place;
	const char *builder;

	if (relationship == NULL)
		raise_unknown(declaration, counter);
	if (relationship->kind == ORM_BELONGS_TO || relationship->kind == ORM_RELATED)
	{
		builder = relationship->kind == ORM_BELONGS_TO ? "belongs_to" : "related";
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("relationship \"%s\" cannot be counted", relationship->name),
				errdetail("At %s. It is a \"%s\".", orm_path_text(orm_counter_place(&place, counter, "relationship")),
						  builder),
				errhint("Count a has_many, has_one or many_to_many."));
	}
	if (relationship->path != NULL || relationship->filter != NULL)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("relationship \"%s\" cannot be counted", relationship->name),
				errdetail("At %s. It has a %s.", orm_path_text(orm_counter_place(&place, counter, "relationship")),
						  relationship->path != NULL ? "path" : "filter"),
				relationship->path == NULL ? errhint("Give the condition as where_expr of the counter.") : 0);
}

void
orm_counter_check(const OrmDeclaration *declaration)
{
	OrmElementPlace place;
	ListCell *cell;

	foreach(cell, declaration->counters)
	{
		const OrmDeclaredCounter *counter = lfirst(cell);

		if (orm_counter_find(declaration, counter->column) != counter)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
					errmsg("column \"%s\" is counted more than once", counter->column),
					orm_error_place(orm_counter_place(&place, counter, "column_name")));
		check_relationship(declaration, counter);
		if (declaration->stored)
			continue;
		refuse_select(counter, "where_expr", counter->where_expr);
		refuse_select(counter, "sum_of", counter->sum_of);
	}
}

char *
orm_counter_label(const OrmDeclaredCounter *counter)
{
	return psprintf("counter: %s", counter->column);
}

Oid
orm_counter_holder(const OrmRelationship *relationship)
{
	Assert(relationship->resolved);
	return relationship->kind == ORM_MANY_TO_MANY ? relationship->join_relid : relationship->target_relid;
}

const OrmRelationship *
orm_counter_relationship(const OrmModel *model, const char *name)
{
	const OrmRelationship *relationship = orm_model_relationship(model, name);

	if (relationship == NULL || !relationship->resolved || orm_model_is_derived(relationship) ||
		relationship->key_is_local || !OidIsValid(orm_counter_holder(relationship)))
		return NULL;
	return relationship;
}

/* Are the counters over a relationship kept? */
static bool
is_kept(const OrmModel *model, const char *name)
{
	const OrmRelationship *relationship = orm_counter_relationship(model, name);

	return relationship != NULL &&
		orm_shared_trigger_is_kept(ORM_KEEPS_COUNTERS, orm_counter_holder(relationship), model->name, name);
}

List *
orm_counter_pending(const OrmModel *model)
{
	List *pending = NIL;
	ListCell *cell;
	ListCell *other;

	foreach(cell, orm_counter_relationships(model->declaration))
		if (!is_kept(model, lfirst(cell)))
			foreach(other, orm_counter_over(model->declaration, lfirst(cell)))
				pending = lappend(pending, orm_counter_label(lfirst(other)));
	return pending;
}
