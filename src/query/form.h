/*
 * form.h - expressions with a word of their own.  Private to this folder.
 */
#ifndef ORM_QUERY_FORM_H
#define ORM_QUERY_FORM_H

#include "query/compile.h"

/* Reads a form; NULL: the object is none. */
extern const OrmExpression *orm_form_read(OrmScope *scope, OrmJson json, const OrmPath *place);

/* Has the object the word of a form? */
extern bool orm_form_is_word(OrmJson json);

#endif
