/*
 * check_call.h - the option "validate": "all" of a write call: everything that
 * is wrong with its objects is raised as one error, before anything is written.
 */
#ifndef ORM_GRAPH_CHECK_CALL_H
#define ORM_GRAPH_CHECK_CALL_H

#include "graph/check.h"

/*
 * Checks the objects of a call (create, save, upsert).  Raises an error with the
 * SQLSTATE of the first violation, and all of them as detail.
 */
extern void orm_check_call_objects(const OrmModel *model, OrmVerb verb, const OrmDocument *document,
								   const OrmGraphOptions *options, OrmFindLabel find_label);

/* Raises that error if there are findings; "what" has them: changeset. */
extern void orm_check_call_raise(const OrmFindings *findings, const char *what);

/* Checks the patch of the object with a primary key, values in key order (update). */
extern void orm_check_call_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch,
								 const OrmGraphOptions *options, OrmFindLabel find_label);

#endif
