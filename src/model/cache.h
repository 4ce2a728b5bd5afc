/*
 * cache.h - the model cache of a backend, by name.
 *
 * See cache.c for the protocol.
 */
#ifndef ORM_MODEL_CACHE_H
#define ORM_MODEL_CACHE_H

#include "model/model.h"

/* Registers the callbacks; called once from _PG_init. */
extern void orm_cache_init(void);

/*
 * The model of that name, current as of a lock on its table.  The lock is of the
 * given mode and held until the transaction ends.  The model is owned by the
 * cache and stays valid until the top-level transaction ends, regardless of
 * invalidations.
 *
 * Raises 42704 (with the nearest name) when the model does not exist, 42501 when
 * the owner of its function has not the right to declare it, 42725 for two
 * functions, 42P01 (with the hint orm.create_all()) when it has no table yet.
 */
extern const OrmModel *orm_cache_open(const char *name, LOCKMODE lockmode);

/* Like orm_cache_open, but returns NULL when there is no such model or it has no table. */
extern const OrmModel *orm_cache_open_if_any(const char *name, LOCKMODE lockmode);

/* Raises 42501 for a model function that is not in force, else 42704 with the nearest name. */
extern void orm_cache_raise_unknown(const char *name) pg_attribute_noreturn();

/* A counter of changes of models: data found under another value is stale. */
extern uint64 orm_cache_generation(void);

/* For use in ereport(): a hint with the nearest model name. */
extern int orm_cache_nearest(const char *name);

#endif
