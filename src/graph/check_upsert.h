/*
 * check_upsert.h - conflict targets of upserted objects that are checked.
 */
#ifndef ORM_GRAPH_CHECK_UPSERT_H
#define ORM_GRAPH_CHECK_UPSERT_H

#include "graph/check_row.h"

/*
 * Chooses the conflict targets (found_by) of the upserted ones among n objects of a group, and
 * compares the versions and etags they give.  Findings are: a conflict target
 * that is missing or ambiguous, two objects of one row, a row that has changed.
 * Objects without a finding have their target, or NULL for a new row; the others
 * are broken.
 */
extern void orm_check_upsert_all(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* Is the existing row of an object left alone, by "on_conflict": "ignore" or the condition of the option "where"? */
extern bool orm_check_upsert_spares(const OrmSubject *subject);

#endif
