/*
 * replan.h - statements prepared before ALTER TABLE.
 */
#ifndef ORM_DEFINE_REPLAN_H
#define ORM_DEFINE_REPLAN_H

#include "nodes/pg_list.h"

/* After ALTER TABLE of these relations, has what was prepared with functions of their rows parsed anew. */
extern void orm_replan_functions(const List *relations);

#endif
