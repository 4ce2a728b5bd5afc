/*
 * keyed.h - collections as objects: the load option "key_by".
 *
 *     {"posts": {"a-title": {"id": 1}, "another": {"id": 2}}}
 *
 * A key is the JSON form of a value, without its quotes if it is a string.
 */
#ifndef ORM_EXEC_KEYED_H
#define ORM_EXEC_KEYED_H

#include "exec/loader.h"

/* Are the objects of a level members of objects? */
static inline bool
orm_keyed_is(const OrmLevelRows *rows)
{
	return rows->level->key_by.name != NULL;
}

/* Stores the key of the next row; raises 22004 for a null. */
extern void orm_keyed_take(OrmLevelRows *rows, const TupleTableSlot *slot);

/* Raises 23505 if two objects of a collection have one key. */
extern void orm_keyed_check(const OrmLevelRows *rows);

/* Writes the key of a row: "key": */
extern void orm_keyed_put(StringInfo out, const OrmLevelRows *rows, int row);

#endif
