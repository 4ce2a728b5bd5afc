/*
 * validate.c - the SQL function orm.validate; see write/validate.h.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "api/object.h"
#include "model/cache.h"
#include "write/validate.h"

PG_FUNCTION_INFO_V1(orm_sql_validate);

/* orm.validate(model, object) */
Datum
orm_sql_validate(PG_FUNCTION_ARGS)
{
	const OrmModel *model = orm_model_open(orm_argument_text(fcinfo, 0, "model"), AccessShareLock);

	PG_RETURN_DATUM(orm_validate(model, orm_document_root(orm_object_document(fcinfo, 1, "object"))));
}
