/*
 * report.h - objects created, changed and dropped by a definition: its result rows.
 */
#ifndef ORM_DEFINE_REPORT_H
#define ORM_DEFINE_REPORT_H

#include "nodes/pg_list.h"

/* One thing that was made, changed or dropped: a row of the result. */
typedef struct OrmReported
{
	char *model;		/* NULL: a join table, no model's */
	const char *action; /* "created", "adopted", "dropped", "replaced", "skipped" */
	const char *kind;	/* "table", "join table", "function", "trigger" */
	char *detail;		/* why it was skipped; NULL */
	char *name;			/* as PostgreSQL prints it: schema-qualified where the search_path needs it */
} OrmReported;

/* A relation as PostgreSQL prints it: with its schema where the search_path does not find it. */
extern char *orm_report_relation(Oid relid);

/* Appends a change. */
extern void orm_report_add(List **changes, const char *model, const char *action, const char *kind, char *name);

/* Appends what could not be done, and why. */
extern void orm_report_skipped(List **changes, const char *model, const char *kind, char *name, char *detail);

#endif
