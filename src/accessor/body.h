/*
 * body.h - the body of a function in LANGUAGE orm, as text.
 *
 *     body  = verb model
 *     verb  = a word
 *     model = a word, or "quoted" with "" for a quote; exact, never folded
 */
#ifndef ORM_ACCESSOR_BODY_H
#define ORM_ACCESSOR_BODY_H

#include "postgres.h"

typedef struct OrmBody
{
	char	   *verb;
	char	   *model;
} OrmBody;

/* Takes a body apart, palloc'd; raises 42601 for what is none. */
extern OrmBody orm_body_parse(const char *text);

/* The body of that verb and model, as generated functions have it; palloc'd. */
extern char *orm_body_write(const char *verb, const char *model);

#endif
