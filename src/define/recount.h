/*
 * recount.h - setting counters right by counting (model/counter_sql.h).
 */
#ifndef ORM_DEFINE_RECOUNT_H
#define ORM_DEFINE_RECOUNT_H

#include "executor/tuptable.h"
#include "model/counter_sql.h"

/* What was wrong. */
typedef struct OrmRecounted
{
	char *attribute;
	Datum key; /* jsonb */
	bool has_was;
	Datum was; /* numeric */
	bool has_is;
	Datum is;
} OrmRecounted;

/*
 * Counts anew, as the owner of the counting table.  The caller has locked the holder against writes.  What was
 * wrong (OrmRecounted *, in the current memory context) is appended to *found, unless it is NULL.
 */
extern void orm_recount(const OrmCounting *counting, List **found);

/* The rows that are wrong of all counters and positions of a model, which are set right; under locks of the tables. */
extern List *orm_recount_model(const char *name);

#endif
