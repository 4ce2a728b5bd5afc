/*
 * row_expression.h - SQL expressions over a row of a table, those of computed attributes.
 *
 * An expression names the columns of its table alone.  It is analyzed once, when
 * an object of the server is made of it, under the pinned settings of the table's schema;
 * from then on the catalogs have it as a tree, which follows renames.  In trees the
 * row is range table entry 1.
 */
#ifndef ORM_MODEL_ROW_EXPRESSION_H
#define ORM_MODEL_ROW_EXPRESSION_H

#include "nodes/primnodes.h"
#include "parser/parse_node.h"

/* The raw parse tree of the text of an expression. */
extern Node *orm_row_expression_parse(const char *text);

/*
 * Analyzes the text of an expression over the rows of a relation, which the caller
 * has locked.  "hook" resolves names that are no columns, or is NULL.  The result has
 * the type and typmod, as an assignment would give it to them; "form" says whether that is
 * printed.  Raises the server's
 * errors, and 42803, 42P20, 0A000 and 42P17 for aggregates, window functions, sets and
 * volatile functions.
 */
extern Node *orm_row_expression_analyze(Oid relid, const char *text, Oid type, int32 typmod, CoercionForm form,
										ParseExprKind kind, PostParseColumnRefHook hook, void *argument);

/* The text of a tree, its columns qualified by "alias" (NULL: not at all), everything else by its schema. */
extern char *orm_row_expression_print(const Node *expression, Oid relid, const char *alias);

#endif
