/*
 * pattern.h - patterns of names as psql's \d commands have them.
 *
 * "*" stands for any characters and "?" for one; letters are folded to lower
 * case and everything else is as in a regular expression, but "$", except
 * between double quotes, where every character stands for itself.
 */
#ifndef ORM_BASE_PATTERN_H
#define ORM_BASE_PATTERN_H

#include "postgres_ext.h"

/* The regular expression that a pattern stands for.  Raises 42602 for one with a schema. */
extern char *orm_pattern_regex(const char *pattern);

/* Does a name match such a regular expression?  Raises 2201B for one that is none. */
extern bool orm_pattern_matches(const char *name, const char *regex);

#endif
