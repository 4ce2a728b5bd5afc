/*
 * key_form.h - keys, constraints and indexes in normalized form.
 *
 * Names of columns are those after renames.  An element of an index or of an exclusion
 * constraint is a column or an expression, with its operator class, collation, order and
 * operator as OIDs in "options".
 */
#ifndef ORM_DIFFER_KEY_FORM_H
#define ORM_DIFFER_KEY_FORM_H

#include "access/genam.h"
#include "differ/differ.h"
#include "differ/analysis.h"

typedef struct OrmKeyForm
{
	OrmConstraintKind kind;
	Oid oid;		   /* actual: of the constraint, or the index */
	const char *name;  /* declared: NULL when PostgreSQL chooses it */
	bool unreadable;   /* declared: it cannot be analysed over the columns that are there */
	List *columns;	   /* of char *; of elements that are expressions "" */
	List *options;	   /* of char *, for each element */
	List *expressions; /* of Node *, of the elements that are expressions */
	Node *condition;   /* of a check, or a partial index */
	List *include;	   /* of char * */
	char *method;
	char *storage; /* parameters and tablespace of the index */
	bool is_unique;
	bool nulls_not_distinct;
	bool deferrable;
	bool deferred;
	bool no_inherit;
	bool not_enforced;
	bool validated;
	Oid target; /* foreign key */
	List *referenced;
	char on_delete;
	char on_update;
	char match;
	List *on_delete_columns;
	const char *comment;
	const OrmDdlConstraint *declared;
	bool matched; /* actual: there is a declared one for it */
} OrmKeyForm;

/* The keys, constraints and indexes of the table (List of OrmKeyForm *). */
extern List *orm_key_form_actual(const OrmDiffer *differ);

/* The text of the options of an element. */
extern char *orm_key_form_option(Oid opclass, Oid collation, int order, Oid operator, Datum parameters);

/* The text of an array of options, or "". */
extern char *orm_key_form_parameters(Datum parameters);

#endif
