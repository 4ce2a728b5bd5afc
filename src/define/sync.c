/*
 * sync.c - orm.sync.
 */
#include "postgres.h"

#include "define/counting.h"
#include "define/keep.h"
#include "define/owner.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "define/sync.h"
#include "define/positioning.h"
#include "model/cache.h"

List *
orm_sync_model(const char *name)
{
	List *changes = NIL;
	const OrmModel *model;
	OrmRegistered *row;

	orm_cache_open(name, AccessShareLock);
	orm_owner_check(orm_registry_find(name));
	orm_registry_lock();
	orm_registry_lock_name(name);
	orm_cache_open(name, AccessShareLock);
	row = orm_registry_find(name);
	orm_owner_check(row);
	orm_register_write_names(row, orm_register_declaration_as_written(row), false);
	model = orm_cache_open(name, AccessShareLock);
	orm_keep_reconcile(model->relid, name, model->declaration, true, &changes);
	orm_register_pin(name);
	orm_counting_make(name, true, &changes);
	orm_positioning_make(name, true, &changes);
	orm_reconcile_accessors(orm_cache_open(name, AccessShareLock), false, &changes);
	return changes;
}
