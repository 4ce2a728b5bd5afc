/*
 * object_shape.h - the OrmJsonShape of a model's objects, for rows with given
 * attributes in table order.
 */
#ifndef ORM_EXEC_OBJECT_SHAPE_H
#define ORM_EXEC_OBJECT_SHAPE_H

#include "exec/json.h"
#include "exec/plan.h"
#include "model/model.h"

/*
 * Makes the shape for rows with the attributes of "columns" (NULL: all), and sets it as
 * the payload of a plan; see orm_plan_keep.
 */
extern OrmPlan *orm_object_shape_keep(OrmPlan *plan, const OrmPlanKey *key, const OrmModel *model, const bool *columns);

/* A plan without a statement whose payload is the shape, pinned. */
extern OrmPlan *orm_object_shape_open(const OrmModel *model, const bool *columns);

#endif
