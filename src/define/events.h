/*
 * events.h - event triggers for DDL on mapped tables, and restoring dumps.
 */
#ifndef ORM_DEFINE_EVENTS_H
#define ORM_DEFINE_EVENTS_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/nodes.h"

/*
 * After a DDL command: puts new names of tables and columns into the registry,
 * and makes the bodies of accessors anew whose names and operators may mean
 * something else now.  Raises nothing but what a lock raises that is not given.
 */
extern void orm_events_follow_ddl(Node *statement);

/* After a DROP: forgets models whose table is gone.  Never raises. */
extern void orm_events_follow_drop(void);

/*
 * A row that a restore (or a superuser) puts into orm.model, before it is
 * there: checks it.  Returns the tuple to be stored (the owner in it may be
 * another), or NULL, after a WARNING, for one that cannot be placed.
 */
extern HeapTuple orm_events_restore(HeapTuple tuple, TupleDesc descriptor);

/* The same row when it is there: writes its binding.  Raises nothing. */
extern void orm_events_bind(HeapTuple tuple, TupleDesc descriptor);

/*
 * When all rows of a statement are in: binds the columns of relationships to
 * models whose rows came later than their own.  Never raises.
 */
extern void orm_events_restored(void);

#endif
