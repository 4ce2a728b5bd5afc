/*
 * column_form.h - columns in normalized form.
 *
 * Declared columns and those of the catalogs, which are reflected first, are brought into
 * this form by the same function.
 */
#ifndef ORM_DIFFER_COLUMN_FORM_H
#define ORM_DIFFER_COLUMN_FORM_H

#include "differ/differ.h"
#include "differ/analysis.h"

typedef struct OrmColumnForm
{
	const OrmDdlColumn *column;
	const char *name;
	Oid type; /* InvalidOid: of an enum that is not created yet */
	int32 typmod;
	Oid collation;
	bool not_null;
	const char *identity; /* "always", "by default", "serial", or NULL */
	const char *value;	  /* default or generation expression, SQL; NULL: none */
	bool generated;		  /* value is a generation expression */
	Node *expression;	  /* value, analysed; NULL: it could not be */
	const char *storage;
	const char *compression;
	char *sequence;			/* of an identity or serial column, quoted and qualified; NULL: none */
	char *sequence_options; /* all of them */
	const char *comment;
	bool any_integer; /* a version that is no declared column: every integer type is accepted */
} OrmColumnForm;

/* The form of a declared column. */
extern OrmColumnForm orm_column_form_declared(const OrmDiffer *differ, const OrmDdlColumn *column);

/* The form of a column of the table, which is called "name" after renames. */
extern OrmColumnForm orm_column_form_actual(const OrmDiffer *differ, OrmDeclaredColumn *reflected, const char *name);

/* The place of the value of a column. */
extern OrmAnalysisPlace orm_column_form_place(const OrmColumnForm *form);

#endif
