/*
 * argument.h - arguments of SQL-callable functions.
 */
#ifndef ORM_API_ARGUMENT_H
#define ORM_API_ARGUMENT_H

#include "base/document.h"
#include "fmgr.h"
#include "model/model.h"
#include "storage/lockdefs.h"

/* Raises 22004 for the argument of that name. */
extern void orm_argument_null(const char *name) pg_attribute_noreturn();

/* A text argument that must not be NULL (22004), as a C string. */
extern char *orm_argument_text(FunctionCallInfo fcinfo, int n, const char *name);

/* A text argument; NULL where SQL NULL was given. */
extern char *orm_argument_text_if_any(FunctionCallInfo fcinfo, int n);

/* A document argument that must not be NULL (22004). */
extern const OrmDocument *orm_argument_document(FunctionCallInfo fcinfo, int n, const char *name);

/* A text[] argument without NULLs, as C strings; NULL counts as empty. */
extern char **orm_argument_names(FunctionCallInfo fcinfo, int n, const char *name, int *count);

/* The model that the first argument names. */
extern const OrmModel *orm_argument_model(FunctionCallInfo fcinfo, LOCKMODE lockmode);

/*
 * The primary key in an argument of type text, where text is read, or
 * anyelement; values in key order.  NULL: the key, or a part of it, is null,
 * and finds nothing.
 */
extern const Datum *orm_argument_key(FunctionCallInfo fcinfo, int n, const OrmModel *model);

#endif
