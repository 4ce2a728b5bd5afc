/*
 * assigned.c - expressions as new values of attributes; see assigned.h.
 */
#include "postgres.h"

#include "exec/assigned.h"
#include "exec/bind.h"
#include "query/assign.h"

const OrmAssigned *
orm_assigned_read(const OrmModel *model, const OrmAttribute *attribute, OrmJson json, int first, const OrmPath *place)
{
	OrmAssigned *assigned = palloc0(sizeof(OrmAssigned));
	OrmQuery query = {.request.model = model};
	OrmQueryStatement *statement;
	int length;
	const char *text = orm_json_source(json, &length);

	orm_shape_begin(&query.shape);
	orm_shape_expression(&query.shape, json);
	query.request.shape = &query.shape;
	statement = orm_assign_compile(&query.request, attribute, json, first, place);
	assigned->text = pnstrdup(text, length);
	assigned->sql = statement->sql;
	assigned->first = first;
	assigned->n = statement->nslots;
	assigned->types = palloc(sizeof(Oid) * Max(assigned->n, 1));
	assigned->values = palloc(sizeof(Datum) * Max(assigned->n, 1));
	assigned->isnull = palloc(sizeof(bool) * Max(assigned->n, 1));
	for (int i = 0; i < assigned->n; i++)
	{
		assigned->types[i] = statement->slots[i].parameter_type;
		assigned->values[i] = orm_bind_slot(&query, &statement->slots[i], &assigned->isnull[i]);
	}
	return assigned;
}
