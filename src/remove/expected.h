/*
 * expected.h - the expected state of a row to be deleted: an etag, a version,
 * or both.
 */
#ifndef ORM_REMOVE_EXPECTED_H
#define ORM_REMOVE_EXPECTED_H

#include "base/document.h"
#include "model/model.h"

typedef struct OrmExpected
{
	const char *etag; /* NULL: any */
	bool versioned;
	Datum version; /* valid if versioned */
} OrmExpected;

/* Is a state expected? */
static inline bool
orm_expected_any(const OrmExpected *expected)
{
	return expected->etag != NULL || expected->versioned;
}

/*
 * Reads the JSON values of an etag and a version; a value whose node is NULL,
 * or null, expects nothing.  "place" is the place of their object.  Raises
 * 22023 for JSON of the wrong kind and for a version of a model without one.
 */
extern OrmExpected orm_expected_read(const OrmModel *model, OrmJson etag, OrmJson version, const OrmPath *place);

/*
 * Locks the row of a primary key, values in key order, and raises 40001, with
 * the place, if it is not in the expected state (store/stale.h).  A missing row
 * is left to the caller.  Does nothing if no state is expected.
 */
extern void orm_expected_check(const OrmModel *model, const Datum *key, const OrmExpected *expected,
							   const OrmPath *place);

#endif
