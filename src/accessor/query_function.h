/*
 * query_function.h - the documents of a function in LANGUAGE orm.
 */
#ifndef ORM_ACCESSOR_QUERY_FUNCTION_H
#define ORM_ACCESSOR_QUERY_FUNCTION_H

#include "accessor/function.h"
#include "store/options.h"

/* Stores the documents of a body in a function whose verb is set; raises 42601, and 22023 for options. */
extern void orm_query_function_take_documents(OrmFunction *function, const OrmBody *body);

/* Raises 42P13 for an option that is not allowed in functions: "dry_run". */
extern void orm_query_function_check_options(const OrmWriteOptions *options);

/* Does the function's query lock rows? */
extern bool orm_query_function_locks(const OrmFunction *function);

/* The verb that the query is read for, according to the function's result. */
extern OrmQueryVerb orm_query_function_verb(const OrmFunction *function);

/* The name of the only attribute that the query selects, palloc'd; NULL if it does not select one attribute. */
extern const char *orm_query_function_selected(const OrmFunction *function);

/* Raises 42P13 if the query does not fit the function's result. */
extern void orm_query_function_check_result(const OrmFunction *function, const OrmModel *model);

/* For the validator: compiles the query and reads its values, with all parameters and without the optional ones. */
extern void orm_query_function_check(const OrmFunction *function, const OrmModel *model);

#endif
