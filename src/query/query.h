/*
 * query.h - compiled queries: statements, one for each level of loads, and the mapping
 * of their rows to objects.
 *
 * Compiling checks the document and makes all statement texts, but does not read
 * values.  The result depends on the shape of the document only (query/shape.h) and is
 * cached by it.  Values are described by slots: slots[n - 1] of a statement says where
 * the value of parameter $n comes from (the i-th value of the document, a parameter of
 * the call, a key of the parents...) and how it is read.
 *
 * Compiled queries are immutable, live in one memory context, and reference the models
 * they were compiled for.  They are valid while orm_cache_open returns a model of the
 * same epoch for each of "depends"; the caller opens all of them before use, which also
 * locks their tables.
 */
#ifndef ORM_QUERY_QUERY_H
#define ORM_QUERY_QUERY_H

#include "base/document.h"
#include "model/model.h"
#include "model/patch.h"
#include "query/shape.h"

/* Verbs, which determine the allowed keys of a document and its result. */
typedef enum OrmQueryVerb
{
	ORM_QUERY_ALL,	 /* objects: orm.all, orm.each */
	ORM_QUERY_FIRST, /* at most one object */
	ORM_QUERY_ONE,	 /* at most two objects, to detect a second: orm.one, orm.one_or_none */
	ORM_QUERY_GET,	 /* the object with a primary key */
	ORM_QUERY_KEYS,	 /* the objects with given primary keys, in their order */
	ORM_QUERY_PAGE,	 /* objects after a cursor, one more than the limit */
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
	const OrmShape *shape; /* of the document, its parameters and cursor */
	int nparameters;
	OrmQueryParameter *parameters;			  /* "used" is set by compiling */
	const OrmDocument *patch;				  /* UPDATE: the attributes to be set */
	const OrmDocument *cursor;				  /* PAGE: array of cursor values (query/cursor.h); NULL: first page */
	bool backward;							  /* PAGE: the objects before the cursor */
	const Datum *key;						  /* GET: the primary key, in key order */
	bool unlocked;							  /* DELETE, keys_only: does not lock the rows */
	bool *(*readable)(const OrmModel *model); /* attributes that the caller may read, for "*"; NULL: all of them */
	bool checks_scope;						  /* arguments of scopes that are not given count as unset */
	bool keys_only;		 /* UPDATE, DELETE: returns the keys of the rows, locked for it, unchanged */
	bool selects_hidden; /* "select" may name hidden attributes */
} OrmQueryRequest;

/* Source of the value of a slot. */
typedef enum OrmSlotSource
{
	ORM_SLOT_VALUE,		/* values of the shape, by number */
	ORM_SLOT_PARAMETER, /* parameters of the call, by number */
	ORM_SLOT_CONSTANT,	/* "constant": a value that is part of the shape */
	ORM_SLOT_CURSOR,	/* values of the cursor, by number */
	ORM_SLOT_KEY,		/* columns of the primary key, by number in key order */
	ORM_SLOT_PARENTS	/* columns of the link, by number: an array of the parents' keys (for a statement
								 * that reads the children of one parent, its key) */
} OrmSlotSource;

/* Conversion of a value to the parameter. */
typedef enum OrmSlotForm
{
	ORM_FORM_VALUE,	   /* a value of "type" */
	ORM_FORM_LIST,	   /* a JSON array (or an array parameter) as an array of "type", without nulls */
	ORM_FORM_CONTAINS, /* text, as a LIKE pattern: %text% with % _ \ escaped */
	ORM_FORM_STARTS_WITH,
	ORM_FORM_ENDS_WITH,
	ORM_FORM_LIMIT,			/* bigint; raises 2201W if negative */
	ORM_FORM_LIMIT_AND_ONE, /* like LIMIT, plus one */
	ORM_FORM_OFFSET			/* bigint; raises 2201X if negative */
} OrmSlotForm;

typedef struct OrmSlot
{
	OrmSlotSource source;
	OrmSlotForm form;
	int number;
	const OrmType *type; /* of the value, for LIST of the elements; NULL: determined by the source */
	Oid parameter_type;	 /* type of the SQL parameter */
	Datum constant;
	OrmPatch patch;					/* VALUE: checked as the operand of this patch; ORM_PATCH_SET: no patch */
	const OrmAttribute *normalized; /* VALUE, LIST: normalized as this attribute is, with its model; NULL: as given */
	const OrmPath *place;			/* in the document, for errors */
} OrmSlot;

typedef enum OrmQueryPlanning
{
	ORM_PLANNED_AUTO,	 /* chosen by the server */
	ORM_PLANNED_GENERIC, /* generic plan, for key lookups by an index */
	ORM_PLANNED_CUSTOM	 /* custom plans, for key lookups without an index, where a generic plan is quadratic */
} OrmQueryPlanning;

