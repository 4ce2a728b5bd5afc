/*
 * model.c - SQL functions that declare, create and drop; see src/define/.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"

#include "api/argument.h"
#include "api/output.h"
#include "define/create.h"
#include "define/declare.h"
#include "define/declare_schema.h"
#include "define/describe.h"
#include "define/drop.h"
#include "define/extend.h"
#include "define/mixing.h"
#include "define/report.h"
#include "define/script.h"
#include "define/sync.h"
#include "model/follow.h"
#include "model/model.h"

PG_FUNCTION_INFO_V1(orm_sql_model);
PG_FUNCTION_INFO_V1(orm_sql_model_document);
PG_FUNCTION_INFO_V1(orm_sql_mixin);
PG_FUNCTION_INFO_V1(orm_sql_map);
PG_FUNCTION_INFO_V1(orm_sql_extend);
PG_FUNCTION_INFO_V1(orm_sql_drop_element);
PG_FUNCTION_INFO_V1(orm_sql_declare);
PG_FUNCTION_INFO_V1(orm_sql_script);
PG_FUNCTION_INFO_V1(orm_sql_unmap);
PG_FUNCTION_INFO_V1(orm_sql_create_all);
PG_FUNCTION_INFO_V1(orm_sql_create_table);
PG_FUNCTION_INFO_V1(orm_sql_drop_all);
PG_FUNCTION_INFO_V1(orm_sql_drop_table);
PG_FUNCTION_INFO_V1(orm_sql_sync);
PG_FUNCTION_INFO_V1(orm_sql_describe);

/* The VARIADIC elements in an argument. */
static const OrmDocument *const *
element_arguments(FunctionCallInfo fcinfo, int n, int *nelements)
{
	Datum *elements = NULL;
	bool *nulls = NULL;
	const OrmDocument **documents;

	*nelements = 0;
	if (!PG_ARGISNULL(n))
	{
		ArrayType *array = PG_GETARG_ARRAYTYPE_P(n);
		int16 length;
		bool by_value;
		char align;

		get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
		deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &elements, &nulls, nelements);
	}
	documents = palloc(sizeof(OrmDocument *) * Max(*nelements, 1));
	for (int i = 0; i < *nelements; i++)
	{
		if (nulls[i])
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("element of a model must not be null"),
					errdetail("At elements[%d].", i));
		documents[i] = orm_document_open(elements[i]);
	}
	return documents;
}

/* Composes the model document of a name, a table and the VARIADIC elements in an argument. */
static char *
compose(const char *model, const char *table, FunctionCallInfo fcinfo, int n)
{
	StringInfoData document;
	int nelements;
	const OrmDocument *const *elements = element_arguments(fcinfo, n, &nelements);

	initStringInfo(&document);
	orm_declaration_compose(&document, model, table, nelements, elements);
	return document.data;
}

/* Returns changes (List of OrmReported *) as rows, "detail" (why something was skipped) the last column. */
static Datum
return_rows(FunctionCallInfo fcinfo, const List *changes, bool detail)
{
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, changes)
	{
		const OrmReported *change = lfirst(cell);

		orm_output_text(&row, change->model);
		orm_output_text(&row, change->action);
		orm_output_text(&row, change->kind);
		orm_output_text(&row, change->name);
		if (detail)
			orm_output_text(&row, change->detail);
		orm_output_put(&row);
	}
	return (Datum) 0;
}

/* Returns changes without "detail". */
static Datum
return_changes(FunctionCallInfo fcinfo, const List *changes)
{
	return return_rows(fcinfo, changes, false);
}

/* orm.model(name, table_name, VARIADIC elements) */
Datum
orm_sql_model(PG_FUNCTION_ARGS)
{
	char *name = orm_argument_text(fcinfo, 0, "name");
	char *table = orm_argument_text(fcinfo, 1, "table_name");

	PG_RETURN_TEXT_P(cstring_to_text(orm_declare_model(compose(name, table, fcinfo, 2))));
}

/* orm.model(document) */
Datum
orm_sql_model_document(PG_FUNCTION_ARGS)
{
	const OrmDocument *document = orm_argument_document(fcinfo, 0, "document");

	PG_RETURN_TEXT_P(cstring_to_text(orm_declare_model(pnstrdup(orm_document_text(document), document->text_length))));
}

