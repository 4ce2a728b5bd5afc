/*
 * difference.h - the difference between declarations and the database.
 */
#ifndef ORM_DEFINE_DIFFERENCE_H
#define ORM_DEFINE_DIFFERENCE_H

#include "differ/step.h"
#include "registry/registry.h"

typedef struct OrmDifference
{
	List *rows;			/* of OrmRegistered *: the models that were compared */
	List *declarations; /* of OrmDeclaration *, parallel to rows */
	List *steps;		/* of OrmStep *, in the order in which they run */
} OrmDifference;

/*
 * Compares the models "only" (List of char *), or (NIL) all declared models that the caller may
 * change, with the database.  Mapped models say nothing of their tables.  Nothing is written.  "strict" adds
 * objects that no declaration names.  Raises 42704, 42501, and what orm_ddl_plan does.
 */
extern OrmDifference orm_difference_find(const List *only, bool strict);

/*
 * Counts the values that each destructive step loses, as the owner of the table.  Raises
 * 42501 where a policy would filter them.
 */
extern void orm_difference_count(const List *steps);

/* Takes out the rows that say of a difference that no statement can change it. */
extern void orm_difference_drop_notes(OrmDifference *difference);

/* The names of the models that the steps are about, in order (List of char *). */
extern List *orm_difference_models(const OrmDifference *difference);

/* Does a step lose values? */
extern bool orm_difference_is_destructive(const OrmStep *step);

#endif
