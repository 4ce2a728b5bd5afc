/*
 * write.c - SQL functions that write objects; see store/write.h.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/dry_run.h"
#include "api/object.h"
#include "api/request.h"
#include "graph/objects.h"
#include "session/session.h"
#include "store/write.h"

PG_FUNCTION_INFO_V1(orm_sql_create);
PG_FUNCTION_INFO_V1(orm_sql_save);
PG_FUNCTION_INFO_V1(orm_sql_upsert);
PG_FUNCTION_INFO_V1(orm_sql_update_text);
PG_FUNCTION_INFO_V1(orm_sql_update_any);
PG_FUNCTION_INFO_V1(orm_sql_delete_text);
PG_FUNCTION_INFO_V1(orm_sql_delete_any);

/* Writes the second argument. */
static Datum
write_document(FunctionCallInfo fcinfo, OrmVerb verb, OrmWriteOptions *options, int nconflict_on, char **conflict_on)
{
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);
	const OrmDocument *document = orm_object_document(fcinfo, 1, "object");
	Datum result;

	if (!orm_objects_write(model, verb, document, options, orm_session_find_label, nconflict_on, conflict_on, &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* The work of orm.create(model, object, options) */
static Datum
work_create(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	return write_document(fcinfo, ORM_VERB_CREATE, options, 0, NULL);
}

/* orm.create(model, object, options) */
Datum
orm_sql_create(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 2, ORM_VERB_CREATE, work_create);
}

/* The work of orm.save(model, object, options) */
static Datum
work_save(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	return write_document(fcinfo, ORM_VERB_SAVE, options, 0, NULL);
}

/* orm.save(model, object, options) */
Datum
orm_sql_save(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 2, ORM_VERB_SAVE, work_save);
}

/* The work of orm.upsert(model, object, conflict_on, options) */
static Datum
work_upsert(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	int n = 0;
	char **names = orm_object_names(fcinfo, 2, "conflict_on", &n);

	return write_document(fcinfo, ORM_VERB_UPSERT, options, n, names);
}

/* orm.upsert(model, object, conflict_on, options) */
Datum
orm_sql_upsert(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 3, ORM_VERB_UPSERT, work_upsert);
}

/* Updates the object with a key (NULL: the key was null) by the third argument. */
static Datum
update(FunctionCallInfo fcinfo, const OrmModel *model, const Datum *key, OrmWriteOptions *options)
{
	const OrmDocument *patch = orm_object_document(fcinfo, 2, "patch");
	Datum result;

	if (!orm_objects_patch(model, key, patch, options, orm_session_find_label, &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* The work of orm.update(model, key text, patch, options) */
static Datum
work_update_text(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);

	return update(fcinfo, model, orm_object_key_text(fcinfo, 1, model), options);
}

/* orm.update(model, key text, patch, options) */
Datum
orm_sql_update_text(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 3, ORM_VERB_UPDATE, work_update_text);
}

/* The work of orm.update(model, key anyelement, patch, options) */
static Datum
work_update_any(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);

	return update(fcinfo, model, orm_object_key_any(fcinfo, 1, model), options);
}

/* orm.update(model, key anyelement, patch, options) */
Datum
orm_sql_update_any(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 3, ORM_VERB_UPDATE, work_update_any);
}

/* Deletes the object with a key (NULL: the key was null). */
static Datum delete (FunctionCallInfo fcinfo, const OrmModel *model, const Datum *key)
{
	PG_RETURN_BOOL(key != NULL && orm_write_delete(model, key));
}

/* The work of orm.delete(model, key text, options) */
static Datum
work_delete_text(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);

	return delete (fcinfo, model, orm_object_key_text(fcinfo, 1, model));
}

/* orm.delete(model, key text, options) */
Datum
orm_sql_delete_text(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 2, ORM_VERB_DELETE, work_delete_text);
}

/* The work of orm.delete(model, key anyelement, options) */
static Datum
work_delete_any(FunctionCallInfo fcinfo, OrmWriteOptions *options)
{
	const OrmModel *model = orm_request_model(fcinfo, RowExclusiveLock);

	return delete (fcinfo, model, orm_object_key_any(fcinfo, 1, model));
}

/* orm.delete(model, key anyelement, options) */
Datum
orm_sql_delete_any(PG_FUNCTION_ARGS)
{
	return orm_dry_run(fcinfo, 2, ORM_VERB_DELETE, work_delete_any);
}
