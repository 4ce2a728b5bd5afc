/*
 * reflection_names.h - names of models, attributes and relationships that are made from a catalog.
 *
 *     model           singular of the table's name, without the prefix to strip, in capitals: order_items -> OrderItem
 *     attribute       the column's name; in camel case on request
 *     belongs_to      the key's only column without _id, else the target's name; to itself: parent
 *     has_one         the name of the model that holds the key
 *     has_many        its plural; to itself: children
 *     many_to_many    the target's plural
 *
 * A relationship's name that is taken or stands twice becomes <name>_by_<key columns>; if that
 * is taken or stands twice as well, a many_to_many becomes <name>_by_<join table>, and another
 * relationship is skipped.
 */
#ifndef ORM_DEFINE_REFLECTION_NAMES_H
#define ORM_DEFINE_REFLECTION_NAMES_H

#include "define/reflection_plan.h"

/* Names the models that are new.  One whose name is taken is skipped; a given one that is taken is 42710. */
extern void orm_reflection_names_models(OrmReflectionPlan *plan, const List *models);

/* The columns of a new model whose attributes have other names. */
extern List *orm_reflection_names_columns(const OrmReflectionPlan *plan, const OrmReflectedModel *model);

/* Names the ends that are new.  Raises 42701 for a given name that is taken. */
extern void orm_reflection_names_ends(OrmReflectionPlan *plan);

#endif
