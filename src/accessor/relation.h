/*
 * relation.h - the accessors of relationships.
 */
#ifndef ORM_ACCESSOR_RELATION_H
#define ORM_ACCESSOR_RELATION_H

#include "accessor/accessor.h"

/* The definition of a relationship's accessor; of its texts only body and purpose are set. */
extern OrmAccessor *orm_relation_accessor(const OrmModel *model, const OrmRelationship *relationship);

/* Raises 42710 if the name of a relationship, or of another "kind" of functions of the row, is not allowed. */
extern void orm_relation_check_name(Oid relid, const char *model, const char *name, const char *kind);

#endif
