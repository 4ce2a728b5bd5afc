/*
 * replan.h - statements prepared before ALTER TABLE.
 */
#ifndef ORM_DEFINE_REPLAN_H
#define ORM_DEFINE_REPLAN_H

/* After ALTER TABLE, has what was prepared with functions of the table's rows parsed anew.  Never raises. */
extern void orm_replan_functions(void);

#endif
