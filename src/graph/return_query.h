/*
 * return_query.h - the option "return": query, by which written objects are read
 * back.
 *
 *     query = orm_return_query_open(model, options);     checks it all, before anything is written
 *     group->returned.keyed = query != NULL;                of the rows that are written, the primary keys come back
 *     orm_writer_run(graph);
 *     orm_return_query_run(query, graph, roots, n, array, &json);
 *
 * The objects at the root are found by their keys, all in one statement, and
 * what the query loads in one for each level, under one snapshot, taken when
 * everything is written.  The query shows them as orm.get would: what other
 * rows, defaults, triggers and the rest of the document have made of them.
 */
#ifndef ORM_GRAPH_READ_BACK_H
#define ORM_GRAPH_READ_BACK_H

#include "exec/query.h"
#include "graph/graph.h"
#include "store/options.h"

/*
 * Opens the query of the options; NULL: they have none.  Raises what is wrong
 * with it, at options.return, and 42P16 for a model without primary key.
 */
extern OrmQuery *orm_return_query_open(const OrmModel *model, const OrmWriteOptions *options);

/*
 * Reads the objects back, in the order of the document: null stands for one
 * that was not stored or is not seen, with "array"; of a single object the
 * result is false then.  Closes the query.
 */
extern bool orm_return_query_run(OrmQuery *query, const OrmGraph *graph, OrmObject *const *roots, int n, bool array,
								 Datum *result);

#endif
