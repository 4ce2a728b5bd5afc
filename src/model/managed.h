/*
 * managed.h - what a declaration makes of its table: columns, constraints and
 * indexes, whether they are elements, keys of a column, rules, or made by a belongs_to.
 *
 * A thing is managed while a declaration names it.  One that the next
 * declaration leaves out is written down as removed, with the name that it has
 * in the catalogs: {"removed": {"constraint": "authors_email_key"}}.
 */
#ifndef ORM_MODEL_MANAGED_H
#define ORM_MODEL_MANAGED_H

#include "model/declaration.h"

typedef struct OrmManaged
{
	const OrmDeclaration *declaration;
	bool is_column;
	bool partial;			/* an index, or exclusion constraint, with a condition */
	bool marked;			/* unique, where deleted rows are marked: an index, or a constraint (model/marked_key.h) */
	bool made;				/* by a belongs_to, unless it is declared */
	OrmConstraintKind kind; /* not of a column */
	char *name;				/* NULL: chosen by PostgreSQL */
	const char *rule;		/* of a check: the rule of "validates", or NULL */
	List *columns;			/* of char *: of a column itself; of an index, its elements */
} OrmManaged;

/* Everything that a declaration makes (List of OrmManaged *), columns first. */
extern List *orm_managed_of(const OrmDeclaration *declaration);

/* Is a thing of another declaration among these? */
extern bool orm_managed_is_among(const List *things, const OrmManaged *thing);

/* The name that a thing has in the catalogs; NULL: the table does not have it. */
extern char *orm_managed_find(Oid relid, const OrmManaged *thing);

/* Is the name that a thing has in the catalogs that of an index, and not of a constraint? */
extern bool orm_managed_is_index(Oid relid, const OrmManaged *thing, const char *name);

/* Is a thing among these, or is its name in the catalogs that of one of them? */
extern bool orm_managed_is_named(const List *things, const OrmManaged *thing, const char *name, Oid relid);

/* Has the table still what a declaration removes, and not something declared under its name? */
extern bool orm_managed_stands(const OrmDeclaration *declaration, Oid relid, const OrmDeclaredRemoval *removal);

/* How many constraints and indexes does a declaration name that its table, which has their columns, lacks? */
extern int orm_managed_count_missing(const OrmDeclaration *declaration, Oid relid);

#endif
