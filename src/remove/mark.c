/*
 * mark.c - see mark.h.
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/proc.h"

#include "base/compat.h"
#include "remove/mark.h"

/* How many statements that let the guard pass rows are in progress. */
static int lifted = 0;

TimestampTz
orm_mark_next_instant(void)
{
	static LocalTransactionId transaction = InvalidLocalTransactionId;
	static int64 deletes = 0;

	if (transaction != orm_local_transaction())
		deletes = 0;
	transaction = orm_local_transaction();
	return GetCurrentTransactionStartTimestamp() + deletes++;
}

int
orm_mark_lift_guard(void)
{
	return lifted++;
}

void
orm_mark_lower_guard(int level)
{
	lifted = level;
}

bool
orm_mark_guard_is_lifted(void)
{
	return lifted > 0;
}
