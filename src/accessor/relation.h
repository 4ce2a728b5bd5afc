/*
 * relation.h - the functions of relationships.
 */
#ifndef ORM_ACCESSOR_RELATION_H
#define ORM_ACCESSOR_RELATION_H

#include "accessor/accessor.h"

/* A relationship's function, without texts but for its body and purpose. */
extern OrmAccessor *orm_relation_accessor(const OrmModel *model, const OrmRelationship *relationship);

/* Raises 42710 when a relationship's function may not have its name. */
extern void orm_relation_check_name(const OrmModel *model, const OrmAccessor *accessor);

#endif
