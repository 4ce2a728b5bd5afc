/*
 * blind.c - checking that compiled queries do not depend on values.
 *
 * A compiled query is used for all documents of its shape.  If the walk of the shape
 * treated as a value what the compiler reads, a document would get the statements of
 * another one.  In builds with assertions every query is therefore compiled twice, the
 * second time with changed values: strings and numbers are replaced by others of equal
 * length, and true by false.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/compat.h"
#include "query/blind.h"
#include "query/shape_number.h"

#ifdef USE_ASSERT_CHECKING

/* Larger documents are not checked, to limit the time to compile. */
#define MAX_NODES 10000

/* Changes a scalar, keeping its kind and length. */
static void
change(OrmDocument *document, OrmNode *node)
{
	char *bytes = (char *) orm_document_text(document) + node->offset;

	if (node->kind == ORM_JSON_TRUE || node->kind == ORM_JSON_FALSE)
		node->kind = node->kind == ORM_JSON_TRUE ? ORM_JSON_FALSE : ORM_JSON_TRUE;
	else if (node->kind == ORM_JSON_STRING)
		memset(bytes, '~', node->length);
	else if (node->kind == ORM_JSON_NUMBER)
		for (uint32 i = 0; i < node->length; i++)
			bytes[i] = bytes[i] >= '0' && bytes[i] <= '8' ? bytes[i] + 1 : bytes[i];
}

/* Changes a value, and the elements of an array that are not values of the shape themselves. */
static void
change_value(const OrmShape *shape, OrmDocument *copy, OrmJson value)
{
	const OrmNode *nodes = value.document->nodes;
	OrmJsonWalk walk = orm_json_walk(value);

	change(copy, &copy->nodes[value.node - nodes]);
	while (orm_json_kind(value) == ORM_JSON_ARRAY && orm_json_next(&walk))
		if (orm_shape_number(shape, walk.value) < 0)
			change(copy, &copy->nodes[walk.value.node - nodes]);
}

/* A copy of a document with changed values, which "changed" references. */
static const OrmDocument *
change_document(const OrmShape *shape, OrmShape *changed, const OrmDocument *document)
{
	OrmDocument *copy = palloc(VARSIZE(document));

	memcpy(copy, document, VARSIZE(document));
	for (int i = 0; i < shape->nvalues; i++)
		if (shape->values[i].document == document)
		{
			change_value(shape, copy, shape->values[i]);
			changed->values[i].document = copy;
			changed->values[i].node = &copy->nodes[shape->values[i].node - document->nodes];
		}
	return copy;
}

/* A copy of the request with changed values. */
static OrmQueryRequest
change_request(const OrmQueryRequest *request)
{
	OrmQueryRequest changed = *request;
	OrmShape *shape = palloc(sizeof(OrmShape));

	*shape = *request->shape;
	shape->values = palloc(sizeof(OrmJson) * Max(shape->nvalues, 1));
	memcpy(shape->values, request->shape->values, sizeof(OrmJson) * shape->nvalues);
	changed.shape = shape;
	changed.document = change_document(request->shape, shape, request->document);
	if (request->patch != NULL)
		changed.patch = change_document(request->shape, shape, request->patch);
	if (request->cursor != NULL)
		changed.cursor = change_document(request->shape, shape, request->cursor);
	return changed;
}

/* Asserts that two statements and their slots are equal. */
static void
check_statement(const OrmQueryStatement *a, const OrmQueryStatement *b)
{
	Assert((a->sql == NULL) == (b->sql == NULL));
	Assert(a->sql == NULL || strcmp(a->sql, b->sql) == 0);
	Assert(a->nslots == b->nslots);
	for (int i = 0; i < a->nslots; i++)
	{
		Assert(a->slots[i].source == b->slots[i].source);
		Assert(a->slots[i].form == b->slots[i].form);
		Assert(a->slots[i].number == b->slots[i].number);
	}
}

void
orm_blind_check(const OrmQueryRequest *request, const OrmCompiled *compiled,
				OrmCompiled *(*compile)(const OrmQueryRequest *request))
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	OrmQueryRequest changed;
	const OrmCompiled *again;

	if (request->shape == NULL || request->shape->twice || request->document->nnodes > MAX_NODES)
		return;
	context = AllocSetContextCreate(caller, "orm blind check", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	changed = change_request(request);
	again = compile(&changed);
	Assert(again->nlevels == compiled->nlevels);
	for (int i = 0; i < compiled->nlevels; i++)
		check_statement(&compiled->levels[i]->statement, &again->levels[i]->statement);
	check_statement(&compiled->total, &again->total);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

#endif
