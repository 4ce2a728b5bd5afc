/*
 * filter.h - "filter" and "order_by" of relationships, for statements that the compiler
 * does not make.
 *
 * They are documents of a declaration (model/declaration.h), of the grammar of queries,
 * without parameters.  Their values are literals in the text, so that the text is whole,
 * and so that partial indexes serve.  Names of a filter are those of the target's model
 * alone; joins of paths in it are inside of its condition.
 */
#ifndef ORM_QUERY_FILTER_H
#define ORM_QUERY_FILTER_H

#include "model/model.h"

/* What a relationship adds to a SELECT of its target's rows under an alias. */
typedef struct OrmFilterText
{
	const char *joins;	   /* " LEFT JOIN ..." of the order, or "" */
	const char *condition; /* " AND ...", or "" */
	const char *order;	   /* " ORDER BY ...", or "" */
} OrmFilterText;

/*
 * Opens the models in them, and raises what compiling the documents raises, with their
 * place in the declaration.  The alias must not begin with "t" and a digit.
 */
extern OrmFilterText orm_filter_text(const char *owner, const OrmRelationship *relationship, const char *alias);

/* Checks those of a declared relationship, unless its target or an attribute of it is pending: raises the same. */
extern void orm_filter_check(const char *owner, const OrmDeclaredRelationship *declared);

/* The same of a resolved relationship, and its path or function. */
extern void orm_filter_check_resolved(const OrmModel *owner, const OrmRelationship *relationship);

/* FROM and WHERE of the targets of a relationship without a key of its own (query/derived.h), with its filter. */
typedef struct OrmDerivedText
{
	const char *from;
	const char *where;
} OrmDerivedText;

/* The same for a row under an alias, or $1; raises what is wrong with the path or the function, too. */
extern OrmDerivedText orm_filter_derived(const OrmModel *owner, const OrmRelationship *relationship, const char *row,
										 const char *alias);

#endif
