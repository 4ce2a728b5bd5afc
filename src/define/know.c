/*
 * know.c - orm.describe and orm.sync.
 */
#include "postgres.h"

#include "define/define.h"
#include "define/owner.h"
#include "define/reconcile.h"
#include "define/store.h"
#include "define/version.h"
#include "model/cache.h"
#include "model/reflect.h"

List *
orm_define_sync(const char *name)
{
	List *changes = NIL;
	const OrmModel *model;

	orm_registry_lock();
	model = orm_model_open(name, AccessShareLock);
	orm_owner_check(orm_registry_find(name));
	orm_version_reconcile(model->relid, name, model->declaration, model->version >= 0, &changes);
	orm_store_pin(name);
	orm_reconcile_accessors(orm_model_open(name, AccessShareLock), false, &changes);
	return changes;
}

char *
orm_define_describe(const char *name)
{
	const OrmModel *model;
	OrmRegistered *row = orm_registry_find(name);

	if (row != NULL && !row->mapped)
		return orm_declaration_print(orm_store_declaration(row));
	model = orm_model_open(name, AccessShareLock);
	return orm_declaration_print(orm_reflect_model(model, orm_store_name_target, NULL));
}
