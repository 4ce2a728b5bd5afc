/*
 * index_element.h - elements of indexes and exclusion constraints.
 *
 *     name                            a column
 *     -name                           a column in descending order
 *     (lower(name)) DESC NULLS LAST   SQL of CREATE INDEX; begins with a parenthesis
 *
 * The exact name of a declared column is that column, also when it begins with "-" or "(".
 */
#ifndef ORM_MODEL_INDEX_ELEMENT_H
#define ORM_MODEL_INDEX_ELEMENT_H

#include "model/declaration.h"

typedef struct OrmIndexElement
{
	const char *column; /* NULL: SQL */
	const char *sql;
	bool descending; /* of a column */
} OrmIndexElement;

/* Parses the text, without any checks. */
extern OrmIndexElement orm_index_element_parse(const OrmDeclaration *declaration, const char *text);

/* The name of an operator class, qualified unless in pg_catalog; see orm_name_split. */
extern char *orm_index_element_opclass_name(Oid opclass);

/* The inverse: the text of a column, or of an expression with its options in SQL. */
extern char *orm_index_element_column(const OrmDeclaration *declaration, const char *column, bool descending);
extern char *orm_index_element_sql(const char *expression, const char *options);

/*
 * Raise 42601 unless the text is one element of an index, or one of an exclusion
 * constraint with its operator, and nothing else.  Return its raw parse tree.
 */
extern struct IndexElem *orm_index_element_check(const char *sql);
extern struct IndexElem *orm_index_element_check_exclusion(const char *sql);

#endif
