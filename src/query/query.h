/*
 * query.h - a query document, compiled: the statements it becomes, one for
 * each level of its load tree, and how their rows become objects.
 *
 * Compiling checks everything and builds all texts, but reads no value: what
 * it makes depends on the shape of the document alone (query/shape.h), is kept
 * by that shape and used for every document that has it.  Values are found by
 * "slots": parameter $n of a statement is slots[n - 1], which says where its
 * value is (the i-th value of the document, a parameter of the call, a key of
 * the parents...) and how it is read.
 *
 * Compiled queries are immutable, in one memory context, and point into the
 * models they were compiled for.  They are good only as long as orm_cache_open
 * gives, for each of "depends", a model with the same epoch: whoever uses one
 * opens all of them first (which locks their tables as well).
 */
#ifndef ORM_QUERY_QUERY_H
#define ORM_QUERY_QUERY_H

#include "base/document.h"
#include "model/model.h"
#include "model/patch.h"
#include "query/shape.h"

/* What a document is read for: which keys it may have and what is made of it. */
typedef enum OrmQueryVerb
{
	ORM_QUERY_ALL,	 /* objects: orm.all, orm.each */
	ORM_QUERY_FIRST, /* ... at most one */
	ORM_QUERY_ONE,	 /* ... two, so that a second can be told of: one, one_or_none */
	ORM_QUERY_GET,	 /* ... the one with a primary key */
	ORM_QUERY_KEYS,	 /* ... those with these primary keys, each in the place of its key */
	ORM_QUERY_PAGE,	 /* ... from a cursor on, one more than asked for */
	ORM_QUERY_ROWS,	 /* rows of the table's type */
	ORM_QUERY_COUNT,
	ORM_QUERY_EXISTS,
	ORM_QUERY_AGGREGATE, /* groups */
	ORM_QUERY_UPDATE,
	ORM_QUERY_DELETE
} OrmQueryVerb;

typedef struct OrmQueryRequest
{
	OrmQueryVerb verb;
	const OrmModel *model;
	const OrmDocument *document;
	const OrmPath *place;  /* of the document, for errors; NULL: the root */
	const OrmShape *shape; /* of the document, its parameters and cursor: where values are */
	int nparameters;
	OrmQueryParameter *parameters; /* "used" is set by compiling */
	const OrmDocument *patch;	   /* UPDATE: the attributes to be set */
	const OrmDocument *cursor;	   /* PAGE: its values, an array (query/cursor.h); NULL: from the start */
	bool backward;				   /* PAGE: what is before the cursor */
	const Datum *key;			   /* GET: the primary key, in key order */
	bool unlocked;				   /* DELETE: rows are not locked before they go */
	bool keys_only;				   /* DELETE: finds the rows and returns their keys, and deletes nothing */
} OrmQueryRequest;

/* Where the value of a slot is. */
typedef enum OrmSlotSource
{
	ORM_SLOT_VALUE,		/* number: of the values of the shape */
	ORM_SLOT_PARAMETER, /* number: of the call's parameters */
	ORM_SLOT_CONSTANT,	/* "constant": was part of the shape */
	ORM_SLOT_CURSOR,	/* number: of the cursor's values */
	ORM_SLOT_KEY,		/* number: of the primary key's columns, in key order */
	ORM_SLOT_PARENTS	/* number: of the link's columns: an array of the parents' keys (or, in a
								 * statement for one parent at a time, the key) */
} OrmSlotSource;

/* How a value becomes the parameter. */
typedef enum OrmSlotForm
{
	ORM_FORM_VALUE,	   /* as it is, a value of "type" */
	ORM_FORM_LIST,	   /* a JSON array (or an array parameter) as an array of "type"; nulls are left out */
	ORM_FORM_CONTAINS, /* text, as a LIKE pattern: %text% with % _ \ escaped */
	ORM_FORM_STARTS_WITH,
	ORM_FORM_ENDS_WITH,
	ORM_FORM_LIMIT,			/* bigint; negative: 2201W */
	ORM_FORM_LIMIT_AND_ONE, /* ... and one more */
	ORM_FORM_OFFSET			/* bigint; negative: 2201X */
} OrmSlotForm;

typedef struct OrmSlot
{
	OrmSlotSource source;
	OrmSlotForm form;
	int number;
	const OrmType *type; /* the value's; of the elements for LIST; NULL: source says it */
	Oid parameter_type;	 /* type of the SQL parameter */
	Datum constant;
	OrmPatch patch;		  /* VALUE: is checked as the operand of this one; ORM_PATCH_SET: of none */
	const OrmPath *place; /* in the document, for errors; in the compiled query's context */
} OrmSlot;

