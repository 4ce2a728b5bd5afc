/*
 * derived.h - relationships without a key of their own: over a path of relationships, or
 * by a function of the row.  Private to this folder.
 */
#ifndef ORM_QUERY_DERIVED_H
#define ORM_QUERY_DERIVED_H

#include "query/compile.h"

/*
 * orm_query_relate for such a relationship.  Raises 42703, 42P16 for a path, 42883, 42P13
 * for a function, with the place in the declaration.
 */
extern void orm_derived_relate(StringInfo from, StringInfo where, const OrmScope *scope,
							   const OrmRelationship *relationship, const OrmScope *target);

/*
 * The FROM item of a load, with the targets under the alias of their scope.  The primary
 * key of "row", a scope of the relationship's model, is in the columns of *alias, or,
 * with NULL, in d.a0, d.a1...
 */
extern const char *orm_derived_source(OrmScope *row, const OrmRelationship *relationship, const OrmScope *target,
									  const char **alias);

#endif
