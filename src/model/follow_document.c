/*
 * follow_document.c - names of columns in documents of a declaration; see follow_document.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/json.h"

#include "model/follow_document.h"
#include "model/naming.h"

/* Is this what the model calls something else than an attribute that is named as its column, or by the naming? */
static bool
is_own_name(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);

		if (column->attribute != NULL && !column->named_by_rule &&
			(strcmp(column->attribute, name) == 0 || strcmp(column->name, name) == 0))
			return true;
	}
	foreach(cell, declaration->computed)
		if (strcmp(((const OrmDeclaredColumn *) lfirst(cell))->name, name) == 0)
			return true;
	return orm_declaration_relationship(declaration, name) != NULL;
}

/* Visits the column of an attribute that has no name of its own, and names the attribute by it. */
void
orm_follow_document_attribute(const OrmDeclaration *declaration, Oid own, OrmNameVisitor visit, void *context,
							  char **name)
{
	char *column;
	char *now;

	if (is_own_name(declaration, *name))
		return;
	column = now = orm_naming_column(declaration, *name);
	visit(context, own, &now);
	if (strcmp(now, column) != 0)
		*name = orm_naming_attribute(declaration, now);
}

/* A document whose names are visited, and its text with the names replaced. */
typedef struct Rewriting
{
	const OrmDeclaration *declaration; /* whose attributes they are; NULL: another model's, each as its column */
	Oid relation;
	OrmNameVisitor visit;
	void *context;
	StringInfoData text;
	const char *rest; /* what of the source has not been copied */
	bool changed;
} Rewriting;

/* Visits a name in a document, behind a "-" in an order, and replaces it; not a path. */
static void
visit_name(Rewriting *r, OrmJson json)
{
	int length;
	const char *source = orm_json_source(json, &length);
	char *text = orm_json_kind(json) == ORM_JSON_STRING ? orm_json_string(json) : NULL;
	char *name = text;
	char *now;

	if (text == NULL || text[0] == '$' || strchr(text, '.') != NULL)
		return;
	name += text[0] == '-';
	now = name;
	if (r->declaration != NULL)
		orm_follow_document_attribute(r->declaration, r->relation, r->visit, r->context, &now);
	else
		r->visit(r->context, r->relation, &now);
	if (strcmp(now, name) == 0)
		return;
	appendBinaryStringInfo(&r->text, r->rest, source - r->rest);
	escape_json(&r->text, psprintf("%.*s%s", (int) (name - text), text, now));
	r->rest = source + length;
	r->changed = true;
}

/* Visits the names in the conditions of a filter, except those below relationships and in expressions. */
static void
visit_conditions(Rewriting *r, OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);

	check_stack_depth();
	while (orm_json_next(&walk))
	{
		if (!walk.object || orm_json_equals(walk.key, "and") || orm_json_equals(walk.key, "or") ||
			orm_json_equals(walk.key, "not"))
		{
			if (orm_json_kind(walk.value) >= ORM_JSON_ARRAY)
				visit_conditions(r, walk.value);
		}
		else
			visit_name(r, walk.key);
	}
}

/* Visits the names in an order. */
static void
visit_orders(Rewriting *r, OrmJson json)
{
	OrmJsonWalk walk = orm_json_walk(json);
	OrmJson by;

	while (orm_json_next(&walk))
		if (orm_json_kind(walk.value) != ORM_JSON_OBJECT)
			visit_name(r, walk.value);
		else if (orm_json_member(walk.value, "by", &by))
			visit_name(r, by);
}

/* Visits the names in the conditions and the order of a scope, but not those in loads and expressions. */
static void
visit_query(Rewriting *r, OrmJson query)
{
	OrmJsonWalk walk = orm_json_walk(query);

	while (orm_json_next(&walk))
		if (orm_json_equals(walk.key, "where") && orm_json_kind(walk.value) == ORM_JSON_OBJECT)
			visit_conditions(r, walk.value);
		else if (orm_json_equals(walk.key, "order_by") && orm_json_kind(walk.value) == ORM_JSON_ARRAY)
			visit_orders(r, walk.value);
		else if (orm_json_equals(walk.key, "order_by"))
			visit_name(r, walk.value);
}

/* Visits the names in a document, which is replaced if one of them is; of a query, in its conditions and order. */
void
orm_follow_document_visit(OrmDocument **document, bool is_query, const OrmDeclaration *declaration, Oid relation,
						  OrmNameVisitor visit, void *context)
{
	Rewriting r = {.declaration = declaration, .relation = relation, .visit = visit, .context = context};
	OrmJson root;

	if (*document == NULL)
		return;
	root = orm_document_root(*document);
	initStringInfo(&r.text);
	r.rest = orm_document_text(*document);
	if (is_query)
		visit_query(&r, root);
	else if (orm_json_kind(root) == ORM_JSON_OBJECT)
		visit_conditions(&r, root);
	else
		visit_orders(&r, root);
	if (!r.changed)
		return;
	appendStringInfoString(&r.text, pnstrdup(r.rest, orm_document_text(*document) + (*document)->text_length - r.rest));
	*document = orm_document_parse(r.text.data, r.text.len);
}
