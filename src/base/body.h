/*
 * body.h - the body of a function in LANGUAGE orm.
 *
 *     body     = verb model document*, or only a verb
 *     verb     = a word
 *     model    = a word, or "quoted" with "" for a quote; case is significant
 *     document = a JSON object or array
 */
#ifndef ORM_BASE_BODY_H
#define ORM_BASE_BODY_H

#include "base/document.h"

/* Maximum number of documents of a verb. */
#define ORM_BODY_DOCUMENTS 3

typedef struct OrmBody
{
	char *verb;
	char *model;
	int ndocuments;
	OrmDocument *documents[ORM_BODY_DOCUMENTS];
} OrmBody;

/*
 * Parses a body into the current context; raises 42601 for invalid syntax,
 * 22P02 for a document that is invalid JSON.
 */
extern OrmBody orm_body_parse(const char *text);

/*
 * Splits a body into verb, model (empty: none) and the rest.  Returns false,
 * without an error, for a body without a verb or with an open quote.
 */
extern bool orm_body_split(const char *text, char **verb, char **model, const char **rest);

/* Raises 42601 with the syntax of a body as hint. */
extern void orm_body_raise(const char *message) pg_attribute_noreturn();

/* The body of a generated function of a verb and model, palloc'd. */
extern char *orm_body_write(const char *verb, const char *model);

#endif
