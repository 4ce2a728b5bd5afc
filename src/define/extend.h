/*
 * extend.h - orm.extend.
 */
#ifndef ORM_DEFINE_EXTEND_H
#define ORM_DEFINE_EXTEND_H

#include "base/document.h"
#include "nodes/pg_list.h"

/*
 * Adds relationships to a model, declared or with a table; the rest of it stays
 * as it is.  Raises 42704, 42501, 22023 for other elements, 42710 for a
 * relationship that the model has; of a model with a table also 42702, 42703,
 * 42P10, 42P16 and 42723.  Appends to *changes.
 */
extern void orm_extend_model(const char *name, int nelements, const OrmDocument *const *elements, List **changes);

#endif
