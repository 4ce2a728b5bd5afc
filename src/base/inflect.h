/*
 * inflect.h - singular and plural of English words, for names that are made.
 *
 * Only the last word of a name changes, in the letters' own case.  A table of
 * exceptions comes before the rules; a word that no rule knows stays as it is.
 */
#ifndef ORM_BASE_INFLECT_H
#define ORM_BASE_INFLECT_H

/* "posts" -> "post", "categories" -> "category", "addresses" -> "address". */
extern char *orm_inflect_singular(const char *name);

/* "post" -> "posts", "category" -> "categories", "person" -> "people"; a plural stays. */
extern char *orm_inflect_plural(const char *name);

#endif
