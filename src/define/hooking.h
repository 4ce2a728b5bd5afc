/*
 * hooking.h - the triggers of the element "on" (model/hook.h).
 *
 * A trigger is one of a hook if its name begins as those of its events do: orm_before_create_.
 */
#ifndef ORM_DEFINE_HOOKING_H
#define ORM_DEFINE_HOOKING_H

#include "model/model.h"
#include "nodes/pg_list.h"

/*
 * As orm_keep_reconcile(), which calls it as the relation's owner.  Raises 42809, 42703, 42883 and
 * 42P17 with the place.
 */
extern void orm_hooking_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make,
								  List **changes);

#endif
