/*
 * flush.h - writing the entries of the unit of work.
 */
#ifndef ORM_SESSION_FLUSH_H
#define ORM_SESSION_FLUSH_H

#include "nodes/pg_list.h"

/*
 * Writes entries (List of OrmEntry *) of one role, security context and
 * search_path, under these.  "before" is the number of entries written earlier
 * in this flush; places in messages count from there.  Keeps the keys of
 * labelled rows.  Returns the number of rows written.
 */
extern int64 orm_flush_entries(const List *entries, int before);

#endif
