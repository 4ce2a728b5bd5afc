/*
 * filter.c - see filter.h.
 *
 *     t1."published" OPERATOR(pg_catalog.=) 'true'::pg_catalog.bool
 *     EXISTS (SELECT FROM (SELECT) AS o LEFT JOIN "s"."users" AS t2 ON ... WHERE ...)      with joins of paths
 */
#include "postgres.h"

#include "model/cache.h"
#include "model/relationship.h"
#include "query/compile.h"
#include "query/filter.h"

/* Error context: whose document it is. */
static void
add_context(void *argument)
{
	const OrmQueryDocument *document = argument;

	errcontext("relationship \"%s\" of model \"%s\"", document->relationship->name, document->owner);
}

/* Raises 42P17 for a relationship inside of itself. */
static void
refuse_circle(const OrmQueryDocument *document)
{
	if (list_member_ptr(document->builder->filters, document->relationship))
		ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				errmsg("relationship \"%s\" of model \"%s\" contains itself", document->relationship->name,
					   document->owner),
				orm_error_place(document->place),
				errhint("The filter of a relationship holds in conditions and paths as well."));
}

void
orm_query_begin_document(OrmQueryDocument *document, const char *owner, const OrmRelationship *relationship,
						 OrmBuilder *builder, const char *key)
{
	document->owner = owner;
	document->relationship = relationship;
	document->builder = builder;
	document->place = orm_declaration_place(&document->room, relationship->position,
											orm_relationship_kind_name(relationship->kind), key);
	document->context = (ErrorContextCallback){error_context_stack, add_context, document};
	error_context_stack = &document->context;
	refuse_circle(document);
	document->before = builder->filters;
	builder->filters = lcons(unconstify(OrmRelationship *, relationship), list_copy(builder->filters));
}

void
orm_query_end_document(OrmQueryDocument *document)
{
	document->builder->filters = document->before;
	error_context_stack = document->context.previous;
}

const char *
orm_query_relationship_filter(const char *owner, const OrmRelationship *relationship, const OrmScope *target)
{
	OrmScope scope = {.builder = target->builder, .model = target->model, .alias = target->alias};
	StringInfoData condition;
	OrmQueryDocument document;

	if (relationship->filter == NULL)
		return NULL;
	scope.joins = makeStringInfo();
	initStringInfo(&condition);
	orm_query_begin_document(&document, owner, relationship, target->builder, "filter");
	orm_query_where(&scope, orm_document_root(relationship->filter), document.place, &condition);
	orm_query_end_document(&document);
	if (scope.joins->len == 0)
		return condition.data;
	return psprintf("EXISTS (SELECT FROM (SELECT) AS o%s WHERE %s)", scope.joins->data, condition.data);
}

List *
orm_query_relationship_order(const char *owner, const OrmRelationship *relationship, OrmScope *target)
{
	List *named = target->named;
	OrmQueryDocument document;
	List *order;

	if (relationship->order_by == NULL)
		return NIL;
	target->named = NIL;
	orm_query_begin_document(&document, owner, relationship, target->builder, "order_by");
	order = orm_query_order(target, orm_document_root(relationship->order_by), document.place);
	orm_query_end_document(&document);
	target->named = named;
	return order;
}

OrmFilterText
orm_filter_text(const char *owner, const OrmRelationship *relationship, const char *alias)
{
	OrmQueryRequest request = {.verb = ORM_QUERY_ROWS};
	OrmCompiler compiler = {.request = &request};
	OrmFilterText text = {"", "", ""};
	OrmScope *scope;
	StringInfoData order;
	const char *filter;
	List *items;

	if (relationship->filter == NULL && relationship->order_by == NULL)
		return text;
	scope = orm_query_scope(orm_query_builder(&compiler), orm_query_model(&compiler, relationship->target));
	scope->alias = alias;
	filter = orm_query_relationship_filter(owner, relationship, scope);
	items = orm_query_relationship_order(owner, relationship, scope);
	initStringInfo(&order);
	orm_query_append_order(&order, items, false);
	text.joins = scope->joins->data;
	text.condition = filter != NULL ? psprintf(" AND %s", filter) : "";
	text.order = items != NIL ? psprintf(" ORDER BY %s", order.data) : "";
	return text;
}

void
orm_filter_check(const char *owner, const OrmDeclaredRelationship *declared)
{
	OrmRelationship relationship = {
		.kind = declared->kind,
		.name = declared->name,
		.target = declared->model,
		.order_by = declared->order_by,
		.filter = declared->filter,
		.position = declared->position,
	};

	const OrmModel *target = declared->order_by != NULL || declared->filter != NULL
		? orm_cache_open_if_any(declared->model, AccessShareLock)
		: NULL;

	if (target != NULL && target->pending == NIL)
		orm_filter_text(owner, &relationship, "t");
}

OrmDerivedText
orm_filter_derived(const OrmModel *owner, const OrmRelationship *relationship, const char *row, const char *alias)
{
	OrmQueryRequest request = {.verb = ORM_QUERY_ROWS};
	OrmCompiler compiler = {.request = &request};
	OrmBuilder *builder = orm_query_builder(&compiler);
	OrmScope *scope = orm_query_scope(builder, owner);
	OrmScope *target = orm_query_scope(builder, orm_query_model(&compiler, relationship->target));
	StringInfoData from;
	StringInfoData where;

	scope->alias = row;
	target->alias = alias;
	initStringInfo(&from);
	initStringInfo(&where);
	orm_query_relate(&from, &where, scope, relationship, target);
	return (OrmDerivedText){from.data, where.data};
}

void
orm_filter_check_resolved(const OrmModel *owner, const OrmRelationship *relationship)
{
	bool derived = orm_model_is_derived(relationship);
	const OrmModel *target = derived || relationship->order_by != NULL || relationship->filter != NULL
		? orm_cache_open_if_any(relationship->target, AccessShareLock)
		: NULL;

	if (target == NULL || target->pending != NIL)
		return;
	orm_filter_text(owner->name, relationship, "t");
	if (derived)
		orm_filter_derived(owner, relationship, "u", "t");
}
