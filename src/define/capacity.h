/*
 * capacity.h - is there room for the locks of a run?
 *
 * All tables of orm.create_all and orm.drop_all are made and dropped in one
 * transaction, which holds locks on them and on what belongs to them until it
 * ends.  The server's table of locks has a fixed size, and some memory that is
 * left over.  Before anything is made the locks are counted, from above, and as
 * many others are taken and released: then there is room.
 */
#ifndef ORM_DEFINE_CAPACITY_H
#define ORM_DEFINE_CAPACITY_H

#include "model/declaration.h"
#include "model/model.h"

/* What a run does to the tables of models. */
typedef enum OrmCapacityUse
{
	ORM_CAPACITY_CREATE,
	ORM_CAPACITY_DROP
} OrmCapacityUse;

/* The number of locks that creating the table of a declaration takes. */
extern int orm_capacity_to_create(const OrmDeclaration *declaration);

/* The number that dropping a model's table and its "nfunctions" accessors takes; the table is locked already. */
extern int orm_capacity_to_drop(const OrmModel *model, int nfunctions);

/*
 * Raises 53200 if there is no room for so many locks more, with the number that
 * max_locks_per_transaction must have.  The registry is locked, so no other
 * session of this database tries at once.
 */
extern void orm_capacity_require(int nlocks, int nmodels, OrmCapacityUse use);

#endif
