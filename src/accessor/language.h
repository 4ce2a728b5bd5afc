/*
 * language.h - LANGUAGE orm: a function is one verb, one model and the verb's
 * documents.
 *
 *     CREATE FUNCTION alta(nombre text) RETURNS usuarios LANGUAGE orm
 *     AS 'create Usuario';
 *
 *     CREATE FUNCTION adultos(desde integer) RETURNS SETOF usuarios LANGUAGE orm STABLE
 *     AS 'all Usuario {"where": {"edad": {"ge": {"$": "desde"}}}}';
 *
 * Arguments are, by name, attributes or, of verbs with documents, parameters
 * of these; one whose default is orm.unset(...) and that the call leaves out
 * was not given.  See language.c, and body.h for the grammar.
 */
#ifndef ORM_ACCESSOR_LANGUAGE_H
#define ORM_ACCESSOR_LANGUAGE_H

#include "fmgr.h"

/* Runs a function in LANGUAGE orm; called by the handler. */
extern Datum orm_language_call(FunctionCallInfo fcinfo);

/* Checks one; called by the validator after the access check. */
extern void orm_language_validate(Oid function, bool check_bodies);

#endif
