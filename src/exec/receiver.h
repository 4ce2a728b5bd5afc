/*
 * receiver.h - a DestReceiver that hands each row to a function as it arrives.
 *
 * The function runs in a per-row memory context that is reset after each row,
 * because the garbage of output functions would otherwise stay until the end of
 * the statement.  The function copies whatever must outlive the row into a
 * context of its own; nothing may point into the slot.
 *
 * Where the types of the columns are known (orm_plan_expect), rows of other
 * types are refused before the first one is handed on: readers take values for
 * the types of the model.
 */
#ifndef ORM_EXEC_RECEIVER_H
#define ORM_EXEC_RECEIVER_H

#include "executor/tuptable.h"
#include "tcop/dest.h"

typedef void (*OrmRowFunction)(void *argument, TupleTableSlot *slot);

typedef struct OrmReceiver
{
	DestReceiver pub;
	OrmRowFunction row;
	void *argument;
	MemoryContext per_row; /* reset after each row; a child of the context at init */
	const Oid *types;	   /* of the columns, InvalidOid: any; NULL: not known */
	int ntypes;
} OrmReceiver;

/* Sets up a receiver in the caller's storage; the rows' context is a child of the current one. */
extern DestReceiver *orm_receiver_init(OrmReceiver *receiver, OrmRowFunction row, void *argument);

/* Sets the types that the columns of the rows must have (InvalidOid: any); NULL: not known. */
extern void orm_receiver_expect(DestReceiver *receiver, const Oid *types, int ntypes);

#endif
