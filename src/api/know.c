/*
 * know.c - SQL functions that say what is known: orm.version(), and the rows
 * of orm.attributes and orm.relationships.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "define/guard.h"
#include "define/register.h"
#include "model/cache.h"
#include "model/relationship.h"

PG_FUNCTION_INFO_V1(orm_sql_version);
PG_FUNCTION_INFO_V1(orm_sql_attribute_rows);
PG_FUNCTION_INFO_V1(orm_sql_relationship_rows);

/* orm.version() */
Datum
orm_sql_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(ORM_VERSION));
}

/* A text value, or NULL. */
static void
set_text(Datum *values, bool *nulls, int i, const char *text)
{
	nulls[i] = text == NULL;
	if (text != NULL)
		values[i] = CStringGetTextDatum(text);
}

/* A list of names as text[], or NULL. */
static void
set_names(Datum *values, bool *nulls, int i, List *names)
{
	Datum *elements = palloc(sizeof(Datum) * Max(list_length(names), 1));
	ListCell *cell;

	foreach(cell, names)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	nulls[i] = names == NIL;
	values[i] = PointerGetDatum(construct_array(elements, list_length(names), TEXTOID, -1, false, TYPALIGN_INT));
}

/* Adds a row to the result. */
static void
put_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* The attributes of a model that has a table. */
static void
put_attributes(FunctionCallInfo fcinfo, const OrmModel *model)
{
	for (int i = 0; i < model->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[i];
		Datum values[10];
		bool nulls[10] = {false};

		set_text(values, nulls, 0, model->name);
		set_text(values, nulls, 1, attribute->name);
		set_text(values, nulls, 2, attribute->column);
		set_text(values, nulls, 3, format_type_with_typemod(attribute->type->oid, attribute->type->typmod));
		values[4] = Int32GetDatum(i + 1);
		values[5] = BoolGetDatum(!attribute->not_null);
		values[6] = BoolGetDatum(attribute->in_key);
		values[7] = BoolGetDatum(attribute->has_default);
		values[8] = BoolGetDatum(attribute->identity);
		values[9] = BoolGetDatum(attribute->generated);
		put_row(fcinfo, values, nulls);
	}
}

/* The attributes of a declaration. */
static void
put_declared(FunctionCallInfo fcinfo, const OrmDeclaration *declaration)
{
	List *key = orm_declaration_key(declaration);
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);
		Datum values[10];
		bool nulls[10] = {false};
		bool in_key = false;
		ListCell *name;

		foreach(name, key)
			in_key = in_key || strcmp(lfirst(name), column->name) == 0;
		set_text(values, nulls, 0, declaration->model);
		set_text(values, nulls, 1, column->attribute ? column->attribute : column->name);
		set_text(values, nulls, 2, column->name);
		set_text(values, nulls, 3, column->type);
		values[4] = Int32GetDatum(foreach_current_index(cell) + 1);
		values[5] = BoolGetDatum(!in_key && column->nullable != ORM_NO);
		values[6] = BoolGetDatum(in_key);
		values[7] = BoolGetDatum(column->server_default || column->identity || column->generated);
		values[8] = BoolGetDatum(column->identity != NULL);
		values[9] = BoolGetDatum(column->generated != NULL);
		put_row(fcinfo, values, nulls);
	}
}

/* A declaration that is being read for a list of all. */
typedef struct Reading
{
	const OrmRegistered *row;
	OrmDeclaration *declaration;
} Reading;

/* Reads it; for orm_guard_run. */
static void
do_read(void *argument)
{
	Reading *reading = argument;

	reading->declaration = orm_register_declaration(reading->row);
}

/*
 * The declaration of a row, or NULL, after a WARNING, when it cannot be read
 * any more: a declared model's type may have been dropped meanwhile, and that
 * must not take the list of all others along.
 */
static OrmDeclaration *
read_declaration(const OrmRegistered *row)
{
	Reading reading = {row, NULL};

	if (row->mapped)
		return orm_register_declaration(row);
	orm_guard_run(do_read, &reading, psprintf("model \"%s\" is left out", row->name));
	return reading.declaration;
}

/* orm.attribute_rows() */
Datum
orm_sql_attribute_rows(PG_FUNCTION_ARGS)
{
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);
		const OrmModel *model = row->mapped ? orm_cache_open_if_any(row->name, AccessShareLock) : NULL;
		OrmDeclaration *declaration;

		CHECK_FOR_INTERRUPTS();
		if (model != NULL)
			put_attributes(fcinfo, model);
		else if (!row->mapped && (declaration = read_declaration(row)) != NULL)
			put_declared(fcinfo, declaration);
	}
	return (Datum) 0;
}

/* One relationship. */
static void
put_relationship(FunctionCallInfo fcinfo, const OrmDeclaration *declaration, const OrmDeclaredRelationship *declared,
				 const OrmModel *model)
{
	const OrmRelationship *relationship = model ? orm_model_relationship(model, declared->name) : NULL;
	Datum values[9];
	bool nulls[9] = {false};

	set_text(values, nulls, 0, declaration->model);
	set_text(values, nulls, 1, declared->name);
	set_text(values, nulls, 2, orm_relationship_kind_name(declared->kind));
	set_text(values, nulls, 3, declared->model);
	set_names(values, nulls, 4, declared->foreign_key);
	set_text(values, nulls, 5, declared->through);
	set_text(values, nulls, 6, declared->back_populates);
	values[7] = BoolGetDatum(relationship != NULL && relationship->resolved);
	set_text(values, nulls, 8, declared->cascade);
	put_row(fcinfo, values, nulls);
}

/* orm.relationship_rows() */
Datum
orm_sql_relationship_rows(PG_FUNCTION_ARGS)
{
	ListCell *cell;
	ListCell *inner;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_registry_all())
	{
		OrmRegistered *row = lfirst(cell);
		const OrmModel *model = row->mapped ? orm_cache_open_if_any(row->name, AccessShareLock) : NULL;
		OrmDeclaration *declaration = read_declaration(row);

		CHECK_FOR_INTERRUPTS();
		foreach(inner, declaration ? declaration->relationships : NIL)
			put_relationship(fcinfo, declaration, lfirst(inner), model);
	}
	return (Datum) 0;
}
