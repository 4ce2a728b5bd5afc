/*
 * dependents.h - the rows that the removal of an object affects, among those of
 * tables that are written with it.
 */
#ifndef ORM_SESSION_DEPENDENTS_H
#define ORM_SESSION_DEPENDENTS_H

#include "model/model.h"

/* In this order: the removal of a row affects more and more. */
typedef enum OrmDependents
{
	ORM_DEPENDENTS_NONE,	  /* no other row */
	ORM_DEPENDENTS_PROTECTED, /* rows that refer to it and do not let it go: NO ACTION, RESTRICT */
	ORM_DEPENDENTS_CHANGED	  /* rows that are deleted or changed with it, or it is not known */
} OrmDependents;

/*
 * The dependents of the row with a primary key (values in key order) in the
 * tables "written" (List of Oid).  Raises nothing.
 */
extern OrmDependents orm_dependents_of(const OrmModel *model, const Datum *key, const List *written);

#endif
