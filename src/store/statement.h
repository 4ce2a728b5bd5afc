/*
 * statement.h - the SQL statements of writes: their texts and their plans.
 * Private to this folder.
 *
 * A statement works on records that all give the same attributes: on one, with
 * plain parameters, or on many, with arrays that unnest puts side by side:
 *
 *     INSERT INTO "s"."t" AS t ("a", "b") VALUES ($1, $2) RETURNING t."id", t."a"
 *     INSERT INTO "s"."t" AS t ("a", "b") SELECT pg_catalog.unnest($1), pg_catalog.unnest($2)
 *     UPDATE "s"."t" AS t SET "b" = u."b"
 *         FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS u("a", "b", n)
 *         WHERE t."a" OPERATOR(pg_catalog.=) u."a" RETURNING u.n
 *
 * A type that unnest does not hand out one value a row (arrays, rows) makes the
 * whole record go as one value of the table's row type, in one array:
 *
 *         FROM pg_catalog.unnest($1) WITH ORDINALITY AS u("a", "b", n)
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
	const bool *bound;		   /* by attribute: has it a parameter? */
	const uint8 *patch;		   /* by attribute: how what is bound changes a row; NULL: it is the new value */
	const int16 *source;	   /* with patch, as of a record */
	const OrmKey *key;		   /* what rows are found by; INSERT: the conflict key, if any */
	const bool *returning;	   /* by attribute; NULL: no columns but those of key_back */
	const OrmKey *key_back;	   /* its columns come back behind those of "returning" */
	bool numbered;			   /* many, no INSERT: so does the number of the record, from 1 */
	OrmOnConflict on_conflict; /* INSERT */
	bool many;
	bool changed_only;			/* write a row only where a value differs; _STORED: say so, last */
	struct OrmBatch *differing; /* _STORED with changed_only: receives records whose rows differ; not of the text */
	bool action;				/* INSERT with on_conflict UPDATE: say whether a row is new, last */
	bool lock;					/* _STORED: lock the rows, in the order of the key */
	bool etag;					/* _STORED: the row's etag comes back, last */
} OrmStatement;

/* Does unnest of an array of this type hand out one value a row? */
extern bool orm_statement_unnests(const OrmType *type);

/* Must records go as values of the row type? */
extern bool orm_statement_by_row(const OrmStatement *statement);

/* Appends the text; types[] (room for nattributes) receives the parameters' types.  Returns how many. */
extern int orm_statement_text(StringInfo sql, const OrmStatement *statement, Oid *types);

/*
 * The types of the columns that come back; types[] has room for all attributes,
 * the key's once more, and three.  Returns how many.
 */
extern int orm_statement_results(const OrmStatement *statement, Oid *types);

#endif