typedef struct OrmQueryStatement
{
	char *sql;
	int nslots;
	OrmSlot *slots;
	OrmQueryPlanning planning;
	int nresults;
	Oid *results; /* types of its columns; InvalidOid: not known */
} OrmQueryStatement;

/* A member of an object, and the column of its value. */
typedef struct OrmMember
{
	const char *name;
	const OrmType *type;
	int position;
} OrmMember;

/*
 * Forms of the link between a level and its parent level.  One statement fetches the
 * children of all parents of a batch:
 *
 *     ANY      ... WHERE t0."autor_id" OPERATOR(pg_catalog.=) ANY ($1)
 *              the first column of a row is its key, of the link's type; rows are
 *              grouped by the hash function of that type under the collation of the
 *              referenced column
 *     JOIN     ... FROM ROWS FROM (unnest($1), unnest($2)) WITH ORDINALITY AS k(k1, k2, n) JOIN ...
 *              for several columns or a type without a hash function: the first column
 *              of a row is n, the number of its key in the arrays, from 1 on
 *     LATERAL  like JOIN, with CROSS JOIN LATERAL (... LIMIT): a limit for each parent
 *     SINGLE   ... WHERE t0.fk = $1: for types that cannot be unnested; one parent for
 *              each execution, no link column
 */
typedef enum OrmLinkForm
{
	ORM_LINK_NONE, /* a root, except of KEYS, where the given primary keys take the place of parents */
	ORM_LINK_ANY,
	ORM_LINK_JOIN,
	ORM_LINK_LATERAL,
	ORM_LINK_SINGLE
} OrmLinkForm;

typedef struct OrmLink
{
	OrmLinkForm form;
	int nkeys;
	const OrmType **types; /* types in which keys are compared */
	int *parent;		   /* positions of the key in the rows of the parent level; a NULL value has no children */
	int *own;			   /* recursive: positions of the key in this level's rows */
} OrmLink;

/* Follow a relationship without a limit. */
#define ORM_RECURSION_UNLIMITED (-1)

typedef struct OrmLevel
{
	int number; /* in OrmCompiled.levels, higher than the parent's; 0: the root */
	int parent; /* number of the parent level; -1: the root */
	const OrmModel *model;
	char *name;	   /* key of these objects in their parents */
	bool single;   /* an object or null, not an array */
	int recursion; /* maximum depth, or ORM_RECURSION_UNLIMITED; 0: not recursive */
	OrmLink link;
	OrmQueryStatement statement;
	int nmembers;
	OrmMember *members; /* followed in objects by the loads, in the order of levels */
	int sort;			/* position of the int2, int4 or int8 column by which the rows of each parent are
								 * sorted after fetching; -1: the statement returns them in order */
	OrmMember key_by;	/* the objects are members of an object, by this value; name NULL: they are an array */
	const OrmPath *key_place;
	int identity;			/* recursive: number of primary key columns */
	int *identities;		/* their positions in the rows of this level */
	int *parent_identities; /* their positions in the rows of the parent level */
	const OrmType **identity_types;
} OrmLevel;

/* A model that a compiled query depends on. */
typedef struct OrmDepend
{
	char *model;
	uint64 epoch;
} OrmDepend;

/* A "*": the attributes of a model that the caller could read when the query was compiled. */
typedef struct OrmStar
{
	int depend;			  /* of the model, by number */
	const bool *readable; /* by attribute; NULL: all */
} OrmStar;

typedef struct OrmCompiled
{
	OrmQueryVerb verb;
	int nlevels;
	OrmLevel **levels;		 /* COUNT, EXISTS, UPDATE, DELETE: only the root, without members */
	bool lock;				 /* the root's rows are locked */
	OrmQueryStatement total; /* PAGE: counts all objects; sql is NULL unless "total" is given */
	int64 limit;			 /* PAGE: number of items; -1: see limit_slot */
	int limit_slot;			 /* PAGE: slot of the root's statement with the limit */
	int ncursor;			 /* PAGE: number of cursor values */
	OrmMember *cursor;		 /* PAGE: their positions in the root's rows; names are not used */
	char *signature;		 /* PAGE: order and conditions; cursors are valid only for an equal one */
	int nordered;			 /* PAGE: number of values in the order (as in a distance from a value) */
	int *ordered;			 /* PAGE: their slots of the root's statement */
	int ndepends;
	OrmDepend *depends; /* the root's model first */
	int nstars;
	OrmStar *stars; /* the query is valid while these attributes are readable, and no others */
} OrmCompiled;

#endif
