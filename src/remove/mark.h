/*
 * mark.h - marks of deleted rows (model/soft_delete.h): their instants, and the guard that
 * lets nothing else than orm remove rows.
 */
#ifndef ORM_REMOVE_MARK_H
#define ORM_REMOVE_MARK_H

#include "datatype/timestamp.h"

/*
 * The instant of a delete: now(), and a microsecond more for each further delete of the
 * transaction, so that orm.restore() tells apart what has gone with what.
 */
extern TimestampTz orm_mark_next_instant(void);

/*
 * Lets the guard pass rows for a statement; the caller lowers it to the former level in the
 * end, also after an error.
 */
extern int orm_mark_lift_guard(void);
extern void orm_mark_lower_guard(int level);

/* Does the guard let rows pass? */
extern bool orm_mark_guard_is_lifted(void);

#endif
