/*
 * object_shape.h - the shape (exec/json.h) of a model's objects as JSON, for
 * rows that have certain attributes, in table order.
 */
#ifndef ORM_EXEC_OBJECT_SHAPE_H
#define ORM_EXEC_OBJECT_SHAPE_H

#include "exec/json.h"
#include "exec/plan.h"
#include "model/model.h"

/* Makes the shape for rows with the attributes of "columns" (NULL: all), in the current memory context. */
extern OrmJsonShape *orm_object_shape_make(const OrmModel *model, const bool *columns);

/* The same, made once: a pinned plan whose payload it is. */
extern OrmPlan *orm_object_shape_open(const OrmModel *model, const bool *columns);

#endif
