/*
 * information.c - orm.version(), and the rows of the views orm.models,
 * orm.attributes and orm.relationships.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "api/output.h"
#include "exec/access.h"
#include "base/names.h"
#include "define/guard.h"
#include "define/register.h"
#include "model/cache.h"
#include "model/computed.h"
#include "model/in_force.h"
#include "model/relationship.h"

PG_FUNCTION_INFO_V1(orm_sql_version);
PG_FUNCTION_INFO_V1(orm_sql_model_rows);
PG_FUNCTION_INFO_V1(orm_sql_attribute_rows);
PG_FUNCTION_INFO_V1(orm_sql_relationship_rows);

/* orm.version() */
Datum
orm_sql_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(ORM_VERSION));
}

/* A model that is being read for a list of all. */
typedef struct Reading
{
	const OrmRegistered *registered;
	OrmDeclaration *declaration;
	const OrmModel *model; /* NULL: it has no table */
} Reading;

/* Reads it; for orm_guard_run. */
static void
do_read(void *argument)
{
	Reading *reading = argument;

	reading->declaration = orm_register_declaration(reading->registered);
	if (reading->registered->mapped)
		reading->model = orm_cache_open_if_any(reading->registered->name, AccessShareLock);
}

/*
 * What a row declares, and its model.  Nothing, after a WARNING, when it cannot
 * be read: the type of a declared column may have been dropped, or the text was
 * never checked, and the other models must be listed all the same.
 */
static Reading
read_model(const OrmRegistered *registered, const char *what)
{
	Reading reading = {registered, NULL, NULL};

	if (!orm_guard_run(do_read, &reading, psprintf("%s \"%s\"", what, registered->name)))
		reading = (Reading){registered, NULL, NULL};
	return reading;
}

/* orm.model_rows() */
Datum
orm_sql_model_rows(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_registry_all())
	{
		const OrmRegistered *registered = lfirst(cell);
		const OrmModel *model = read_model(registered, "could not read model").model;
		Oid owner = orm_registry_owner(registered);

		CHECK_FOR_INTERRUPTS();
		orm_output_text(&row, registered->name);
		orm_output_text(&row, model ? model->schema : registered->schema);
		orm_output_text(&row, model ? model->relation : registered->relation);
		orm_output_text(&row, OidIsValid(owner) ? GetUserNameFromId(owner, true) : NULL);
		orm_output_text(&row, !registered->mapped ? "declared" : registered->by_map ? "mapped" : "created");
		orm_output_boolean(&row, model != NULL && orm_in_force_count_pending(registered, model) > 0);
		orm_output_put(&row);
	}
	return (Datum) 0;
}

/* The attributes of a model that has a table. */
static void
put_attributes(OrmOutput *row, const OrmModel *model)
{
	const bool *readable = orm_access_readable(model);

	for (int i = 0; i < model->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[i];

		orm_output_text(row, model->name);
		orm_output_text(row, attribute->name);
		orm_output_text(row, attribute->column);
		orm_output_text(row, format_type_with_typemod(attribute->type->oid, attribute->type->typmod));
		orm_output_integer(row, i + 1);
		orm_output_boolean(row, !attribute->not_null);
		orm_output_boolean(row, attribute->in_key);
		orm_output_boolean(row, attribute->has_default);
		orm_output_boolean(row, attribute->identity);
		orm_output_boolean(row, attribute->generated);
		orm_output_boolean(row, !attribute->hidden && (readable == NULL || readable[i]));
		orm_output_boolean(row, orm_access_is_writable(model, i));
		orm_output_put(row);
	}
	for (int i = 0; i < model->ncomputed; i++)
	{
		const OrmComputed *computed = &model->computed[i];

		orm_output_text(row, model->name);
		orm_output_text(row, computed->name);
		orm_output_text(row, NULL);
		orm_output_text(row, format_type_with_typemod(computed->type->oid, computed->type->typmod));
		orm_output_integer(row, model->nattributes + i + 1);
		orm_output_boolean(row, true);
		for (int flag = 0; flag < 3; flag++)
			orm_output_boolean(row, false);
		orm_output_boolean(row, true);
		orm_output_boolean(row, orm_computed_is_readable(model, i, readable));
		orm_output_boolean(row, false);
		orm_output_put(row);
	}
}

/* The attributes of a declaration. */
static void
put_declared(OrmOutput *row, const OrmDeclaration *declaration)
{
	const List *key = orm_declaration_key(declaration);
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		bool in_key = orm_name_is_among(key, column->name);

		orm_output_text(row, declaration->model);
		orm_output_text(row, column->attribute ? column->attribute : column->name);
		orm_output_text(row, column->name);
		orm_output_text(row, column->type);
		orm_output_integer(row, foreach_current_index(cell) + 1);
		orm_output_boolean(row, !in_key && column->nullable != ORM_NO);
		orm_output_boolean(row, in_key);
		orm_output_boolean(row, column->server_default || column->identity || column->generated);
		orm_output_boolean(row, column->identity != NULL);
		orm_output_boolean(row, column->generated != NULL);
		orm_output_text(row, NULL);
		orm_output_text(row, NULL);
		orm_output_put(row);
	}
}

/* orm.attribute_rows() */
Datum
orm_sql_attribute_rows(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_registry_all())
	{
		const OrmRegistered *registered = lfirst(cell);
		Reading reading = read_model(registered, "skipping model");

		CHECK_FOR_INTERRUPTS();
		if (reading.model != NULL)
			put_attributes(&row, reading.model);
		else if (!registered->mapped && reading.declaration != NULL)
			put_declared(&row, reading.declaration);
	}
	return (Datum) 0;
}

/* A relationship of a declaration, and of its model where that has a table. */
static void
put_relationship(OrmOutput *row, const OrmDeclaration *declaration, const OrmDeclaredRelationship *declared,
				 const OrmModel *model)
{
	const OrmRelationship *relationship = model ? orm_model_relationship(model, declared->name) : NULL;

	orm_output_text(row, declaration->model);
	orm_output_text(row, declared->name);
	orm_output_text(row, orm_relationship_kind_name(declared->kind));
	orm_output_text(row, declared->model);
	orm_output_names(row, declared->foreign_key);
	orm_output_text(row, declared->through);
	orm_output_text(row, declared->back_populates);
	orm_output_boolean(row, relationship != NULL && relationship->resolved);
	orm_output_text(row, declared->cascade);
	orm_output_put(row);
}

/* orm.relationship_rows() */
Datum
orm_sql_relationship_rows(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;
	ListCell *inner;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_registry_all())
	{
		const OrmRegistered *registered = lfirst(cell);
		Reading reading = read_model(registered, "skipping model");

		CHECK_FOR_INTERRUPTS();
		foreach(inner, reading.declaration ? reading.declaration->relationships : NIL)
			put_relationship(&row, reading.declaration, lfirst(inner), reading.model);
	}
	return (Datum) 0;
}
