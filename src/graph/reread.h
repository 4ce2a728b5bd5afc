/*
 * reread.h - the option "return": query, which says how what was written is
 * read back.
 *
 *     query = orm_reread_open(model, options);     checks it all, before anything is written
 *     group->keyed = query != NULL;                of the rows that are written, the primary keys come back
 *     orm_graph_flush(graph);
 *     orm_reread(query, graph, roots, n, array, &json);
 *
 * The objects at the root are found by their keys, all in one statement, and
 * what the query loads in one for each level, under one snapshot, taken when
 * everything is written.  The query shows them as orm.get would: what other
 * rows, defaults, triggers and the rest of the document have made of them.
 * Private to this folder.
 */
#ifndef ORM_GRAPH_REREAD_H
#define ORM_GRAPH_REREAD_H

#include "exec/query.h"
#include "graph/graph.h"

/*
 * Opens the query of the options; NULL: they have none.  Raises what is wrong
 * with it, at options.return, and 42P10 for a model without primary key.
 */
extern OrmQuery *orm_reread_open(const OrmModel *model, const OrmWriteOptions *options);

/*
 * Reads the objects back, in the order of the document: null stands for one
 * that was not stored or is not seen, with "array"; of a single object the
 * result is false then.  Closes the query.
 */
extern bool orm_reread(OrmQuery *query, const OrmGraph *graph, OrmObject *const *roots, int n, bool array,
					   Datum *result);

#endif
