/*
 * objects.h - writing the objects of a document and returning them.
 *
 * A document is read once.  While its objects are flat, they are records, which
 * are written without a graph (flat.h).  The first relationship makes a graph
 * of the objects read so far, and so do the options "action" and "return":
 * query.
 *
 * Both functions return false if there is nothing to return.  Otherwise *result
 * is the JSON of the stored objects in document order, with null for objects
 * that "on_conflict": "ignore" or "where" did not store.  "find_label" (or NULL) finds
 * objects queued earlier in the transaction.
 */
#ifndef ORM_GRAPH_OBJECTS_H
#define ORM_GRAPH_OBJECTS_H

#include "graph/graph.h"
#include "graph/labels.h"
#include "store/options.h"

/*
 * The options of the graph of a call that has no conflict target of its own
 * (conflict_on, upsert only, is set by the caller).  Reads the option "where".
 */
extern OrmGraphOptions orm_objects_options(const OrmModel *model, OrmVerb verb, const OrmWriteOptions *options);

/* The intent of the objects at the root. */
extern OrmIntent orm_objects_intent(OrmVerb verb, const OrmGraphOptions *options);

/*
 * Writes the object, or the array of objects, of a document (create, save,
 * upsert).  "conflict_on" (n names; upsert only) are the attributes of the
 * conflict target.
 */
extern bool orm_objects_write(const OrmModel *model, OrmVerb verb, const OrmDocument *document,
							  const OrmWriteOptions *options, OrmFindLabel find_label, int nconflict_on,
							  char *const *conflict_on, Datum *result);

/*
 * Updates the object of a primary key by a document; values in key order, or
 * NULL if the key is null.  Raises P0002 if there is none, 22023 for a document
 * with another key.
 */
extern bool orm_objects_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch,
							  const OrmWriteOptions *options, OrmFindLabel find_label, Datum *result);

#endif
