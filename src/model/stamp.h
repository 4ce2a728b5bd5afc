/*
 * stamp.h - columns that get a value when their row is written: orm.timestamps and orm.stamp.
 *
 * The trigger of the table (kept.h) has an expression for each: now(), statement_timestamp(),
 * session_user, or a setting.  A value that is given stands; on UPDATE an expression is for
 * rows in which something changes.  A column that no element declares is implied, where the
 * table is made here.
 */
#ifndef ORM_MODEL_STAMP_H
#define ORM_MODEL_STAMP_H

#include "model/declaration.h"

/* What is declared of a column. */
typedef struct OrmStampRule
{
	char *column;
	bool created;		 /* on INSERT */
	bool updated;		 /* on UPDATE */
	const char *clock;	 /* NULL: it is no time */
	const char *setting; /* NULL: the user of the session */
	const char *builder;
	const char *key; /* that names the column */
	int position;
} OrmStampRule;

/* The rules of a declaration: a List of OrmStampRule *. */
extern List *orm_stamp_rules(const OrmDeclaration *declaration);

/* The expression of a rule for a column of that type, as SQL, palloc'd. */
extern char *orm_stamp_expression(const OrmStampRule *rule, Oid type, int32 typmod);

/* Adds the columns that no element declares. */
extern void orm_stamp_imply(OrmDeclaration *declaration);

/* Checks the elements: raises 42701, 22023 with the place. */
extern void orm_stamp_check(const OrmDeclaration *declaration);

#endif
