/*
 * expected.h - the state that a call expects of the row that it deletes: an
 * etag, a version, or both.
 */
#ifndef ORM_STORE_EXPECTED_H
#define ORM_STORE_EXPECTED_H

#include "base/document.h"
#include "model/model.h"

typedef struct OrmExpected
{
	const char *etag; /* NULL: any */
	bool versioned;
	Datum version; /* if versioned */
} OrmExpected;

/* Is anything expected? */
static inline bool
orm_expected_any(const OrmExpected *expected)
{
	return expected->etag != NULL || expected->versioned;
}

/*
 * Reads JSON values of an etag and a version; one whose node is NULL, or null,
 * expects nothing.  "place" is that of the object they are members of.  Raises
 * 22023 for JSON of the wrong kind and for a version of a model without one.
 */
extern OrmExpected orm_expected_read(const OrmModel *model, OrmJson etag, OrmJson version, const OrmPath *place);

/*
 * Locks the row with a primary key (values in key order), and raises 40001,
 * with the place, when it is not in the expected state (store/stale.h).  A row
 * that does not exist is left to the caller.
 */
extern void orm_expected_check(const OrmModel *model, const Datum *key, const OrmExpected *expected,
							   const OrmPath *place);

#endif
