/*
 * delete_where.h - deleting the objects that a query finds.
 */
#ifndef ORM_REMOVE_DELETE_WHERE_H
#define ORM_REMOVE_DELETE_WHERE_H

#include "exec/query.h"
#include "remove/delete.h"

/*
 * Deletes the rows of a request of kind ORM_QUERY_DELETE and the rows that
 * cascade from them; returns the number of rows found.  "expect" as for
 * orm_run_change_rows().
 */
extern int64 orm_delete_where_run(const OrmQueryRequest *request, int64 expect, int flags);

#endif
