/*
 * soft_delete.c - see soft_delete.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/element.h"
#include "model/foreign_key.h"
#include "model/hook.h"
#include "model/soft_delete.h"

const OrmDeclaredSoftDelete *
orm_soft_delete_of(const OrmDeclaration *declaration)
{
	return declaration->soft_deletes != NIL ? linitial(declaration->soft_deletes) : NULL;
}

void
orm_soft_delete_imply(OrmDeclaration *declaration)
{
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(declaration);
	StringInfoData text;

	if (element == NULL || orm_declaration_column(declaration, element->column) != NULL)
		return;
	initStringInfo(&text);
	appendStringInfoString(&text, "{\"column\": {\"name\": ");
	escape_json(&text, element->column);
	appendStringInfoString(&text, ", \"type\": \"timestamptz\"}}");
	orm_element_read(declaration, orm_document_root(orm_document_parse(text.data, text.len)), element->position, false);
	((OrmDeclaredColumn *) llast(declaration->columns))->implied = true;
}

/* The place of the element's column. */
static const OrmPath *
place_of(OrmElementPlace *place, const OrmDeclaredSoftDelete *element)
{
	return orm_declaration_place(place, element->position, "soft_delete", "column_name");
}

/* Raises 42P16 for a column of the primary key. */
static void
refuse_key(const char *model, const OrmDeclaredSoftDelete *element)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
			errmsg("column \"%s\" of model \"%s\" cannot mark deleted rows", element->column, model),
			errdetail("At %s. It is part of the primary key.", orm_path_text(place_of(&place, element))));
}

void
orm_soft_delete_check(const OrmDeclaration *declaration)
{
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(declaration);
	OrmElementPlace place;
	ListCell *cell;

	if (list_length(declaration->soft_deletes) > 1)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("element \"%s\" is given twice", "soft_delete"),
				orm_error_place(orm_declaration_place(
					&place, ((OrmDeclaredSoftDelete *) lsecond(declaration->soft_deletes))->position, "soft_delete",
					NULL)));
	foreach(cell, element != NULL ? orm_declaration_key(declaration) : NIL)
		if (strcmp(lfirst(cell), element->column) == 0)
			refuse_key(declaration->model, element);
}

/* Is a column of a relation not nullable? */
static bool
is_not_null(Oid relid, AttrNumber column)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(column));
	bool not_null = HeapTupleIsValid(tuple) && ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return not_null;
}

void
orm_soft_delete_check_column(const OrmDeclaration *declaration, Oid relid)
{
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(declaration);
	AttrNumber column = element != NULL ? get_attnum(relid, element->column) : InvalidAttrNumber;
	OrmElementPlace place;
	Oid type;

	if (column <= 0)
		return;
	type = getBaseType(get_atttype(relid, column));
	if (type != TIMESTAMPTZOID && type != TIMESTAMPOID && type != BOOLOID)
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("column \"%s\" of model \"%s\" cannot mark deleted rows", element->column, declaration->model),
				errdetail("At %s. It is of type %s.", orm_path_text(place_of(&place, element)),
						  format_type_be(get_atttype(relid, column))),
				errhint("It is a timestamptz or a timestamp that is null, or a boolean that is not true, while a row "
						"is not deleted."));
	if (type != BOOLOID && is_not_null(relid, column))
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" of model \"%s\" cannot mark deleted rows", element->column, declaration->model),
				errdetail("At %s. It is not nullable, so that every row would be deleted.",
						  orm_path_text(place_of(&place, element))));
	if (get_attgenerated(relid, column) != '\0')
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("column \"%s\" of model \"%s\" cannot mark deleted rows", element->column, declaration->model),
				errdetail("At %s. It is a generated column.", orm_path_text(place_of(&place, element))));
}

