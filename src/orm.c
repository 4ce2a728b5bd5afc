/*
 * orm.c - the module: its magic block, and the start of every part that keeps
 * state for the life of a backend, in the order of their ranks.
 *
 * CREATE EXTENSION loads the library to check the C functions it declares, so
 * this also runs inside the script: nothing here may read the catalogs.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "base/document.h"
#include "exec/json.h"
#include "exec/limits.h"
#include "exec/plan.h"
#include "exec/query_tag.h"
#include "model/cache.h"
#include "query/load.h"
#include "session/session.h"

PG_MODULE_MAGIC;

/* fmgr.h says so itself from 16 on */
extern PGDLLEXPORT void _PG_init(void);

/* Runs once in each backend, when the library is loaded. */
void
_PG_init(void)
{
	orm_document_init();
	orm_cache_init();
	orm_load_init();
	orm_plan_init();
	orm_limits_init();
	orm_query_tag_init();
	orm_json_init();
	orm_session_init();
	MarkGUCPrefixReserved("orm");
}
