/*
 * online.h - online migrations that are run: what all runners have in common.
 *
 *     plan = orm_online_open(id, session)      the runner's privileges, locks, and whether the plan still holds
 *     step = orm_online_next(plan)             the first step that is not done
 *     orm_online_close(plan)
 *
 * A runner is orm.run_migration, a background worker, or a client that runs the statements of orm.migration_next.
 */
#ifndef ORM_DEFINE_ONLINE_H
#define ORM_DEFINE_ONLINE_H

#include "define/migrate_lock.h"
#include "registry/history.h"
#include "registry/migration_step.h"

typedef struct OrmOnline
{
	int64 id;
	List *models; /* of char * */
	OrmHeldModels *held;
} OrmOnline;

/*
 * The migration of that id; NULL: it is done.  Raises 42704, 42501 unless the current user has the privileges of the
 * owners of its models, and 55000 for one that is not planned, that comes from a dump, or whose models have been
 * declared again.
 */
extern OrmHistory *orm_online_check(int64 id);

/* Are the models declared as a plan says? */
extern bool orm_online_is_current(const OrmHistory *history);

/* The same, with the models locked for the transaction or for the session; raises 55P03 with the other runner, too. */
extern OrmOnline *orm_online_open(int64 id, bool session);
extern void orm_online_close(OrmOnline *plan);

/* The first step that is not done; NULL: there is none.  "n": their number. */
extern OrmMigrationStep *orm_online_next(int64 id, int *n);

/* The table of a step, or InvalidOid. */
extern Oid orm_online_relation(const OrmMigrationStep *step);

/* The role that runs a step: the owner of its table, or model.  Raises 42501 unless the current user has its rights. */
extern Oid orm_online_owner(const OrmMigrationStep *step);

/* Sets the lock_timeout of a step until the end of the transaction. */
extern void orm_online_set_timeout(const OrmMigrationStep *step);

#endif
