/*
 * named.h - calling functions of schema orm by name, with arguments in JSON.
 *
 *     OrmNamedCall *call = orm_named_read(json, &place);
 *
 *     orm_named_run(call, &out);
 *
 * The list of these functions, the verbs, is pg_proc: every VOLATILE function
 * in C of schema orm that is given texts, arrays of texts, documents and keys,
 * and returns json, boolean, bigint or void.  It is called as in a statement of
 * its own: EXECUTE is checked, and it sees what was written before.
 */
#ifndef ORM_API_NAMED_H
#define ORM_API_NAMED_H

#include "base/document.h"
#include "lib/stringinfo.h"

typedef struct OrmNamedCall OrmNamedCall;

/*
 * Reads a call, the array of the name and the arguments in order; null is SQL's.
 * Raises 22023 for a name that is no verb, another number of arguments than the
 * function takes and JSON of the wrong kind.
 */
extern OrmNamedCall *orm_named_read(OrmJson json, const OrmPath *place);

/* Runs it and appends its result as JSON.  Raises 42501 without EXECUTE, and the errors of the function. */
extern void orm_named_run(const OrmNamedCall *call, StringInfo out);

#endif
