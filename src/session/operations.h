/*
 * operations.h - inserting, saving and removing objects of any models together:
 * the entries of the unit of work's queue, or those of a changeset.
 *
 * All objects, with their nested objects, are one graph (graph/graph.h).
 * {"$ref": label} refers from one to another, in any order; models are written
 * in the order of their tables' foreign keys, even where no object refers to
 * another.  Removals are last.
 *
 * An object that occurs again, by its primary key, is written again, after the
 * first occurrences of all objects.  So the order of the calls is kept where it
 * matters, also among several models of one table.  A label names the row of
 * the first occurrence.  An object that is stored after its removal begins a
 * new round, which is written after all removals of the round before it.
 */
#ifndef ORM_SESSION_OPERATIONS_H
#define ORM_SESSION_OPERATIONS_H

#include "base/document.h"
#include "base/settings.h"
#include "graph/graph.h"
#include "model/model.h"
#include "remove/expected.h"

typedef enum OrmOperationKind
{
	ORM_OPERATION_ADD,	 /* insert */
	ORM_OPERATION_MERGE, /* insert or update by primary key */
	ORM_OPERATION_REMOVE /* delete */
} OrmOperationKind;

typedef struct OrmOperation
{
	OrmOperationKind kind;
	const OrmModel *model;
	OrmJson object;				 /* ADD, MERGE */
	const OrmSettings *settings; /* in force when it was given; NULL: now */
	const Datum *key;			 /* REMOVE: in key order */
	OrmExpected expected;		 /* REMOVE: the state of the row */
	const char *label;			 /* or NULL */
	const OrmPath *place;		 /* of the object, for messages */
	const Datum *stored;		 /* output, where there is a label: the row's key, in key order */
} OrmOperation;

/*
 * Writes operations as the current user; "stored" is filled in.  "find_label"
 * (or NULL) finds labels of earlier objects; "may_skip": triggers and the like
 * may pass over rows.  Raises 42704 for a label that
 * does not exist and 42710 for one that is given twice; errors of the server
 * pass through, with the place.
 */
extern OrmTally orm_operations_write(OrmOperation *operations, int n, OrmFindLabel find_label, bool may_skip);

/*
 * Reads an object as orm_operations_write would, and raises its errors; nothing
 * is written.  Returns the labels that do not exist yet (List of char *).
 */
extern List *orm_operations_check(OrmOperationKind kind, const OrmModel *model, OrmJson object,
								  OrmFindLabel find_label);

#endif
