/*
 * in_force.h - what of a declaration is in force: the part that its table has.
 *
 * A declaration may say more than the table has, and the table more than the
 * declaration.  Columns, keys and defaults are as the catalogs say.  Of the
 * declaration the names of attributes, relationships, version and accessors
 * count, as far as the columns they need are there; the rest is pending.  What
 * is removed stays in force as long as the table has it.
 */
#ifndef ORM_MODEL_IN_FORCE_H
#define ORM_MODEL_IN_FORCE_H

#include "model/model.h"

/* Can a relation of this kind have no primary key of its own, so that the declaration must say it? */
extern bool orm_in_force_needs_key(char relkind);

/*
 * How many changes of a model's table are pending: attributes and relationships
 * that it lacks, what it still has of what is removed, and the constraints and
 * indexes it lacks.
 */
extern int orm_in_force_count_pending(const OrmRegistered *row, const OrmModel *model);

/*
 * Takes out of a declaration what its table, which exists, does not have, what
 * is removed and gone, and what the catalogs say.  *pending receives the names
 * of attributes and relationships that are declared but not there (List of char *),
 * *depends the OIDs of other tables that were looked at.
 */
extern void orm_in_force_reduce(OrmDeclaration *declaration, Oid relid, List **pending, List **depends);

#endif
