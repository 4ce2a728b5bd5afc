/*
 * object_shape.c - the shape of a model's objects as JSON; see object_shape.h.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "exec/object_shape.h"

/* Makes the shape, in the current memory context. */
static OrmJsonShape *
make_shape(const OrmModel *model, const bool *columns)
{
	OrmJsonShape *shape = orm_json_shape_make(model->nattributes);

	for (int i = 0; i < model->nattributes; i++)
		if (columns == NULL || columns[i])
			orm_json_shape_add(shape, model->attributes[i].name, model->attributes[i].type, shape->nmembers);
	return shape;
}

OrmPlan *
orm_object_shape_keep(OrmPlan *plan, const OrmPlanKey *key, const OrmModel *model, const bool *columns)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "orm shape", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	OrmJsonShape *shape = make_shape(model, columns);

	MemoryContextSwitchTo(caller);
	return orm_plan_keep(plan, key, context, shape);
}

OrmPlan *
orm_object_shape_open(const OrmModel *model, const bool *columns)
{
	OrmPlanKey key;
	OrmPlan *plan;

	Assert(columns != NULL);
	orm_plan_key_begin(&key, ORM_KIND_SHAPE, model->epoch);
	orm_plan_key_add_flags(&key, columns, model->nattributes);
	plan = orm_plan_find(&key);
	return plan != NULL ? plan : orm_object_shape_keep(NULL, &key, model, columns);
}
