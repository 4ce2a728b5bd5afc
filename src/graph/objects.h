/*
 * objects.h - writing the objects of a document: objects in, objects out.
 *
 * A document is read once.  As long as its objects are flat they are records, and
 * go to store/ without any graph (flat.h).  The first relationship makes a graph
 * of what has been read; so do the options that only a graph serves ("action", a
 * query in "return").
 *
 * Both functions return false when there is nothing to return.  Otherwise
 * *result is the JSON of the stored objects in the order of the document, with
 * null where "on_conflict": "ignore" left one out.  "find_label" (or NULL) finds
 * objects that were queued before in the transaction.
 */
#ifndef ORM_GRAPH_OBJECTS_H
#define ORM_GRAPH_OBJECTS_H

#include "graph/labels.h"
#include "store/options.h"

/*
 * Writes the object, or the array of objects, of a document (create, save,
 * upsert).  "conflict_on" (n of them; upsert only) names the attributes of a
 * unique key.
 */
extern bool orm_objects_write(const OrmModel *model, OrmVerb verb, const OrmDocument *document,
							  const OrmWriteOptions *options, OrmFindLabel find_label, int nconflict_on,
							  char *const *conflict_on, Datum *result);

/* Updates the object with that primary key (values in key order; NULL: the key was null) by a document. */
extern bool orm_objects_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch,
							  const OrmWriteOptions *options, OrmFindLabel find_label, Datum *result);

#endif
