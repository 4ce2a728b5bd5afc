/*
 * receiver.h - a DestReceiver that hands each row to a function as it arrives.
 *
 * The function runs in a per-row memory context that is reset after each row,
 * because what output functions leave behind would otherwise stay until the
 * end of the statement.  What must outlive the row is copied by the function
 * into a context of its own; nothing may point into the slot.
 *
 * Where it is known what types the columns must have (orm_plan_expect), rows
 * with others are refused before the first is handed on: whoever reads values
 * takes them for what the model says.
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

/* Says of what types the columns of the rows must be (InvalidOid: any); NULL: not known. */
extern void orm_receiver_expect(DestReceiver *receiver, const Oid *types, int ntypes);

#endif
