/*
 * differ.h - the difference between a declared table and the table in the database.
 *
 * Nothing is written, made or locked beyond AccessShareLock, so it works in read-only
 * transactions and on a standby.  Both sides of every element are brought into one normalized
 * form, with names resolved and expressions analysed, and compared field by field:
 *
 *     declared:  OrmDdlTable (ddl/) -> form      names, types and SQL of the declaration
 *     actual:    catalogs           -> form      pg_attribute, pg_constraint, pg_index...
 *
 * A form can print its SQL.  So a difference is a step whose statement is printed from the
 * declared form, and whose reverse is printed from the actual one.  Three tables of records
 * have all that there is to know of elements:
 *
 *     differ.c        kinds of elements, in the order in which they are compared
 *     column_steps.c  fields of a column: type, null, default, identity...
 *     keys.c          fields of keys, constraints and indexes
 *
 * Objects of the table that no declaration names are left alone.
 *
 *     analysis.c      SQL expressions: analysis, and comparison with stored ones
 *     column_form.c   columns in normalized form
 *     column_steps.c  changed columns
 *     new_column.c    added, filled and dropped columns
 *     normalized.c    values that are to be normalized
 *     key_form.c      keys, constraints and indexes in normalized form: those of the catalogs
 *     key_declared.c  the same: those of the declaration
 *     keys.c          added, changed and dropped keys, constraints and indexes
 *     table_steps.c   what the table is as a whole
 *     statement_steps.c  statements about the table
 *     violation.c     rows that do not allow a step
 *     label.c         labels of enum types
 *     cost.c          rewrites, numbers of values that are lost, and time
 *     step.c          steps and their order
 */
#ifndef ORM_DIFFER_DIFFER_H
#define ORM_DIFFER_DIFFER_H

#include "ddl/ddl.h"
#include "utils/relcache.h"

#include "differ/step.h"

/* The comparison of one table. */
typedef struct OrmDiffer
{
	const OrmDdlTable *table;
	const char *model; /* NULL: a join table */
	Relation relation;
	char *name;				/* of the table: quoted and qualified */
	char *present;			/* the same before it is renamed, for queries that run before all steps */
	OrmDeclaration *actual; /* the columns of the table, see orm_reflect_columns */
	List *names;			/* of String: of its columns by number, as they are after renames; "": dropped */
	Bitmapset *retyped;		/* attribute numbers of columns whose type changes */
	bool strict;			/* list objects that no declaration names */
	List **steps;			/* of OrmStep * */
} OrmDiffer;

/*
 * Appends the steps that make a table of the plan, which exists, what is declared; "strict":
 * and its columns, constraints and indexes that no declaration names.  The caller holds a lock
 * on the relation and has pinned the settings (orm_settings_pin).
 */
extern void orm_differ_table(const OrmDdlTable *table, const char *model, Oid relid, bool strict, List **steps);

/* Appends the steps that create a table of the plan that does not exist. */
extern void orm_differ_new_table(const OrmDdlTable *table, const char *model, List **steps);

/* For the files of differ/ only. */

/* The number of a column by its name after renames; InvalidAttrNumber: there is none. */
extern AttrNumber orm_differ_number(const OrmDiffer *differ, const char *name);

/* Appends a step about the table: locked in that mode, run by its owner. */
extern OrmStep *orm_differ_step(const OrmDiffer *differ, OrmStepPhase phase, const char *action, char *object,
								char *sql, char *reverse, const char *lock);

/* Appends a row about an object that no declaration names, if those are listed. */
extern void orm_differ_unmanaged(const OrmDiffer *differ, char *object);

/* Modes of LOCK. */
#define ORM_LOCK_FULL "ACCESS EXCLUSIVE"
#define ORM_LOCK_WRITES "SHARE ROW EXCLUSIVE"
#define ORM_LOCK_INDEX "SHARE"
#define ORM_LOCK_LIGHT "SHARE UPDATE EXCLUSIVE"

#endif
