/*
 * relation.h - the accessors of relationships.
 */
#ifndef ORM_ACCESSOR_RELATION_H
#define ORM_ACCESSOR_RELATION_H

#include "accessor/accessor.h"

/* The definition of a relationship's accessor; of its texts only body and purpose are set. */
extern OrmAccessor *orm_relation_accessor(const OrmModel *model, const OrmRelationship *relationship);

/* Raises 42710 if a relationship's name is not allowed for its accessor. */
extern void orm_relation_check_name(const OrmModel *model, const OrmAccessor *accessor);

#endif
