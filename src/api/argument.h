/*
 * argument.h - taking arguments of SQL-callable functions apart.
 */
#ifndef ORM_API_ARGUMENT_H
#define ORM_API_ARGUMENT_H

#include "postgres.h"
#include "base/document.h"
#include "fmgr.h"

/* A text argument that must not be NULL (22004), as a C string. */
extern char *orm_argument_text(FunctionCallInfo fcinfo, int n, const char *name);

/* A document argument; NULL where SQL NULL was given. */
extern const OrmDocument *orm_argument_document(FunctionCallInfo fcinfo, int n);

#endif
