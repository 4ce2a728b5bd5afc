/*
 * accessor.h - the typed functions of a model: their definitions, and the
 * functions in pg_proc that are accessors of the model.
 *
 * Definitions are computed from the model each time and not stored: name,
 * arguments and body.  A function in pg_proc is an accessor of the model if the
 * owner of the model's table owns it, it has the name of an accessor, and it
 *
 * - is in LANGUAGE orm with exactly the body of a definition, or - is a SQL
 * function that depends on the extension (pg_depend 'x', recorded by
 *     orm_accessor_mark() and kept by pg_dump), and returns, or for a
 *     relationship takes, rows of the model's table.
 *
 * Any other function of such a name is never replaced, and its owner and
 * privileges are not copied to an accessor.  In the schema of the accessors it
 * raises an error; in other schemas it is ignored.
 */
#ifndef ORM_ACCESSOR_ACCESSOR_H
#define ORM_ACCESSOR_ACCESSOR_H

#include "model/model.h"
#include "nodes/pg_list.h"

/* The definition of an accessor. */
typedef struct OrmAccessor
{
	char *schema;
	char *name;
	char *signature;	 /* name(argument types), for messages and results */
	char *create;		 /* CREATE FUNCTION ... */
	char *body;			 /* prosrc */
	bool in_sql;		 /* LANGUAGE sql, inlined; else LANGUAGE orm */
	char *other_body;	 /* prosrc in LANGUAGE orm, where a SQL one cannot be in SQL, or NULL */
	bool writes;		 /* VOLATILE; else STABLE */
	bool by_row;		 /* accessor of a relationship: takes the row; other models may overload its name */
	const char *purpose; /* text of the comment */
	int nargs;
	int *attributes; /* arguments, as indexes of attributes; NULL if it takes the row */
	Oid *argument_types;
	char **argument_names; /* NULL: no names */
	int required;		   /* number of leading arguments without a default */
	Oid result;			   /* type */
	bool set;			   /* SETOF */
	bool one;			   /* ... ROWS 1 */
	Oid existing;		   /* OID of the existing accessor with this signature, or InvalidOid */
	bool same;			   /* "existing" also has these argument names, defaults, result and body */
	bool wanted;		   /* of a name without a definition: should the model have it? */
	List *functions;	   /* OIDs of the existing accessors of this name, with any signature */
} OrmAccessor;

/*
 * The accessors that the model should have (List of OrmAccessor *, in the
 * current context), in the order of docs/accessors.md.  Unresolved
 * relationships are left out, and so are functions with too many arguments,
 * with a NOTICE if "notices". Raises 42723 if another function has the name of
 * an accessor, 42710 for a relationship whose name is not allowed.
 */
extern List *orm_accessor_wanted(const OrmModel *model, bool notices);

/*
 * OIDs (List of Oid) of all existing accessors of the model, with any
 * signature: in its accessor schema, and in other schemas if the table has
 * moved.
 */
extern List *orm_accessor_existing(const OrmModel *model);

/* How the existing accessors of a model differ by name from its wanted ones. */
typedef enum OrmAccessorState
{
	ORM_ACCESSORS_MISSING = 1 << 0,
	ORM_ACCESSORS_UNWANTED = 1 << 1,
	ORM_ACCESSORS_BARRED = 1 << 2 /* orm_accessor_wanted raises */
} OrmAccessorState;

/*
 * The states (OrmAccessorState, or-ed; 0: none).  Definitions are not written for
 * that.  Raises 42710 as orm_accessor_wanted does.
 */
extern int orm_accessor_states(const OrmModel *model);

/*
 * Records the dependencies of an accessor that the server does not know: of a
 * SQL accessor on the extension, and of one whose signature does not have the
 * row type (_delete takes only the key) on the table.
 */
extern void orm_accessor_mark(const OrmModel *model, Oid function);

/*
 * Updates the bodies of existing SQL accessors in pg_proc after the table, its
 * columns or the target of a relationship were renamed.  Signatures do not
 * change; functions whose arguments no longer fit are left alone.
 */
extern void orm_accessor_refresh_bodies(const OrmModel *model);

#endif
