/*
 * follow_document.h - visiting the names of columns in documents of a declaration (model/follow.h).
 */
#ifndef ORM_MODEL_FOLLOW_DOCUMENT_H
#define ORM_MODEL_FOLLOW_DOCUMENT_H

#include "model/declaration.h"

/* Callback for a column name, which it may replace; "relation" is InvalidOid when it does not exist. */
typedef void (*OrmNameVisitor)(void *context, Oid relation, char **name);

/* Visits the column of an attribute that has no name of its own, and names the attribute by it. */
extern void orm_follow_document_attribute(const OrmDeclaration *declaration, Oid own, OrmNameVisitor visit,
										  void *context, char **name);

/*
 * Visits the names in a document (NULL: none), which is replaced if one of them is; of a query, in its conditions
 * and order.  "declaration" is whose attributes they are; NULL: another model's, each as its column.
 */
extern void orm_follow_document_visit(OrmDocument **document, bool is_query, const OrmDeclaration *declaration,
									  Oid relation, OrmNameVisitor visit, void *context);

#endif
