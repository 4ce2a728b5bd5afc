/*
 * flush.h - writing entries of the unit of work.
 */
#ifndef ORM_SESSION_FLUSH_H
#define ORM_SESSION_FLUSH_H

#include "nodes/pg_list.h"

/*
 * Writes entries (List of OrmEntry *) of one role and security context, under
 * these.  "before" entries were written earlier in this flush; places in
 * messages count from there.  Returns the number of rows written.
 */
extern int64 orm_flush_entries(const List *entries, int before);

#endif
