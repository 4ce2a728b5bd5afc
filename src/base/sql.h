/*
 * sql.h - building SQL text; the only place that quotes.
 *
 * Every name that goes into a statement goes through one of these, is quoted
 * whenever it needs to be and qualified always.  Values never come here:
 * they are parameters.  All append to a StringInfo of the caller's.
 */
#ifndef ORM_BASE_SQL_H
#define ORM_BASE_SQL_H

#include "lib/stringinfo.h"

struct Node;
struct TypeName;

/* A quoted identifier. */
extern void orm_sql_name(StringInfo sql, const char *name);

/* The same alone, palloc'd, for hints. */
extern char *orm_sql_quoted(const char *name);

/* schema.name, both quoted. */
extern void orm_sql_qualified(StringInfo sql, const char *schema, const char *name);

/* A name composed by orm_name_compose, its parts quoted. */
extern void orm_sql_composed(StringInfo sql, const char *composed);

/* The qualified name of a relation; raises 42P01 when it is gone. */
extern void orm_sql_relation(StringInfo sql, Oid relation);

/* A string literal, for COMMENT ON and function bodies (not for values of users' data). */
extern void orm_sql_literal(StringInfo sql, const char *text);

/* The qualified name of a function; raises 42883 when it is gone. */
extern void orm_sql_function(StringInfo sql, Oid function);

/* OPERATOR(schema.op) */
extern void orm_sql_operator(StringInfo sql, Oid operator);

/*
 * left OPERATOR(schema.op) right, where left and right are texts of operands
 * of the given types; they are cast where another operator of the schema could
 * fit them better.
 */
extern void orm_sql_comparison(StringInfo sql, Oid opno, const char *left, Oid left_type, const char *right,
							   Oid right_type);

/* A type, qualified, with its modifiers. */
extern void orm_sql_type(StringInfo sql, Oid type, int32 typmod);

/* A collation, qualified. */
extern void orm_sql_collation(StringInfo sql, Oid collation);

/*
 * An SQL fragment of a declaration, "(text)": parenthesised, a comment in it closed by
 * a line end.  It must have passed orm_sql_check_expression.
 */
extern void orm_sql_fragment(StringInfo sql, const char *fragment);

/*
 * Raises 42601 unless the parser reads the text as one expression and nothing
 * else.  Nothing is looked up and nothing is run.  "what" names it in the message.
 */
extern void orm_sql_check_expression(const char *fragment, const char *what);

/*
 * Raises 0A000 for a column in an expression that is a default, where there is
 * none: often it is a text without its quotes.
 */
extern void orm_sql_check_default(const char *fragment);

/*
 * Parses before || text || after and returns the raw parse tree of its statement, or NULL
 * unless it is a single one.  Positions of syntax errors are those in "text", and they
 * have the hint (NULL: none).  Nothing is looked up.
 */
extern struct Node *orm_sql_parse_spliced(const char *before, const char *text, const char *after, const char *hint);

/* Parses the text of a type; raises 42601 for what is none.  Nothing is looked up. */
extern struct TypeName *orm_sql_parse_type(const char *text);

/*
 * Has any text named an object whose row in that system cache (OPEROID,
 * PROCOID, TYPEOID, COLLOID, NAMESPACEOID) has this hash?  0: any row.  A few too many
 * are said to be; objects of pg_catalog, which cannot be replaced, are not.
 */
extern bool orm_sql_has_named(int cache, uint32 hash);

/* Separates items: appends the separator unless it is the first; clears *first. */
static inline void
orm_sql_comma(StringInfo sql, bool *first)
{
	if (!*first)
		appendStringInfoString(sql, ", ");
	*first = false;
}

/* A text without its outer parentheses, palloc'd. */
extern char *orm_sql_without_parentheses(const char *text);

#endif
