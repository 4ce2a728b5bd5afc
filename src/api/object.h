/*
 * object.h - arguments of the functions that read and write objects.
 */
#ifndef ORM_API_OBJECT_H
#define ORM_API_OBJECT_H

#include "base/document.h"
#include "fmgr.h"
#include "model/model.h"

/* A document argument that must not be NULL (22004). */
extern const OrmDocument *orm_object_document(FunctionCallInfo fcinfo, int n, const char *name);

/* A text[] argument without NULLs, as C strings; NULL counts as empty. */
extern char **orm_object_names(FunctionCallInfo fcinfo, int n, const char *name, int *count);

/* The primary key in an argument of type text, in key order; NULL: it is null, and finds nothing. */
extern const Datum *orm_object_key_text(FunctionCallInfo fcinfo, int n, const OrmModel *model);

/* The same in an argument of any type. */
extern const Datum *orm_object_key_any(FunctionCallInfo fcinfo, int n, const OrmModel *model);

#endif
