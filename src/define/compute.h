/*
 * compute.h - the functions of computed attributes (model/computed.h).
 */
#ifndef ORM_DEFINE_COMPUTE_H
#define ORM_DEFINE_COMPUTE_H

#include "model/model.h"
#include "nodes/pg_list.h"

/*
 * Makes the functions of a relation what its models say, as orm_keep_reconcile does with
 * triggers: unwanted ones are dropped, and with "make" those of "declaration" are made or
 * replaced.  Runs as the relation's owner.  Raises 42710, 42723 and the errors of
 * expressions, with the place.  Appends to *changes.
 */
extern void orm_compute_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make,
								  List **changes);

#endif
