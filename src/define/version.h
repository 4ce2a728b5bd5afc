/*
 * version.h - the triggers that count versions (orm.version, api/version.c).
 *
 * A table has one such trigger for each column that a model of it declares to
 * be its version; which column that is the trigger's condition says.  Nothing
 * is remembered about them: what is there is compared with what the models
 * say, whenever one is made, mapped, declared again or forgotten.
 */
#ifndef ORM_DEFINE_VERSION_H
#define ORM_DEFINE_VERSION_H

#include "model/model.h"
#include "nodes/pg_list.h"

/*
 * Makes the triggers of a relation what its models say: "declaration" is what
 * "model" says from now on (NULL: nothing any more), the others' are read from
 * the registry.  With "make" false none is made, only those are dropped that
 * nobody wants.  Runs as the relation's owner.  Raises 42809, 42703 and 42P16
 * for a version that cannot be.  Appends to *changes.
 */
extern void orm_version_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make,
								  List **changes);

/*
 * The statement that makes the trigger of a declaration's version, when there is none; else NULL.
 * "relid" InvalidOid: the table is not there.  "table" is its name, quoted and qualified.
 */
extern char *orm_version_missing(Oid relid, const OrmDeclaration *declaration, const char *table);

#endif