typedef enum OrmQueryPlanning
{
	ORM_PLANNED_AUTO,	 /* as PREPARE does */
	ORM_PLANNED_GENERIC, /* a key lookup by an index */
	ORM_PLANNED_CUSTOM	 /* a key lookup without one: generic would be quadratic */
} OrmQueryPlanning;

typedef struct OrmQueryStatement
{
	char *sql;
	int nslots;
	OrmSlot *slots;
	OrmQueryPlanning planning;
	int nresults;
	Oid *results; /* types of its columns; InvalidOid in one: not known */
} OrmQueryStatement;

/* A member of an object: which column of a row is its value. */
typedef struct OrmMember
{
	const char *name;
	const OrmType *type;
	int position;
} OrmMember;

/*
 * How the rows of a level find their parents.  One statement fetches the
 * children of all parents of a batch:
 *
 *     ANY      ... WHERE t0."autor_id" OPERATOR(pg_catalog.=) ANY ($1)
 *              each row says its key, in its first column, as a value of the
 *              referenced column's type; the keys are grouped by that type's
 *              hash function under that column's collation
 *     JOIN     ... FROM ROWS FROM (unnest($1), unnest($2)) WITH ORDINALITY AS k(k1, k2, n) JOIN ...
 *              several columns, or a type without a hash function: each row
 *              says, in its first column, n: which key of the array (1 is the first)
 *     LATERAL  the same, CROSS JOIN LATERAL (... LIMIT): limits for each parent
 *     SINGLE   ... WHERE t0.fk = $1: a type of which there can be no array; one
 *              parent at a time; no link column
 */
typedef enum OrmLinkForm
{
	ORM_LINK_NONE, /* the root, but for KEYS: there the primary keys asked for are the parents */
	ORM_LINK_ANY,
	ORM_LINK_JOIN,
	ORM_LINK_LATERAL,
	ORM_LINK_SINGLE
} OrmLinkForm;

typedef struct OrmLink
{
	OrmLinkForm form;
	int nkeys;
	const OrmType **types; /* of the referenced columns: what keys are compared as */
	int *parent;		   /* positions of the key in the rows of the parent level; NULL in one: no children */
	int *own;			   /* recursive: the same in this level's own rows */
} OrmLink;

/* Follow a relationship until there is nothing more. */
#define ORM_RECURSION_UNLIMITED (-1)

typedef struct OrmLevel
{
	int number; /* in OrmCompiled.levels; a parent's is lower; 0: the root */
	int parent; /* number of the parent level; -1: the root */
	const OrmModel *model;
	char *name;	   /* key of these objects in their parents */
	bool single;   /* an object or null; otherwise an array */
	int recursion; /* 0: not recursive; how often the relationship is followed */
	OrmLink link;
	OrmQueryStatement statement;
	int nmembers;
	OrmMember *members;		/* loads come behind them, in the order of levels */
	int sort;				/* position of a column of type int2, int4 or int8 by which a parent's rows are
								 * sorted after they have come; -1: they come in their order */
	int identity;			/* recursive: number of columns that tell objects apart (the primary key), */
	int *identities;		/* their positions... */
	int *parent_identities; /* ... and in the parent level's rows, of the same model: where paths begin */
	const OrmType **identity_types;
} OrmLevel;

/* A model that was looked at. */
typedef struct OrmDepend
{
	char *model;
	uint64 epoch;
} OrmDepend;

typedef struct OrmCompiled
{
	OrmQueryVerb verb;
	int nlevels;
	OrmLevel **levels;		 /* COUNT, EXISTS, UPDATE, DELETE: the root alone, without members */
	bool lock;				 /* the root's rows are locked */
	OrmQueryStatement total; /* PAGE: counts all; sql NULL: not asked for */
	int64 limit;			 /* PAGE: how many items it has; -1: one slot of the root's statement says it, */
	int limit_slot;			 /* this one */
	int ncursor;			 /* PAGE: the values by which the order goes on, */
	OrmMember *cursor;		 /* positions in the root's rows; names are unused */
	char *signature;		 /* PAGE: says the order and the conditions; a cursor is good only for the same */
	int nordered;			 /* PAGE: values that the order depends on (a distance from what?): */
	int *ordered;			 /* numbers of the root statement's slots */
	int ndepends;
	OrmDepend *depends; /* the root's model first */
} OrmCompiled;

#endif
