/*
 * load.h - "load": the levels below a level.
 */
#ifndef ORM_QUERY_LOAD_H
#define ORM_QUERY_LOAD_H


/* Defines the setting orm.max_load_depth; called once from _PG_init. */
extern void orm_load_init(void);

#endif
