/*
 * cache.h - the model cache: name -> OrmModel, one a backend.
 *
 * The protocol is explained at the top of cache.c.
 */
#ifndef ORM_MODEL_CACHE_H
#define ORM_MODEL_CACHE_H

#include "model/model.h"

/* Registers the callbacks; called once from _PG_init. */
extern void orm_cache_init(void);

/*
 * The model of that name, its table locked in the given mode until the
 * transaction ends, up to date as of that lock.  The pointer is good until the
 * top transaction ends, whatever is invalidated meanwhile.
 *
 * Raises 42704 (with the nearest name) for an unknown model, 42P01 (with the
 * hint orm.create_all()) for one that has no table yet.
 */
extern const OrmModel *orm_cache_open(const char *name, LOCKMODE lockmode);

/* The same, NULL instead of an error. */
extern const OrmModel *orm_cache_open_if_any(const char *name, LOCKMODE lockmode);

/* Moves whenever names of models may mean something else; what was read from the registry before is stale. */
extern uint64 orm_cache_generation(void);

/* In an ereport: the hint with the nearest model's name. */
extern int orm_cache_nearest(const char *name);

#endif
