/*
 * after.h - detecting triggers and rules that can change returned rows before
 * their statement ends.
 *
 * A user's AFTER trigger, row-level or statement-level, can change any row,
 * including rows already returned by RETURNING.  A rule can, too.  Disabled
 * triggers and initially deferred constraint triggers are ignored.  Foreign key
 * triggers of the server are followed to the tables that their actions change:
 * ON DELETE CASCADE, SET NULL and SET DEFAULT, and the same actions ON UPDATE
 * when the referenced key is not the primary key.  Views are followed to their
 * tables, and tables to their partitions and child tables.
 */
#ifndef ORM_MODEL_AFTER_H
#define ORM_MODEL_AFTER_H

#include "nodes/pg_list.h"

/* Events, as flags. */
#define ORM_AFTER_INSERT 1
#define ORM_AFTER_UPDATE 2
#define ORM_AFTER_DELETE 4

/*
 * The subset of "events" on a table after which returned rows can change.
 * AccessShareLock is taken on each relation and released again.  The OIDs of all
 * visited relations are added to *depends, unless it is NULL.
 */
extern int orm_after_events(Oid relid, int events, List **depends);

#endif
