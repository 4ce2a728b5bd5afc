/*
 * check.h - everything that is wrong with the objects of a document, at once and
 * without storing them.
 *
 * The objects are read as orm.save reads them, ordered as it orders them, and
 * looked at instead of written (graph->findings).  Found are: unrecognized keys,
 * instructions and labels; JSON of the wrong kind, and what types and domains say;
 * values that are required or must not be null; the table's CHECK constraints;
 * rows with the same unique key; foreign keys that refer to no row; named rows that
 * do not exist, or are not in the collection; relationships and columns that
 * disagree; removals that the foreign key does not allow; versions and etags of
 * changed rows.  An object without findings is stored by orm.save.
 *
 * Not known is what only storing the row tells: triggers and rules, exclusion
 * constraints and unique indexes over expressions or with a condition, deferred
 * constraints.  A constraint over a value that is not known (a volatile default, a
 * generated column, the outcome of a patch) is passed over, and so are rows that
 * the caller may not read.
 */
#ifndef ORM_GRAPH_CHECK_H
#define ORM_GRAPH_CHECK_H

#include "graph/labels.h"
#include "model/model.h"

/*
 * The JSON object of places and reasons for an object, or an array of them; {}
 * where all are right.  Raises nothing about the objects.
 */
extern Datum orm_check_document(const OrmModel *model, OrmJson document, OrmFindLabel find_label);

#endif
