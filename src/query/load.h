/*
 * load.h - the loads of a query.
 */
#ifndef ORM_QUERY_LOAD_H
#define ORM_QUERY_LOAD_H


/* Defines the settings of loads; called once from _PG_init. */
extern void orm_load_init(void);

#endif
