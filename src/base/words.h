/*
 * words.h - the words that other mappers have for what this one calls otherwise, for hints.
 */
#ifndef ORM_BASE_WORDS_H
#define ORM_BASE_WORDS_H

/* Where in a document a word was met. */
typedef enum OrmWordPlace
{
	ORM_WORD_QUERY,		 /* a key of a query */
	ORM_WORD_AGGREGATE,	 /* a key of an aggregate */
	ORM_WORD_RELATED,	 /* a key of a condition on many objects */
	ORM_WORD_OPERATOR,	 /* an operator */
	ORM_WORD_INSTRUCTION /* a key of what is written to a relationship */
} OrmWordPlace;

/* The word of this mapper for one of another, or NULL.  Letters of either case and "_" make no difference. */
extern const char *orm_words_meant(OrmWordPlace place, const char *word);

/* In an ereport: the HINT that offers it; false: there is none. */
extern bool orm_words_hint(OrmWordPlace place, const char *word);

#endif
