/*
 * compiler.h - compiling a query document.
 */
#ifndef ORM_QUERY_COMPILER_H
#define ORM_QUERY_COMPILER_H

#include "query/query.h"

/*
 * Compiles a request, in the current memory context, where nothing else should
 * be: it becomes that of the result.  Opens the models it meets (AccessShareLock).
 * Raises all that is wrong with the document, with the place: 42703, 42704,
 * 42883, 22023, 42804, 22004, 42P02 (a parameter that is missing, or that
 * nothing uses), 54000 for loads nested too deep.
 */
extern OrmCompiled *orm_compiler_run(const OrmQueryRequest *request);

#endif
