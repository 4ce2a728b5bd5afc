/*
 * access.c - what the caller may read, where that decides what is asked for,
 * and the form in which it comes back.
 *
 * Everything else is left to the executor.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"

#include "exec/json.h"
#include "store/batch.h"

/* May the caller read the whole table? */
static bool
may_read_all(const OrmModel *model)
{
	return pg_class_aclcheck(model->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* May the caller read this column, by a right on it alone? */
static bool
may_read_column(const OrmModel *model, int attribute)
{
	return pg_attribute_aclcheck(model->relid, model->attributes[attribute].attnum, GetUserId(), ACL_SELECT) ==
		ACLCHECK_OK;
}

bool *
orm_write_readable(const OrmModel *model)
{
	bool *readable;

	if (may_read_all(model))
		return NULL;
	readable = palloc(sizeof(bool) * Max(model->nattributes, 1));
	for (int i = 0; i < model->nattributes; i++)
		readable[i] = may_read_column(model, i);
	return readable;
}

bool
orm_batch_may_read_key(const OrmModel *model, const OrmKey *key)
{
	if (may_read_all(model))
		return true;
	for (int i = 0; i < key->nattributes; i++)
		if (!may_read_column(model, key->attributes[i]))
			return false;
	return true;
}

const bool *
orm_write_returnable(const OrmModel *model)
{
	bool *returning = orm_write_readable(model);

	if (returning != NULL)
		return memchr(returning, 1, model->nattributes) ? returning : NULL;
	returning = palloc(sizeof(bool) * Max(model->nattributes, 1));
	memset(returning, true, model->nattributes);
	return returning;
}

/* Makes the form of objects with the attributes of "returning". */
static OrmJsonShape *
make_shape(const OrmModel *model, const bool *returning)
{
	OrmJsonShape *shape = orm_json_shape_make(model->nattributes);

	for (int i = 0; i < model->nattributes; i++)
		if (returning[i])
			orm_json_shape_add(shape, model->attributes[i].name, model->attributes[i].type, shape->nmembers);
	return shape;
}

OrmPlan *
orm_write_open_shape(const OrmModel *model, const bool *returning)
{
	OrmPlanKey key;
	OrmPlan *plan;
	MemoryContext caller;

	orm_plan_key_begin(&key, ORM_KIND_SHAPE, model->epoch);
	orm_plan_key_add_flags(&key, returning, model->nattributes);
	plan = orm_plan_find(&key);
	if (plan == NULL)
		plan = orm_plan_add(&key, NULL, 0, NULL, ORM_PLAN_GENERIC);
	if (orm_plan_payload(plan) == NULL)
	{
		caller = MemoryContextSwitchTo(orm_plan_context(plan));
		orm_plan_set_payload(plan, make_shape(model, returning));
		MemoryContextSwitchTo(caller);
	}
	return plan;
}