void
orm_soft_delete_check_key(const OrmDeclaration *declaration, Oid relid)
{
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(declaration);
	AttrNumber key[INDEX_MAX_KEYS];
	OrmElementPlace place;

	if (element != NULL && orm_declaration_key(declaration) == NIL && orm_foreign_key_primary(relid, key) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("model \"%s\" needs a primary key to mark deleted rows", declaration->model),
				orm_error_place(orm_declaration_place(&place, element->position, "soft_delete", NULL)));
}

void
orm_soft_delete_fill(OrmModel *model)
{
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(model->declaration);

	model->soft_delete = -1;
	if (element == NULL)
		return;
	model->soft_delete = orm_model_attribute_over(model, get_attnum(model->relid, element->column));
	if (model->soft_delete < 0)
		return;
	if (model->attributes[model->soft_delete].in_key)
		refuse_key(model->name, element);
	orm_soft_delete_check_column(model->declaration, model->relid);
}

/* The guard: no row is deleted but by orm. */
static OrmDeclaredHook *
make_guard(const OrmDeclaredSoftDelete *element)
{
	OrmDeclaredHook *hook = palloc0(sizeof(OrmDeclaredHook));

	hook->events = "before delete";
	hook->function = "orm.soft_delete_guard";
	hook->position = element->position;
	hook->builder = "soft_delete";
	hook->name = "soft_delete_guard";
	return hook;
}

/*
 * What fires a hook of deleted rows when one is marked.  The condition is that of all types of marks: a time is
 * not null, or a boolean is true.
 */
static OrmDeclaredHook *
make_twin(const OrmDeclaredSoftDelete *element, const OrmDeclaredHook *hook)
{
	OrmDeclaredHook *twin = palloc0(sizeof(OrmDeclaredHook));
	const char *column = orm_sql_quoted(element->column);

	*twin = *hook;
	twin->events = "after update";
	twin->columns = list_make1(element->column);
	twin->when_expr = psprintf("nullif(OLD.%s::text, 'false') IS NULL AND nullif(NEW.%s::text, 'false') IS NOT NULL",
							   column, column);
	if (hook->when_expr != NULL)
		twin->when_expr = psprintf("%s AND (%s\n)", twin->when_expr, hook->when_expr);
	twin->name = psprintf("%s_soft", orm_hook_function_name(hook));
	return twin;
}

/* Is it for rows after they are deleted, and not fired by an update? */
static bool
is_of_deleted_rows(const OrmDeclaredHook *hook)
{
	int16 type = orm_hook_type(hook);

	return TRIGGER_FOR_AFTER(type) && TRIGGER_FOR_ROW(type) && TRIGGER_FOR_DELETE(type) && !TRIGGER_FOR_UPDATE(type);
}

List *
orm_soft_delete_hooks(const OrmDeclaration *declaration)
{
	const OrmDeclaredSoftDelete *element = orm_soft_delete_of(declaration);
	List *hooks = NIL;
	ListCell *cell;

	if (element == NULL)
		return NIL;
	if (element->guard == ORM_YES)
		hooks = lappend(hooks, make_guard(element));
	foreach(cell, declaration->hooks)
		if (is_of_deleted_rows(lfirst(cell)))
			hooks = lappend(hooks, make_twin(element, lfirst(cell)));
	return hooks;
}

bool
orm_soft_delete_is_flag(const OrmModel *model)
{
	return getBaseType(model->attributes[model->soft_delete].type->oid) == BOOLOID;
}

char *
orm_soft_delete_condition(const OrmModel *model, const char *alias, OrmDeleted deleted)
{
	static const char *const tests[2][2] = {{"IS NULL", "IS NOT NULL"}, {"IS NOT TRUE", "IS TRUE"}};

	if (model->soft_delete < 0 || deleted == ORM_DELETED_TOO)
		return NULL;
	return psprintf("%s.%s %s", alias, orm_sql_quoted(model->attributes[model->soft_delete].column),
					tests[orm_soft_delete_is_flag(model)][deleted == ORM_DELETED_ONLY]);
}
