/*
 * shape_number.h - finding a value among those of a shape.
 */
#ifndef ORM_QUERY_SHAPE_NUMBER_H
#define ORM_QUERY_SHAPE_NUMBER_H

#include "query/shape.h"

/* The number of a value, or -1 when it is part of the shape. */
extern int orm_shape_number(const OrmShape *shape, OrmJson value);

#endif
