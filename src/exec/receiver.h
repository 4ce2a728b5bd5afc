/*
 * receiver.h - a DestReceiver that calls a function for each row.
 *
 * The function runs in a memory context that is reset after each row, so that memory of
 * output functions is not kept until the end of the statement.  Data that outlives the row
 * must be copied to another context; nothing may reference the slot.
 *
 * If column types are expected (orm_receiver_expect), a statement with other types is
 * rejected before its first row, because the functions rely on the types of the model.
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
	MemoryContext per_row; /* reset after each row */
	const Oid *types;	   /* of the columns, InvalidOid: any; NULL: not known */
	int ntypes;
} OrmReceiver;

/* Initializes a receiver in the caller's storage; the per-row context is a child of the current one. */
extern DestReceiver *orm_receiver_init(OrmReceiver *receiver, OrmRowFunction row, void *argument);

/* Sets the types that the columns of the rows must have (InvalidOid: any); NULL: not known. */
extern void orm_receiver_expect(DestReceiver *receiver, const Oid *types, int ntypes);

#endif
