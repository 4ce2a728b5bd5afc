/*
 * changes.h - objects of any models that are written together: the unit of
 * work's queue, or a changeset in a document.
 *
 * All are one graph (graph.h), with what is nested in them: {"$ref": label}
 * leads from one to another, in any order, and models go in the order in which
 * their tables refer to each other, even where no object says so.  What is
 * removed goes last.
 *
 * An object that occurs again, by its primary key, is written again, after
 * everything that occurs for the first time: so the calls' order is kept where
 * it matters, whichever of its table's models an object is of.  A label names
 * the row: that of the first occurrence.  What is to be stored after it was
 * removed begins a new round, which is written when all before it is written and
 * removed.
 */
#ifndef ORM_SESSION_CHANGES_H
#define ORM_SESSION_CHANGES_H

#include "base/document.h"
#include "base/settings.h"
#include "graph/graph.h"
#include "model/model.h"

typedef enum OrmChangeKind
{
	ORM_CHANGE_ADD,	  /* insert */
	ORM_CHANGE_MERGE, /* insert or update by primary key */
	ORM_CHANGE_REMOVE /* delete */
} OrmChangeKind;

typedef struct OrmChange
{
	OrmChangeKind kind;
	const OrmModel *model;
	OrmJson object;				 /* ADD, MERGE */
	const OrmSettings *settings; /* under which it was given; NULL: those in force */
	const Datum *key;			 /* REMOVE: in key order */
	const char *label;			 /* or NULL */
	const OrmPath *place;		 /* of the object, for messages */
	const Datum *stored;		 /* filled in where there is a label: the row's key, in key order */
} OrmChange;

/*
 * Writes them as the current user.  "find_label" (or NULL) knows labels of
 * earlier objects.  Raises whatever the server raises, with the place; 42704
 * for a label that nobody knows, 42710 for one that is given twice.
 */
extern OrmTally orm_changes_write(OrmChange *changes, int n, OrmFindLabel find_label);

/*
 * Reads an object as it would be read to be written, and raises what is wrong
 * with it.  Labels must be known already.
 */
extern void orm_changes_check(OrmChangeKind kind, const OrmModel *model, OrmJson object, OrmFindLabel find_label);

#endif
