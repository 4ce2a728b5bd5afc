/*
 * check_internal.h - the parts of check.c and check_table.c.  Private
 * to these two.
 */
#ifndef ORM_GRAPH_CHECK_INTERNAL_H
#define ORM_GRAPH_CHECK_INTERNAL_H

#include "graph/check.h"
#include "graph/labels.h"
#include "store/batch.h"

typedef struct OrmValidation
{
	MemoryContext context; /* where findings live */
	List *findings;		   /* as they were found */
	OrmLabels *places;	   /* the same by their places */
} OrmValidation;

/* One object that is looked at. */
typedef struct OrmSubject
{
	OrmValidation *validation;
	const OrmModel *model;
	const OrmPath *place;
	OrmVerb verb;	   /* as what it is read */
	OrmRecord *record; /* what could be read */
	bool *wrong;	   /* by attribute: its value could not be read */
	bool *seen;		   /* by attribute, and relationships behind them: it has been given */
	bool *supplied;	   /* by attribute: a nested object, or the one it is nested in, gives it */
	bool exists;	   /* there is a row with its primary key */
} OrmSubject;

/* Adds a reason at a place. */
extern void orm_validate_complain(OrmValidation *validation, const char *place, const char *reason);

/*
 * Does something that may raise, in a subtransaction.  What it raises is a
 * reason at the place that the error names, else at "place"; nothing when
 * "silent".  Errors that are not about data are raised again.
 */
typedef void (*OrmTrial)(void *argument);

extern bool orm_validate_try(OrmValidation *validation, OrmTrial trial, void *argument, const OrmPath *place,
							 bool silent);

/* In check_table.c */

/* Looks for rows with the object's keys; sets "exists". */
extern void orm_validate_keys(OrmSubject *subject);

/* The object only names a row, by the primary key or the only unique key that it gives: is there one? */
extern void orm_validate_exists(OrmSubject *subject);

/* Evaluates the CHECK constraints. */
extern void orm_validate_checks(OrmSubject *subject);

/* Looks for the rows that foreign keys lead to. */
extern void orm_validate_references(OrmSubject *subject);

#endif
