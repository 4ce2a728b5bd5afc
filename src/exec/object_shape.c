/*
 * object_shape.c - the shape of a model's objects as JSON; see object_shape.h.
 */
#include "postgres.h"

#include "exec/object_shape.h"

OrmJsonShape *
orm_object_shape_make(const OrmModel *model, const bool *columns)
{
	OrmJsonShape *shape = orm_json_shape_make(model->nattributes);

	for (int i = 0; i < model->nattributes; i++)
		if (columns == NULL || columns[i])
			orm_json_shape_add(shape, model->attributes[i].name, model->attributes[i].type, shape->nmembers);
	return shape;
}

OrmPlan *
orm_object_shape_open(const OrmModel *model, const bool *columns)
{
	OrmPlanKey key;
	OrmPlan *plan;
	MemoryContext caller;

	Assert(columns != NULL);
	orm_plan_key_begin(&key, ORM_KIND_SHAPE, model->epoch);
	orm_plan_key_add_flags(&key, columns, model->nattributes);
	plan = orm_plan_find(&key);
	if (plan == NULL)
		plan = orm_plan_add(&key, NULL, 0, NULL, ORM_PLAN_GENERIC);
	if (orm_plan_payload(plan) == NULL)
	{
		caller = MemoryContextSwitchTo(orm_plan_context(plan));
		orm_plan_set_payload(plan, orm_object_shape_make(model, columns));
		MemoryContextSwitchTo(caller);
	}
	return plan;
}
