/*
 * blind.h - checking that compiled queries do not depend on values.
 */
#ifndef ORM_QUERY_BLIND_H
#define ORM_QUERY_BLIND_H

#include "query/query.h"

/*
 * Compiles a request again, with all values that are not part of its shape changed, and
 * asserts that statements and slots are equal.  For builds with assertions only.
 */
extern void orm_blind_check(const OrmQueryRequest *request, const OrmCompiled *compiled,
							OrmCompiled *(*compile)(const OrmQueryRequest *request));

#endif
