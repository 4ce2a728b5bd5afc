/*
 * outcome.h - what comes back of the rows of a graph, and keys on their way from
 * object to object.
 * Private to this folder.
 */
#ifndef ORM_GRAPH_OUTCOME_H
#define ORM_GRAPH_OUTCOME_H

#include "graph/graph.h"
#include "store/batch.h"

/* Rows of one group on their way back. */
typedef struct OrmOutcome
{
	OrmWrite write; /* what the batches point at */
	OrmGraph *graph;
	OrmGroup *group;
	int *columns; /* of what is needed, in a row; 0: it does not come back */
} OrmOutcome;

/* Decides, once for a group, what of its rows goes into the result. */
extern void orm_outcome_decide(OrmGraph *graph, OrmGroup *group);

/* Must rows of these objects come back because somebody needs something of them? */
extern bool orm_outcome_needs_rows(OrmObject *const *objects, int n);

/* Says what comes back of rows of a group ("needed": what is needed, at least). */
extern void orm_outcome_begin(OrmOutcome *outcome, OrmGraph *graph, OrmGroup *group, bool needed);

/* In settle.c */

/*
 * Puts the key of a reference's target into a record of the holder; false when
 * it is not known.  Raises 22023 when the record gives another one.
 */
extern bool orm_settle(const OrmReference *reference, OrmRecord *record);

/* The same for the records of objects; where "must", for all references, else as far as targets are written. */
extern void orm_settle_all(OrmObject **objects, int n, bool must);

/* Has the holder's row the key that this reference wants? */
extern bool orm_settle_is_connected(const OrmReference *reference);

/* Raises 42501: a key is not known, because the caller may not read it. */
extern void orm_settle_unknown(const OrmReference *reference) pg_attribute_noreturn();

/* Gives a record the primary key of its object. */
extern void orm_settle_key(OrmRecord *record, const OrmObject *object);

#endif
