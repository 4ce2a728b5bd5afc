/*
 * bind.h - values for the parameters of a query's statements.
 */
#ifndef ORM_EXEC_BIND_H
#define ORM_EXEC_BIND_H

#include "exec/query.h"

/* Reads the value of a slot, of any source but PARENTS, as its parameter's type.  Errors have the slot's place. */
extern Datum orm_bind_slot(const OrmQuery *query, const OrmSlot *slot, bool *isnull);

/*
 * Checks the values in the documents of a request: reads them as orm_query_open does for
 * the compiled query, raising the same errors.
 */
extern void orm_bind_check(const OrmQueryRequest *request, const OrmCompiled *compiled);

/* PAGE: the values in the order, followed by the signature of the query. */
extern const char *orm_bind_signature(const OrmQuery *query);

#endif
