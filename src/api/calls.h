/*
 * calls.h - orm.batch: calls in one transaction and one round trip.
 *
 *     [["create", "Post", {...}], ["all", "Author", {...}]]
 *
 * A call is the name of a function of schema orm and its arguments in order
 * (api/named.h).  Each sees what those before it have written, and labels of
 * objects that they have queued.
 */
#ifndef ORM_API_CALLS_H
#define ORM_API_CALLS_H

#include "base/document.h"

/*
 * Runs the calls and returns the JSON array of their results.  Raises the
 * errors of named.h and of the functions, with the places of their calls.
 */
extern Datum orm_calls_run(const OrmDocument *calls);

#endif
