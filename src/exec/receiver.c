/*
 * receiver.c - see receiver.h.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "exec/receiver.h"

/* Hands a row on, in a context that is empty when the next one comes. */
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
 * Looks at what the rows will be.  The table is open now and can change no
 * more; before, a user's function that ran for this very call (a domain's
 * check, a default) may have altered it, which a lock of ours does not hinder.
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

/* The context dies with its parent, the caller's; nothing to close. */
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
