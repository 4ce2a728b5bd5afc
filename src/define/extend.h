/*
 * extend.h - orm.extend and orm.drop_element: a part of a declaration changes.
 *
 * The declaration is read, changed, checked as a whole, and written.  Elements
 * are the same when they have one kind and one name; of constraints and indexes
 * without a name, when they have one kind and the same columns.
 */
#ifndef ORM_DEFINE_EXTEND_H
#define ORM_DEFINE_EXTEND_H

#include "base/document.h"
#include "nodes/pg_list.h"

/*
 * Adds elements to a model, declared or with a table, or replaces its elements of one
 * kind and name; the rest of it stays as it is.  What the table lacks is pending.  Raises
 * 42704, 42501, 22023 for elements that a mapped model cannot have, and what
 * orm_declaration_parse does; of a model with a table also 42702, 42703, 42P10,
 * 42P16 and 42723.  Appends to *changes.
 */
extern void orm_extend_model(const char *name, int nelements, const OrmDocument *const *elements, List **changes);

/*
 * Takes an element out of a model: by the name of its builder and its own name,
 * of a constraint or index without one by its columns; "element" is NULL for what a
 * model has once.  What the table has of it is written as removed.  Raises 42704 for
 * a model or element that does not exist, 22023 for an unrecognized kind, 42501,
 * and what orm_declaration_parse does for what is left.  Appends to *changes.
 */
extern void orm_extend_drop_element(const char *name, const char *kind, const char *element, List **changes);

#endif
