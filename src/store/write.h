/*
 * write.h - the arguments of writes: records of one model, without nested
 * objects. Graphs (graph/graph.h) call these writes in order.
 *
 * Records that give the same attributes are written by one statement: with
 * arrays and unnest, or plain VALUES for one record.  Returned rows are matched
 * to records by key, never by position, so generated keys are made before the
 * INSERT (store/default_keys.h).  If this is not possible (no primary key, or a
 * trigger fills it), records are written one at a time.
 *
 * An update skips rows that it would not change; such rows count as written.
 */
#ifndef ORM_STORE_WRITE_H
#define ORM_STORE_WRITE_H

#include "nodes/pg_list.h"

#include "base/document.h"
#include "exec/plan.h"
#include "executor/tuptable.h"
#include "model/model.h"
#include "store/record.h"

/*
 * Called in a per-row context for each record whose row was stored.  The slot
 * has the attributes of "returning" in table order, possibly with more columns
 * after them.
 */
typedef void (*OrmStored)(void *argument, const OrmRecord *record, TupleTableSlot *slot);

typedef enum OrmOnConflict
{
	ORM_CONFLICT_ERROR, /* raise the server's error */
	ORM_CONFLICT_UPDATE,
	ORM_CONFLICT_IGNORE /* keep the existing row */
} OrmOnConflict;

/*
 * The rows of the model that later statements of the call write or remove, as a
 * List of OrmGiver * (store/parking.h), without the rows of a batch and rows that
 * are written already.
 */
struct OrmBatch;
typedef List *(*OrmFindGivers)(const struct OrmBatch *batch);

/* Can there be such rows?  Called for every batch, so nothing is read. */
typedef bool (*OrmMayHaveGivers)(const struct OrmBatch *batch);

/* Can later statements of the call change values of a unique constraint in rows whose keys are not known yet? */
typedef bool (*OrmHasUnknownGivers)(const struct OrmBatch *batch, const char *constraint);

typedef struct OrmWrite
{
	const OrmModel *model;
	const bool *returning; /* by attribute; NULL: no rows are returned, and SELECT privilege is not needed */
	OrmStored stored;	   /* with returning */
	void *argument;
	OrmOnConflict on_conflict;
	const OrmAssigned *where;				/* upsert: condition of updating an existing row; NULL: none */
	bool action;							/* with returning: set the records' OrmAction, inserted or updated */
	bool told_apart;						/* set it also without returning, by separate statements */
	bool may_skip;							/* rows skipped by a trigger, rule or policy are not an error */
	bool unscoped;							/* rows that default scopes hide are written, too */
	bool checking;							/* nothing is written, and rows are read without locks */
	OrmFindGivers givers;					/* NULL: the call has no other statements */
	OrmMayHaveGivers may_have_givers;		/* with givers */
	OrmHasUnknownGivers has_unknown_givers; /* with givers */
} OrmWrite;

#endif
