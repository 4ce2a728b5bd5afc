/*
 * naming.h - how attributes are called that have no name of their own.
 *
 * An attribute has the name of its column, or, in a model with {"naming":
 * {"style": "camel"}}, that in camel case: first_name is firstName.  Such names are
 * made whenever a declaration is read and are never written, so they follow
 * columns that are renamed.
 */
#ifndef ORM_MODEL_NAMING_H
#define ORM_MODEL_NAMING_H

#include "model/declaration.h"

/* The name of the attribute of a column that is given none, palloc'd. */
extern char *orm_naming_attribute(const OrmDeclaration *declaration, const char *column);

/* The column that has this attribute by the naming, if there is such a column at all; the name itself without one. */
extern char *orm_naming_column(const OrmDeclaration *declaration, const char *attribute);

/* Names the attributes of the columns of a declaration anew, unless they have a name of their own. */
extern void orm_naming_apply(OrmDeclaration *declaration);

/*
 * Raises 42701 for a second naming, and, naming both, for two columns of a declaration whose attributes have one
 * name because of the naming.
 */
extern void orm_naming_check(const OrmDeclaration *declaration);

/* The same for the columns of a relation that the declaration does not mention as well. */
extern void orm_naming_check_relation(const OrmDeclaration *declaration, Oid relid);

#endif
