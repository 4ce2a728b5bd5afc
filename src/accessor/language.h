/*
 * language.h - LANGUAGE orm: a function is a verb, a model and the documents of
 * the verb.
 *
 *     CREATE FUNCTION alta(nombre text) RETURNS usuarios LANGUAGE orm
 *     AS 'create Usuario';
 *
 *     CREATE FUNCTION adultos(desde integer) RETURNS SETOF usuarios LANGUAGE orm STABLE
 *     AS 'all Usuario {"where": {"edad": {"ge": {"$": "desde"}}}}';
 *
 * Arguments are attributes by name, or parameters of the documents.  An
 * argument with the default orm.unset(...) counts as not given if the call
 * omits it.  See language.c, and body.h for the syntax.
 */
#ifndef ORM_ACCESSOR_LANGUAGE_H
#define ORM_ACCESSOR_LANGUAGE_H

#include "fmgr.h"

/* Runs a function in LANGUAGE orm; called by the handler.  Flushes the session first, unless the verb queues. */
extern Datum orm_language_call(FunctionCallInfo fcinfo);

/* Checks a function; called by the validator after the access check. */
extern void orm_language_validate(Oid function, bool check_bodies);

#endif
