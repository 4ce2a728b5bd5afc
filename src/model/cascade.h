/*
 * cascade.h - cascade options of relationships.
 */
#ifndef ORM_MODEL_CASCADE_H
#define ORM_MODEL_CASCADE_H

#include "model/declaration.h"

/*
 * The bits (OrmCascade) that a text of words stands for, "all, delete-orphan";
 * NULL: what holds when nothing is said.  Raises 22023 for other words, and for
 * words that do not go together or with the kind of relationship.
 */
extern int orm_cascade_read(const char *text, OrmRelationshipKind kind);

#endif
