/*
 * after.h - can rows of a table change after they were written, before the
 * statement ends?
 *
 * A user's AFTER trigger, of rows or statements, can change any row, the one that
 * RETURNING has handed over among them; so can a rule.  Triggers that are
 * disabled, and constraint triggers that wait for the end of the transaction,
 * do not count; nor do the server's own triggers, but the tables that their
 * actions write to do: ON DELETE CASCADE, SET NULL or SET DEFAULT, ON UPDATE
 * where it is not the primary key that is referenced.  A view writes to the
 * tables that it reads; partitions have triggers of their own.
 */
#ifndef ORM_MODEL_AFTER_H
#define ORM_MODEL_AFTER_H

#include "nodes/pg_list.h"

/* What is done to rows, as flags. */
#define ORM_AFTER_INSERT 1
#define ORM_AFTER_UPDATE 2
#define ORM_AFTER_DELETE 4

/*
 * Those of the events on a table after which rows can change.  No lock is taken
 * that stays.  *depends (or NULL) receives all relations that were looked at.
 */
extern int orm_after_events(Oid relid, int events, List **depends);

#endif
