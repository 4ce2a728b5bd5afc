/*
 * calls.c - orm.batch; see calls.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "api/calls.h"
#include "api/named.h"
#include "base/members.h"
#include "exec/json.h"

/* Raises 22023 unless this is an array that begins with a string. */
static void
check_call(OrmJson call, const OrmPath *place)
{
	OrmPath first = orm_path_index(place, 0);
	OrmJsonWalk walk = orm_json_walk(call);

	if (orm_json_kind(call) != ORM_JSON_ARRAY)
		orm_members_raise_kind_hint(call, "an array", NULL, place, "A call is [\"verb\", argument, ...].");
	if (!orm_json_next(&walk))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("call has no verb"), orm_error_place(place),
				errhint("A call is [\"verb\", argument, ...]."));
	if (orm_json_kind(walk.value) != ORM_JSON_STRING)
		orm_members_raise_kind(walk.value, "the name of a verb", &first);
}

/* Runs a call, and adds its place to errors of the function. */
static void
run_call(OrmJson json, const OrmPath *place, StringInfo out)
{
	MemoryContext caller = CurrentMemoryContext;
	const OrmNamedCall *call;

	check_call(json, place);
	call = orm_named_read(json, place);
	PG_TRY();
	{
		orm_named_run(call, out);
	}
	PG_CATCH();
	{
		orm_error_rethrow_within(place, caller);
	}
	PG_END_TRY();
}

Datum
orm_calls_run(const OrmDocument *calls)
{
	OrmJson root = orm_document_root(calls);
	OrmJsonWalk walk = orm_json_walk(root);
	MemoryContext per_call = AllocSetContextCreate(CurrentMemoryContext, "orm batch", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	StringInfoData out;

	check_stack_depth();
	if (orm_json_kind(root) != ORM_JSON_ARRAY)
		orm_members_raise_kind_hint(root, "an array of calls", "calls", NULL, "A call is [\"verb\", argument, ...].");
	orm_json_begin(&out);
	orm_json_put(&out, "[", 1);
	while (orm_json_next(&walk))
	{
		OrmPath place = orm_path_index(NULL, walk.index);

		CHECK_FOR_INTERRUPTS();
		if (walk.index > 0)
			orm_json_put(&out, ",", 1);
		MemoryContextSwitchTo(per_call);
		run_call(walk.value, &place, &out);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(per_call);
	}
	orm_json_put(&out, "]", 1);
	MemoryContextDelete(per_call);
	return orm_json_end(&out);
}
