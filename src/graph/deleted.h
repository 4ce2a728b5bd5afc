/*
 * deleted.h - deleting objects and returning them: the option "return" of
 * orm.delete and orm.delete_where.
 *
 * The objects are read by the query of the option, under a snapshot taken after
 * their rows were locked, and are then deleted.  Rows are not locked if the
 * caller may not do so (remove/collect.h).
 */
#ifndef ORM_GRAPH_DELETED_H
#define ORM_GRAPH_DELETED_H

#include "exec/query.h"
#include "store/options.h"

/* How the options say to delete, as OrmDeleteFlags. */
extern int orm_deleted_flags(const OrmWriteOptions *options);

/* What the options of a delete lift before it, as OrmScopeLifts; for a marked row orm_delete_object() raises. */
extern int orm_deleted_lifts(const OrmWriteOptions *options);

/*
 * Deletes the object of a primary key, values in key order, or NULL; false if
 * it does not exist or is not visible to the query.  Raises the errors of the
 * query of the options, and 42P16 for a model without primary key.
 */
extern bool orm_deleted_object(const OrmModel *model, const Datum *key, const OrmWriteOptions *options, Datum *json);

/*
 * Deletes the objects of a request of kind ORM_QUERY_DELETE, and returns them
 * as an array.  Raises P0003 for more than options->expect, and 09000 if not
 * all of them are deleted.
 */
extern Datum orm_deleted_query(const OrmQueryRequest *request, const OrmWriteOptions *options);

#endif
