/*
 * compiler.h - compiling a query document.
 */
#ifndef ORM_QUERY_COMPILER_H
#define ORM_QUERY_COMPILER_H

#include "query/query.h"

/*
 * Compiles a request.  The result and all garbage are allocated in the current memory
 * context, which should be a new one.  Opens the referenced models under AccessShareLock.
 * Raises the errors of the document with the place: 42703, 42704, 42883, 22023, 42804,
 * 22004, 42P02 (a parameter that does not exist or is not used), 54000 for loads nested
 * too deeply.
 */
extern OrmCompiled *orm_compiler_run(const OrmQueryRequest *request);

#endif
