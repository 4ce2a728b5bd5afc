/*
 * body.h - the body of a function in LANGUAGE orm, as text.
 *
 *     body     = verb model document*, or a verb that stands alone
 *     verb     = a word
 *     model    = a word, or "quoted" with "" for a quote; exact, never folded
 *     document = a JSON object or array
 */
#ifndef ORM_ACCESSOR_BODY_H
#define ORM_ACCESSOR_BODY_H

#include "base/document.h"

/* No verb takes more documents. */
#define ORM_BODY_DOCUMENTS 3

typedef struct OrmBody
{
	char *verb;
	char *model;
	int ndocuments;
	OrmDocument *documents[ORM_BODY_DOCUMENTS];
} OrmBody;

/*
 * Takes a body apart, palloc'd; raises 42601 for what is none, 22P02 for a
 * document that is no JSON.
 */
extern OrmBody orm_body_parse(const char *text);

/* Raises 42601 with what a body looks like. */
extern void orm_body_raise(const char *message) pg_attribute_noreturn();

/* The body of that verb and model, as generated functions have it; palloc'd. */
extern char *orm_body_write(const char *verb, const char *model);

#endif
