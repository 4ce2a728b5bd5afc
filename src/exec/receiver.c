/*
 * receiver.c - see receiver.h.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "exec/receiver.h"

/* Calls the function for a row in the per-row context. */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	OrmReceiver *receiver = (OrmReceiver *) self;
	MemoryContext caller = MemoryContextSwitchTo(receiver->per_row);

	receiver->row(receiver->argument, slot);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(receiver->per_row);
	return true;
}

/*
 * Checks the types of the columns.  The table is open now and cannot be altered any more.
 * Before, user code run by this call (a domain constraint, a default) can have altered it
 * in spite of our own lock.
 */
static void
start_up(DestReceiver *self, int operation, TupleDesc typeinfo)
{
	OrmReceiver *receiver = (OrmReceiver *) self;
	bool same = receiver->types == NULL || receiver->ntypes == typeinfo->natts;

	for (int i = 0; same && receiver->types != NULL && i < typeinfo->natts; i++)
		same = !OidIsValid(receiver->types[i]) || TupleDescAttr(typeinfo, i)->atttypid == receiver->types[i];
	if (!same)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cached plan must not change result type"),
				errdetail("The table was altered during the call."));
}

/* Nothing to do: the per-row context is freed with its parent. */
static void
shut_down(DestReceiver *self)
{
}

DestReceiver *
orm_receiver_init(OrmReceiver *receiver, OrmRowFunction row, void *argument)
{
	receiver->pub.receiveSlot = receive_row;
	receiver->pub.rStartup = start_up;
	receiver->pub.rShutdown = shut_down;
	receiver->pub.rDestroy = shut_down;
	receiver->pub.mydest = DestNone;
	receiver->row = row;
	receiver->argument = argument;
	receiver->types = NULL;
	receiver->per_row = AllocSetContextCreate(CurrentMemoryContext, "orm row", ALLOCSET_SMALL_SIZES);
	return &receiver->pub;
}

void
orm_receiver_expect(DestReceiver *receiver, const Oid *types, int ntypes)
{
	((OrmReceiver *) receiver)->types = types;
	((OrmReceiver *) receiver)->ntypes = ntypes;
}
