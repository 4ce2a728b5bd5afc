/*
 * statement.h - the SQL statements of writes: their text and result types.
 * Private to this folder.
 *
 * A statement is for records that all give the same attributes: for one record
 * with plain parameters, or for many with arrays that unnest turns into rows:
 *
 *     INSERT INTO "s"."t" AS t ("a", "b") VALUES ($1, $2) RETURNING t."id", t."a"
 *     INSERT INTO "s"."t" AS t ("a", "b") SELECT pg_catalog.unnest($1), pg_catalog.unnest($2)
 *     UPDATE "s"."t" AS t SET "b" = u."b"
 *         FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS u("a", "b", n)
 *         WHERE t."a" OPERATOR(pg_catalog.=) u."a" RETURNING u.n
 *
 * If unnest does not return one value per row for the type of an attribute
 * (arrays, composite types), the records are passed as one array of the table's
 * row type:
 *
 *         FROM ROWS FROM (pg_catalog.unnest($1)) WITH ORDINALITY AS u("a", "b", n)
 */
#ifndef ORM_STORE_STATEMENT_H
#define ORM_STORE_STATEMENT_H

#include "exec/plan.h"
#include "store/write.h"
#include "tcop/dest.h"

typedef struct OrmStatement
{
	OrmPlanKind kind; /* ORM_KIND_INSERT, _UPDATE or _STORED */
	const OrmModel *model;
	const bool *bound;					/* by attribute: is its value a parameter? */
	const uint8 *patch;					/* by attribute: OrmPatch; NULL: all ORM_PATCH_SET */
	const int16 *source;				/* by attribute, as in OrmRecord */
	const OrmAssigned *const *assigned; /* likewise; their parameters precede those of the values */
	const OrmKey *key;					/* key that identifies rows; INSERT: the conflict target, or NULL */
	const bool *returning;				/* by attribute; NULL: only the columns of key_back are returned */
	const OrmKey *key_back;				/* its columns are returned after those of "returning" */
	bool numbered;						/* many, not INSERT: the record's number, from 1, is returned next */
	OrmOnConflict on_conflict;			/* INSERT */
	bool many;
	bool given_back;			/* as in OrmRecord */
	bool changed_only;			/* write only rows that change; _STORED: return in the last column whether it differs */
	struct OrmBatch *differing; /* _STORED with changed_only: receives records whose rows differ */
	bool action;				/* INSERT with on_conflict UPDATE: return in the last column whether it was inserted */
	bool lock;					/* _STORED: lock the rows in the order of the key */
	const char *hidden_by;		/* _STORED: read only rows of which this condition on "t" is not true; NULL: all */
	const OrmAssigned
		*where;	  /* _STORED: return in the last column whether the row satisfies it; its parameters are first */
	bool etag;	  /* _STORED: return the row's etag in the last column */
	bool patched; /* _STORED: return the results of the patches after the other columns; read-only */
} OrmStatement;

/* Does unnest of an array of this type return one value per row? */
extern bool orm_statement_unnests(const OrmType *type);

/* Does the statement bind any attribute?  An INSERT ... DEFAULT VALUES is for one row. */
extern bool orm_statement_binds_any(const OrmStatement *statement);

/* The number of parameters of expressions, which come first. */
extern int orm_statement_nassigned(const OrmStatement *statement);

/* Must many records be passed as values of the table's row type? */
extern bool orm_statement_by_row(const OrmStatement *statement);

/*
 * Appends the text and stores the parameter types; types[] has room for nattributes and
 * orm_statement_nassigned.  Returns their number.
 */
extern int orm_statement_text(StringInfo sql, const OrmStatement *statement, Oid *types);

/*
 * Stores the types of the returned columns; types[] has room for all
 * attributes, twice, and three more.  Returns their number.
 */
extern int orm_statement_results(const OrmStatement *statement, Oid *types);

#endif
