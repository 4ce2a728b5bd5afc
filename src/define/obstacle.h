/*
 * obstacle.h - objects that the server does not let a migration pass by.
 *
 * A view, function, policy or trigger that depends on a column stops DROP COLUMN and ALTER COLUMN TYPE.  It is named
 * before anything is run; nothing is dropped with CASCADE.
 */
#ifndef ORM_DEFINE_OBSTACLE_H
#define ORM_DEFINE_OBSTACLE_H

#include "nodes/pg_list.h"

/* Raises 2BP01 or 0A000 for a step (List of OrmStep *) that drops or retypes a column on which such objects depend. */
extern void orm_obstacle_check(const List *steps);

#endif
