/*
 * query_function.h - the documents of a function in LANGUAGE orm.
 */
#ifndef ORM_ACCESSOR_QUERY_FUNCTION_H
#define ORM_ACCESSOR_QUERY_FUNCTION_H

#include "accessor/function.h"
#include "store/options.h"

/* Takes the documents of a body into a function whose verb is known; raises 42601, 22023. */
extern void orm_query_function_take_documents(OrmFunction *function, const OrmBody *body);

/* Raises 42P13 for an option that cannot be one of a function: "dry_run". */
extern void orm_query_function_check_options(const OrmWriteOptions *options);

/* Does its query lock rows? */
extern bool orm_query_function_locks(const OrmFunction *function);

/* What the query is read for, with the result that the function has. */
extern OrmQueryVerb orm_query_function_verb(const OrmFunction *function);

/* The name of the one attribute that it selects, palloc'd; NULL: it is not one. */
extern const char *orm_query_function_selected(const OrmFunction *function);

/* Raises 42P13 for a query that cannot have the function's result. */
extern void orm_query_function_check_result(const OrmFunction *function, const OrmModel *model);

/* Compiles the query as a call would, and reads its values, with all parameters and without the optional ones. */
extern void orm_query_function_check(const OrmFunction *function, const OrmModel *model);

#endif
