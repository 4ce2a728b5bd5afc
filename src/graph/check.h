/*
 * check.h - every reason why an object could not be stored, at once and
 * without storing it.
 *
 *     {"name": ["a value is required"], "posts[1].title": ["value too long for type character varying(5)"]}
 *
 * An object is looked at as orm.save would take it, its nested objects too,
 * also under instructions: keys of rows that are not there (labels are left to
 * the flush); unknown keys; JSON of the wrong kind, and what the types and domains say
 * (each value is read in a subtransaction of its own); values that are required
 * or must not be null; the table's CHECK constraints; rows that are there with
 * the same unique key; foreign keys that lead to no row.  What can only be
 * known by storing the row is not: what triggers, exclusion constraints and
 * deferred rules say.  A constraint that needs a value that is not known (a
 * volatile default, a generated column) is passed over, and so is one that the
 * caller may not look at.
 */
#ifndef ORM_GRAPH_CHECK_H
#define ORM_GRAPH_CHECK_H

#include "base/document.h"
#include "model/model.h"

/* The JSON object of places and reasons, {} for an object that is right.  Raises nothing about the object. */
extern Datum orm_validate(const OrmModel *model, OrmJson object);

#endif
