/*
 * fill.h - replacing parameters in documents of objects.
 *
 *     create Post {"title": {"$": "title"}, "state": "draft"}
 *
 * {"$": "name"} is replaced by the value of an argument, as JSON.  An argument
 * of type orm.document is a document with nested objects and instructions; of
 * any other type, json and jsonb included, it is only a value.  If an optional
 * argument is not given, its member or element is removed.  {"$value": ...} is
 * data and contains no parameters.
 */
#ifndef ORM_ACCESSOR_FILL_H
#define ORM_ACCESSOR_FILL_H

#include "accessor/call.h"

/* Replaces the parameters of a document by the arguments of the call; returns the given document if it has none. */
extern const OrmDocument *orm_fill_document(const OrmCall *call, const OrmDocument *document);

/* Does the document contain parameters? */
extern bool orm_fill_is_needed(const OrmDocument *document);

/*
 * For the validator: raises 42P02 for a parameter in the documents that is not
 * an argument, 42P13 for an argument that is neither a key attribute nor a
 * parameter of a document.
 */
extern void orm_fill_check(const OrmFunction *function);

#endif
