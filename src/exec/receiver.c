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

/* Nothing is known before the first row that is worth keeping. */
static void
start_up(DestReceiver *self, int operation, TupleDesc typeinfo)
{
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
	receiver->per_row = AllocSetContextCreate(CurrentMemoryContext, "orm row", ALLOCSET_SMALL_SIZES);
	return &receiver->pub;
}
