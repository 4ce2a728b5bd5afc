/*
 * cascade.h - cascade options of relationships.
 */
#ifndef ORM_MODEL_CASCADE_H
#define ORM_MODEL_CASCADE_H

#include "model/declaration.h"

/*
 * Parses cascade options such as "all, delete-orphan" into OrmCascade bits; NULL
 * gives the default, save-update.  Raises 22023 for unrecognized options, and for
 * options not allowed together or for this kind of relationship.
 */
extern int orm_cascade_read(const char *text, OrmRelationshipKind kind);

#endif
