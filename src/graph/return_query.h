/*
 * return_query.h - the option "return": query, which reads written objects
 * back.
 *
 *     query = orm_return_query_open(model, options);    checks the query before anything is written
 *     group->returned.keyed = query != NULL;            returned rows have primary keys
 *     orm_writer_run(graph);
 *     orm_return_query_run(query, graph, roots, n, array, &json);
 *
 * One statement reads the objects at the root by their keys, and one per level
 * the related objects, all under one snapshot taken after everything was
 * written.  The result is that of orm.get, with the effects of other rows,
 * defaults, triggers and the rest of the document.
 */
#ifndef ORM_GRAPH_RETURN_QUERY_H
#define ORM_GRAPH_RETURN_QUERY_H

#include "exec/query.h"
#include "graph/graph.h"
#include "store/options.h"

/*
 * Opens the query of the options; NULL if there is none.  Raises its errors, at
 * options.return, and 42P16 for a model without primary key.
 */
extern OrmQuery *orm_return_query_open(const OrmModel *model, const OrmWriteOptions *options);

/*
 * Reads the objects back in document order and closes the query.  With "array"
 * the result has null for an object that was not stored or is not visible;
 * without, the function returns false then.
 */
extern bool orm_return_query_run(OrmQuery *query, const OrmGraph *graph, OrmObject *const *roots, int n, bool array,
								 Datum *result);

#endif
