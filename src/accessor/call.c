/*
 * call.c - the arguments of a call of a function in LANGUAGE orm as records;
 * see call.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/typcache.h"

#include "accessor/call.h"
#include "model/cast.h"

/* Casts an argument to its attribute's type. */
static Datum
cast_value(const OrmCall *call, const OrmParameter *parameter, Datum value, bool *isnull)
{
	const OrmAttribute *attribute = &call->model->attributes[parameter->attribute];
	Expr *cast;

	if (OidIsValid(parameter->converter))
		return *isnull ? (Datum) 0 : OidFunctionCall1(parameter->converter, value);
	cast = orm_function_cast(call->function->name, parameter, attribute);
	return orm_cast_run(cast, attribute->type->oid, value, isnull);
}

/* Sets the attributes of a record to the given arguments.  Parameters of documents are skipped. */
static void
record_arguments(const OrmCall *call, OrmRecord *record)
{
	for (int i = 0; i < call->function->nparameters; i++)
	{
		const OrmParameter *parameter = &call->function->parameters[i];
		int attribute = parameter->attribute;
		Datum value;
		bool isnull;

		if (!call->given[i] || (attribute < 0 && call->function->verb->arguments == ORM_ARGUMENTS_PARAMETERS))
			continue;
		if (!parameter->usable)
			orm_function_refuse(call->function, call->model, parameter);
		isnull = call->fcinfo->args[i].isnull;
		value = call->fcinfo->args[i].value;
		if (parameter->cast)
			value = cast_value(call, parameter, value, &isnull);
		orm_record_set(record, attribute, value, isnull);
	}
}

/*
 * Sets the attributes of a record to a row.  NULL in a NOT NULL column with a
 * default counts as not given, and so does a value that the database generates,
 * except in the key.
 */
static void
record_row(const OrmCall *call, OrmRecord *record)
{
	HeapTupleHeader row;
	HeapTupleData tuple = {0};
	TupleDesc desc;
	Datum *values;
	bool *isnull;

	if (call->fcinfo->args[0].isnull)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("row argument of function \"%s\" must not be null", call->function->name));
	row = DatumGetHeapTupleHeader(call->fcinfo->args[0].value);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	values = palloc(sizeof(Datum) * Max(desc->natts, 1));
	isnull = palloc(sizeof(bool) * Max(desc->natts, 1));
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	tuple.t_data = row;
	heap_deform_tuple(&tuple, desc, values, isnull);
	for (int i = 0; i < call->model->nattributes; i++)
	{
		const OrmAttribute *attribute = &call->model->attributes[i];
		int column = attribute->attnum - 1;
		bool by_default = isnull[column] && attribute->not_null && attribute->has_default;

		if ((orm_model_is_settable(attribute) || attribute->in_key) && !by_default)
			orm_record_set(record, i, values[column], isnull[column]);
	}
	ReleaseTupleDesc(desc);
}

OrmRecord *
orm_call_record(const OrmCall *call)
{
	OrmRecord *record = orm_record_make(call->model, 1);

	record->index = -1;
	if (call->function->row)
		record_row(call, record);
	else
		record_arguments(call, record);
	orm_record_normalize(record, call->model);
	return record;
}

bool
orm_call_has_null_key(const OrmCall *call, const OrmRecord *record)
{
	const OrmKey *key = call->model->primary_key;

	for (int k = 0; k < key->nattributes; k++)
		if (record->isnull[key->attributes[k]])
			return true;
	return false;
}

Datum *
orm_call_key(const OrmCall *call, const OrmRecord *record)
{
	const OrmKey *key = call->model->primary_key;
	Datum *values = palloc(sizeof(Datum) * key->nattributes);

	Assert(call->model->primary_key != NULL);
	orm_record_key(record, key, values);
	return values;
}
