/*
 * sync.h - orm.sync.
 */
#ifndef ORM_DEFINE_SYNC_H
#define ORM_DEFINE_SYNC_H

#include "nodes/pg_list.h"

/* orm.sync: makes the accessors of a model, and the trigger of its version, what they should be. */
extern List *orm_sync_model(const char *name);

#endif
