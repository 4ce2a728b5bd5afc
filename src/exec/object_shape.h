/*
 * object_shape.h - the shape (exec/json.h) of a model's objects as JSON, for
 * rows that have certain attributes, in table order.
 */
#ifndef ORM_EXEC_OBJECT_SHAPE_H
#define ORM_EXEC_OBJECT_SHAPE_H

#include "exec/json.h"
#include "exec/plan.h"
#include "model/model.h"

/*
 * Makes the shape for rows with the attributes of "columns" (NULL: all) the
 * payload of a plan, as orm_plan_keep says.
 */
extern OrmPlan *orm_object_shape_keep(OrmPlan *plan, const OrmPlanKey *key, const OrmModel *model, const bool *columns);

/* A pinned plan, without a statement, whose payload is the shape. */
extern OrmPlan *orm_object_shape_open(const OrmModel *model, const bool *columns);

#endif
