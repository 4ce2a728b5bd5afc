/*
 * fill.h - documents of objects with parameters in them.
 *
 *     create Post {"title": {"$": "title"}, "state": "draft"}
 *
 * {"$": "name"} stands for the value of an argument, as JSON; of type
 * orm.document it is a document, with nested objects and instructions, of any
 * other type, json and jsonb included, a value and nothing else.  An optional
 * argument that the call leaves out takes its member, or element, away.  What
 * stands in {"$value": ...} is data.
 */
#ifndef ORM_ACCESSOR_FILL_H
#define ORM_ACCESSOR_FILL_H

#include "accessor/call.h"

/* The document with the values of the call in the places of its parameters; the same one where it has none. */
extern const OrmDocument *orm_fill_document(const OrmCall *call, const OrmDocument *document);

/* Has the document parameters? */
extern bool orm_fill_is_needed(const OrmDocument *document);

/*
 * When a function is created: raises 42P02 for a parameter in its documents that
 * is no argument, 42P13 for an argument that is neither a key attribute nor in
 * any of them.
 */
extern void orm_fill_check(const OrmFunction *function);

#endif
