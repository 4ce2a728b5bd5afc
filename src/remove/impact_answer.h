/*
 * impact_answer.h - the impact of a delete as JSON.  Private to this folder.
 */
#ifndef ORM_REMOVE_IMPACT_ANSWER_H
#define ORM_REMOVE_IMPACT_ANSWER_H

#include "model/model.h"

/*
 * The numbers of affected rows of tables (OrmImpactTable *), by names of models or
 * tables; see orm_impact_read().  The JSON is allocated in the context "result".
 */
extern Datum orm_impact_answer_write(const OrmModel *asked, const List *tables, MemoryContext result);

#endif
