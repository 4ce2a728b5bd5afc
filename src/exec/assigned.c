/*
 * assigned.c - expressions as new values of attributes; see assigned.h.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/sql.h"
#include "exec/assigned.h"
#include "exec/bind.h"
#include "model/patch.h"
#include "model/value.h"
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

const OrmAssigned *
orm_assigned_members(const OrmAttribute *attribute, OrmJson json, int first, const OrmPath *place)
{
	const OrmType *types[] = {orm_patch_type(attribute), orm_type_make(JSONBOID, -1, InvalidOid)};
	OrmAssigned *assigned = palloc0(sizeof(OrmAssigned));
	StringInfoData sql;
	int length;
	const char *text = orm_json_source(json, &length);

	initStringInfo(&sql);
	orm_patch_append_members(&sql, attribute->type, psprintf("t.%s", orm_sql_quoted(attribute->column)),
							 psprintf("$%d", first + 1), psprintf("$%d", first + 2));
	assigned->text = pnstrdup(text, length);
	assigned->sql = sql.data;
	assigned->first = first;
	assigned->n = lengthof(types);
	assigned->types = palloc(sizeof(Oid) * assigned->n);
	assigned->values = palloc(sizeof(Datum) * assigned->n);
	assigned->isnull = palloc(sizeof(bool) * assigned->n);
	for (int i = 0; i < assigned->n; i++)
	{
		assigned->types[i] = types[i]->oid;
		assigned->values[i] = orm_value_read(types[i], json, place, &assigned->isnull[i]);
	}
	return assigned;
}
