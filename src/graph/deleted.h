/*
 * deleted.h - deleting objects and returning them: the option "return" of
 * orm.delete and orm.delete_where.
 *
 * The objects are read as the query of the option asks, under a snapshot taken
 * after their rows were locked, and are then deleted.  Rows of which the caller
 * may not lock are not (remove/delete.h).
 */
#ifndef ORM_GRAPH_DELETED_H
#define ORM_GRAPH_DELETED_H

#include "exec/query.h"
#include "store/options.h"

/*
 * Deletes the object with a primary key (values in key order; NULL: none);
 * false: it did not exist.  Raises the errors of the query of the options, and
 * 42P16 for a model without primary key.
 */
extern bool orm_deleted_object(const OrmModel *model, const Datum *key, const OrmWriteOptions *options, Datum *json);

/*
 * Deletes the objects found by a request of the kind ORM_QUERY_DELETE, and
 * returns them as an array.  Raises P0003 for more than options->expect, and
 * 09000 when not all of them are deleted.
 */
extern Datum orm_deleted_query(const OrmQueryRequest *request, const OrmWriteOptions *options);

#endif
