/*
 * dependents.h - the effect of an object's removal on rows of tables that are
 * written with it.
 */
#ifndef ORM_SESSION_DEPENDENTS_H
#define ORM_SESSION_DEPENDENTS_H

#include "model/model.h"

/* In ascending order of the effect. */
typedef enum OrmDependents
{
	ORM_DEPENDENTS_NONE,	  /* no other row */
	ORM_DEPENDENTS_PROTECTED, /* referencing rows that prevent the removal: NO ACTION, RESTRICT */
	ORM_DEPENDENTS_CHANGED	  /* rows that are deleted or changed, or the effect is not known */
} OrmDependents;

/*
 * The effect of removing the row of a primary key, values in key order, on the
 * tables "written" (List of Oid).  Raises nothing: reads in a subtransaction,
 * and an error means ORM_DEPENDENTS_CHANGED.
 */
extern OrmDependents orm_dependents_of(const OrmModel *model, const Datum *key, const List *written);

#endif
