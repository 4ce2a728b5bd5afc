/*
 * accessor.h - the typed functions of a model: their definitions, and the existing
 * functions that belong to the model.
 *
 * What is made for a model is computed, never remembered: from the model now
 * follow names, arguments and bodies; from pg_proc follows what stands.  A
 * function is ours when it belongs to the owner of the model, has one of our
 * names and
 *   - is in LANGUAGE orm with exactly the body that we would write, or
 *   - is a SQL function that depends on the extension (pg_depend 'x', which
 *     pg_dump keeps), as we record when we make one, and returns, or for a
 *     relationship takes, rows of the model's table.
 * Anything else under such a name is never replaced and gives nothing of its
 * own, neither owner nor privileges, to an accessor; in the accessors' schema
 * it is an error, elsewhere it is not looked at.
 */
#ifndef ORM_ACCESSOR_ACCESSOR_H
#define ORM_ACCESSOR_ACCESSOR_H

#include "model/model.h"
#include "nodes/pg_list.h"

/* One function that a model should have. */
typedef struct OrmAccessor
{
	char *schema;
	char *name;
	char *signature;	 /* name(argument types), for messages and results */
	char *create;		 /* CREATE FUNCTION ... */
	char *comment;		 /* COMMENT ON FUNCTION ... */
	char *body;			 /* prosrc */
	bool in_sql;		 /* LANGUAGE sql, inlined; else LANGUAGE orm */
	bool writes;		 /* VOLATILE; else STABLE */
	bool by_row;		 /* a relationship's: takes the row, and overloads are other models' */
	const char *purpose; /* the text of the comment */
	int nargs;
	int *attributes; /* the arguments, as indexes of attributes; NULL: it takes the row */
	Oid *argument_types;
	char **argument_names; /* NULL: they have none */
	int required;		   /* how many, from the first, have no default */
	Oid result;			   /* type */
	bool set;			   /* SETOF */
	bool one;			   /* ... ROWS 1 */
	Oid existing;		   /* pg_proc OID of ours with this very signature, or InvalidOid */
	bool same;			   /* ... and the same arguments' names, defaults and result, and body */
} OrmAccessor;

/*
 * The functions a model should have (List of OrmAccessor *), in the order of
 * docs/accessors.md.  Relationships that cannot be resolved yet are left out.
 * Functions that cannot exist (too many arguments) are left out with a NOTICE
 * when "notices".  Raises 42723 for a clash with a function that is not ours,
 * 42710 for a relationship that may not have its name.
 */
extern List *orm_accessor_wanted(const OrmModel *model, bool notices);

/*
 * OIDs (List of Oid) of all functions that exist and are this model's, under
 * the names it has now, whatever their signatures: in its accessor schema, and
 * where its table moved from another one, there.
 */
extern List *orm_accessor_existing(const OrmModel *model);

/*
 * Records what the server cannot see by itself: that a SQL accessor belongs to
 * the extension, and that one whose signature does not name the row type (it
 * is the key that _delete takes) goes with the table.
 */
extern void orm_accessor_mark(const OrmModel *model, Oid function);

/*
 * Puts the body that an inlined accessor should have into pg_proc where its
 * table or columns, or the target of a relationship, were renamed;
 * signatures do not change.  Never raises.
 */
extern void orm_accessor_refresh_bodies(const OrmModel *model);

#endif
