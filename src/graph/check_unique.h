/*
 * check_unique.h - unique keys of an object.
 */
#ifndef ORM_GRAPH_CHECK_UNIQUE_H
#define ORM_GRAPH_CHECK_UNIQUE_H

#include "graph/check_row.h"

/*
 * Looks for other objects, of the table and of the document, that have the value
 * of a unique key that the object takes, and do not give it up in the same call.
 * The primary key is not looked at, nor is a conflict target.
 */
extern void orm_check_unique_all(const OrmSubject *subject);

#endif
