/*
 * expression_names.h - the columns that the text of an expression names.
 *
 * The text is read by the parser, so that names in strings and comments are none.
 */
#ifndef ORM_MODEL_EXPRESSION_NAMES_H
#define ORM_MODEL_EXPRESSION_NAMES_H

#include "nodes/pg_list.h"

/* How an expression names columns. */
typedef enum OrmExpressionRow
{
	ORM_EXPRESSION_OLD_NEW, /* NEW.column, OLD.column */
	ORM_EXPRESSION_ONE		/* column */
} OrmExpressionRow;

/* The columns, List of char *. */
extern List *orm_expression_names_read(const char *text, OrmExpressionRow row);

/* The text with another name for one of them. */
extern char *orm_expression_names_replace(const char *text, OrmExpressionRow row, const char *before, const char *now);

#endif