/* orm.mixin(name, VARIADIC elements) */
Datum
orm_sql_mixin(PG_FUNCTION_ARGS)
{
	char *name = orm_argument_text(fcinfo, 0, "name");
	int nelements;
	const OrmDocument *const *elements = element_arguments(fcinfo, 1, &nelements);

	PG_RETURN_TEXT_P(cstring_to_text(orm_mixing_declare(name, nelements, elements)));
}

/* orm.map(relation, name, VARIADIC elements) */
Datum
orm_sql_map(PG_FUNCTION_ARGS)
{
	List *changes = NIL;
	char *name = orm_argument_text(fcinfo, 1, "name");
	Oid relid;

	if (PG_ARGISNULL(0))
		orm_argument_null("relation");
	relid = PG_GETARG_OID(0);
	orm_declare_map(relid, name, compose(name, orm_follow_table_name(relid), fcinfo, 2), &changes);
	return return_changes(fcinfo, changes);
}

/* orm.extend(model, VARIADIC elements) */
Datum
orm_sql_extend(PG_FUNCTION_ARGS)
{
	List *changes = NIL;
	char *name = orm_argument_text(fcinfo, 0, "model");
	int nelements;
	const OrmDocument *const *elements = element_arguments(fcinfo, 1, &nelements);

	orm_extend_model(name, nelements, elements, &changes);
	return return_changes(fcinfo, changes);
}

/* orm.drop_element(name, kind, element) */
Datum
orm_sql_drop_element(PG_FUNCTION_ARGS)
{
	List *changes = NIL;
	char *name = orm_argument_text(fcinfo, 0, "name");
	char *kind = orm_argument_text(fcinfo, 1, "kind");

	orm_extend_drop_element(name, kind, orm_argument_text_if_any(fcinfo, 2), &changes);
	return return_changes(fcinfo, changes);
}

/* orm.declare(document) */
Datum
orm_sql_declare(PG_FUNCTION_ARGS)
{
	OrmOutput row = {.fcinfo = fcinfo};
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, orm_declare_schema(orm_argument_document(fcinfo, 0, "document")))
	{
		orm_output_text(&row, ((OrmDeclared *) lfirst(cell))->model);
		orm_output_text(&row, ((OrmDeclared *) lfirst(cell))->state);
		orm_output_put(&row);
	}
	return (Datum) 0;
}

/* orm.script(models) */
Datum
orm_sql_script(PG_FUNCTION_ARGS)
{
	int n = 0;
	char **models = PG_ARGISNULL(0) ? NULL : orm_argument_names(fcinfo, 0, "models", &n);

	PG_RETURN_TEXT_P(cstring_to_text(orm_script_print(models, n)));
}

/* orm.unmap(model) */
Datum
orm_sql_unmap(PG_FUNCTION_ARGS)
{
	List *changes = NIL;

	orm_declare_unmap(orm_argument_text(fcinfo, 0, "model"), &changes);
	return return_changes(fcinfo, changes);
}

/* The role in an optional argument; InvalidOid when none is given. */
static Oid
owner_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? InvalidOid : get_role_oid(NameStr(*PG_GETARG_NAME(n)), false);
}

/* orm.create_all(owner) */
Datum
orm_sql_create_all(PG_FUNCTION_ARGS)
{
	return return_rows(fcinfo, orm_create_tables(owner_argument(fcinfo, 0), NIL), true);
}

/* orm.create_table(model) */
Datum
orm_sql_create_table(PG_FUNCTION_ARGS)
{
	return return_changes(fcinfo, orm_create_tables(InvalidOid, list_make1(orm_argument_text(fcinfo, 0, "model"))));
}

/* orm.drop_all(owner) */
Datum
orm_sql_drop_all(PG_FUNCTION_ARGS)
{
	return return_changes(fcinfo, orm_drop_tables(owner_argument(fcinfo, 0), NULL));
}

/* orm.drop_table(model) */
Datum
orm_sql_drop_table(PG_FUNCTION_ARGS)
{
	return return_changes(fcinfo, orm_drop_tables(InvalidOid, orm_argument_text(fcinfo, 0, "model")));
}

/* orm.sync(model) */
Datum
orm_sql_sync(PG_FUNCTION_ARGS)
{
	return return_changes(fcinfo, orm_sync_model(orm_argument_text(fcinfo, 0, "model")));
}

/* orm.describe(model) */
Datum
orm_sql_describe(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(orm_describe_model(orm_argument_text(fcinfo, 0, "model"))));
}
