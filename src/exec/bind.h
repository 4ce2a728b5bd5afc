/*
 * bind.h - values for the parameters of a query's statements.
 */
#ifndef ORM_EXEC_BIND_H
#define ORM_EXEC_BIND_H

#include "exec/query.h"

/* Reads the value of a slot that is not the parents', as the type of its parameter.  Errors have the slot's place. */
extern Datum orm_bind_slot(const OrmQuery *query, const OrmSlot *slot, bool *isnull);

/*
 * Reads the values that stand in the documents of a request, as opening the
 * query that was compiled of it would, and raises what is wrong with them.
 */
extern void orm_bind_check(const OrmQueryRequest *request, const OrmCompiled *compiled);

/* PAGE: the signature, with the values that the order depends on in front. */
extern const char *orm_bind_signature(const OrmQuery *query);

#endif
