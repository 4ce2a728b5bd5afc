/*
 * assigned.c - expressions as new values of attributes; see assigned.h.
 */
#include "postgres.h"

#include "exec/assigned.h"
#include "exec/bind.h"
#include "query/assign.h"

/* Reads the values of a compiled statement. */
static OrmAssigned *
read_values(const OrmQuery *query, const OrmQueryStatement *statement)
{
	OrmAssigned *assigned = palloc0(sizeof(OrmAssigned));

	assigned->sql = statement->sql;
	assigned->n = statement->nslots;
	assigned->types = palloc(sizeof(Oid) * Max(assigned->n, 1));
	assigned->values = palloc(sizeof(Datum) * Max(assigned->n, 1));
	assigned->isnull = palloc(sizeof(bool) * Max(assigned->n, 1));
	for (int i = 0; i < assigned->n; i++)
	{
		assigned->types[i] = statement->slots[i].parameter_type;
		assigned->values[i] = orm_bind_slot(query, &statement->slots[i], &assigned->isnull[i]);
	}
	return assigned;
}

const OrmAssigned *
orm_assigned_read(const OrmModel *model, const OrmAttribute *attribute, OrmJson json, int first, const OrmPath *place)
{
	OrmQuery query = {.request.model = model};
	OrmAssigned *assigned;
	int length;
	const char *text = orm_json_source(json, &length);

	orm_shape_begin(&query.shape);
	orm_shape_expression(&query.shape, json);
	query.request.shape = &query.shape;
	assigned = read_values(&query, orm_assign_compile(&query.request, attribute, json, first, place));
	assigned->text = pnstrdup(text, length);
	assigned->first = first;
	return assigned;
}

const OrmAssigned *
orm_assigned_condition(const OrmModel *model, OrmJson json, const OrmPath *place)
{
	OrmQuery query = {.request.model = model};

	orm_shape_begin(&query.shape);
	orm_shape_conditions(&query.shape, json);
	query.request.shape = &query.shape;
	return read_values(&query, orm_assign_condition(&query.request, json, place));
}
