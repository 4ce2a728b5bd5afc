/*
 * write.h - what is asked of writing objects of one model, any number of them, without nested
 * objects.  (Graphs, see graph/graph.h, order these calls; so they take records,
 * not JSON.)
 *
 * A record says for every attribute of the model whether it is given and with
 * which value.  Records with the same set of given attributes go in one
 * statement, however many there are: arrays through unnest, plain VALUES for a
 * single one.  Rows that come back are matched with records by primary key,
 * never by position, so keys that the database fills are made before the
 * insert, by evaluating the columns' defaults as the INSERT would (store/default_keys.c);
 * where that cannot be (no primary key, or a trigger fills it) records go one
 * at a time.
 *
 * An update writes only what changed: a row that already is as the record
 * says is not touched and counts as written all the same.
 */
#ifndef ORM_STORE_WRITE_H
#define ORM_STORE_WRITE_H

#include "base/document.h"
#include "exec/plan.h"
#include "executor/tuptable.h"
#include "model/model.h"
#include "store/record.h"

/*
 * Called once for each record that was stored, with the stored row: the slot
 * holds the attributes of "returning", in table order (and maybe more behind
 * them).  In a per-row context.
 */
typedef void (*OrmStored)(void *argument, const OrmRecord *record, TupleTableSlot *slot);

typedef enum OrmOnConflict
{
	ORM_CONFLICT_ERROR, /* as an INSERT */
	ORM_CONFLICT_UPDATE,
	ORM_CONFLICT_IGNORE /* leave the row that is there as it is */
} OrmOnConflict;

typedef struct OrmWrite
{
	const OrmModel *model;
	const bool *returning; /* by attribute; NULL: no row is asked for, no right to read is needed */
	OrmStored stored;	   /* with returning */
	void *argument;
	OrmOnConflict on_conflict;
	bool action;	 /* with returning: tell inserted from updated */
	bool told_apart; /* tell them without: by statements of their own */
	bool may_skip;	 /* a trigger, a rule or a policy may pass over rows: no error */
	bool checking;	 /* nothing will be written: rows are read without locks */
} OrmWrite;

#endif
