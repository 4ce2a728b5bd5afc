/*
 * blind.h - a check of the compiler: it must not see the values of a document.
 */
#ifndef ORM_QUERY_BLIND_H
#define ORM_QUERY_BLIND_H

#include "query/query.h"

/*
 * Compiles a request once more, with other values in the places of all those
 * that are not part of its shape, and asserts that the statements and their
 * slots are the same.  Only where assertions are checked.
 */
extern void orm_blind_check(const OrmQueryRequest *request, const OrmCompiled *compiled,
							OrmCompiled *(*compile)(const OrmQueryRequest *request));

#endif
