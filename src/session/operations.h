/*
 * operations.h - adding, merging and removing objects of any models together:
 * the entries of the unit of work's queue, or of a changeset.
 *
 * All objects, with their nested objects, form one graph (graph/graph.h).
 * {"$ref": label} references another object, in any order.  Models are written
 * in the order of their tables' foreign keys, even without references between
 * their objects.  Removals are last.
 *
 * An object that occurs again, by its primary key, is written again, after the
 * first occurrences of all objects, also among several models of one table; so
 * the order of the calls is kept where it matters.  A label names the row of
 * the first occurrence.  An object that is stored after its removal begins a
 * new round, which is written after all removals of the previous round.
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
	ORM_OPERATION_ADD,
	ORM_OPERATION_MERGE,
	ORM_OPERATION_REMOVE
} OrmOperationKind;

typedef struct OrmOperation
{
	OrmOperationKind kind;
	const OrmModel *model;
	OrmJson object;				 /* ADD, MERGE */
	const OrmSettings *settings; /* settings of the call; NULL: the current ones */
	const Datum *key;			 /* REMOVE: primary key, in key order */
	OrmExpected expected;		 /* REMOVE: expected state of the row */
	const char *label;			 /* or NULL */
	const OrmPath *place;		 /* place of the object, for messages */
	const Datum *stored;		 /* output, with a label: primary key of the row, in key order */
} OrmOperation;

/* How operations are written. */
typedef struct OrmOperationOptions
{
	bool may_skip;	   /* triggers, rules and policies may skip rows */
	bool unscoped;	   /* rows that default scopes hide are written, too */
	bool validate_all; /* everything that is wrong with objects is one error, see graph/check_call.h */
} OrmOperationOptions;

/*
 * Writes operations as the current user, and sets "stored".  "find_label" (or
 * NULL) finds labels of earlier objects.  Locks rows to be changed or removed.  Raises 42704
 * for a label that does not exist, 42710 for one given twice, 40001 for a row
 * that is not in the expected state, 09000 for a skipped row; the server's
 * errors get the place.  Objects are validated together with what is written together:
 * a row that has several operations is checked and written once for each.
 */
extern OrmTally orm_operations_write(OrmOperation *operations, int n, OrmFindLabel find_label,
									 const OrmOperationOptions *options);

/*
 * Reads an object as orm_operations_write() does, and raises its errors,
 * without writing.  Returns the labels that do not exist yet (List of char *).
 */
extern List *orm_operations_check(OrmOperationKind kind, const OrmModel *model, OrmJson object,
								  OrmFindLabel find_label);

#endif
