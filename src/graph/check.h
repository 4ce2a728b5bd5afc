/*
 * check.h - checking all objects of a document without storing them.
 *
 * Objects are read and ordered as by orm.save, and checked instead of written
 * (graph->findings).  Detected are: unrecognized keys, instructions and labels;
 * JSON of the wrong kind, and values that types and domains reject; missing
 * required values, and NULL where it is not allowed; violated CHECK
 * constraints; rows with equal unique keys; foreign keys without a referenced
 * row; named rows that do not exist, or are not in the collection;
 * relationships and columns that disagree; removals that the foreign key does
 * not allow; changed rows by version or etag. orm.save stores an object without
 * findings.
 *
 * Not detected are errors that only storing the row raises: by triggers and
 * rules, exclusion constraints, and deferred constraints; of unique indexes with
 * expressions or a predicate, conflicts among the objects of the document.
 * A constraint on an unknown value (a volatile
 * default, a generated column, the result of a patch) is skipped, and so are
 * rows that the caller may not read.
 */
#ifndef ORM_GRAPH_CHECK_H
#define ORM_GRAPH_CHECK_H

#include "graph/graph.h"
#include "store/reader.h"
#include "model/model.h"

/*
 * Checks an object, or an array of them, as they would be written by a verb
 * (create, update with the key in the object, save, or upsert) with the options of
 * its graph (NULL: none).  Errors about the objects are not raised.  Rows are
 * read without locks.
 */
extern OrmFindings *orm_check_document(const OrmModel *model, OrmVerb verb, OrmJson document,
									   const OrmGraphOptions *options, OrmFindLabel find_label);

/* Checks a graph with findings whose objects have been read, in the same way. */
extern void orm_check_graph(OrmGraph *graph);

#endif
