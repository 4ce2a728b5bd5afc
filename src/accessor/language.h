/*
 * language.h - LANGUAGE orm: a function is one verb and one model.
 *
 *     CREATE FUNCTION alta(nombre text) RETURNS usuarios LANGUAGE orm
 *     AS 'create Usuario';
 *
 * body = verb model            model: a word, or "quoted" with "" for a quote
 *
 * Arguments are attributes, by name; one whose default is orm.unset(...) and
 * that the call leaves out was not given.  See language.c.
 */
#ifndef ORM_ACCESSOR_LANGUAGE_H
#define ORM_ACCESSOR_LANGUAGE_H

#include "fmgr.h"

/* Runs a function in LANGUAGE orm; called by the handler. */
extern Datum orm_language_call(FunctionCallInfo fcinfo);

/* Checks one; called by the validator after the access check. */
extern void orm_language_validate(Oid function, bool check_bodies);

#endif
