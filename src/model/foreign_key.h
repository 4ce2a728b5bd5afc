/*
 * foreign_key.h - foreign keys, from constraints or assumed from columns.
 */
#ifndef ORM_MODEL_FOREIGN_KEY_H
#define ORM_MODEL_FOREIGN_KEY_H

#include "access/attnum.h"
#include "access/htup.h"
#include "model/declaration.h"
#include "pg_config_manual.h"

/* A foreign key; columns[i] references referenced_columns[i]. */
typedef struct OrmForeignKey
{
	Oid holder;
	Oid referenced;
	char *name;	   /* of the constraint; NULL: none, see orm_foreign_key_assume */
	bool cascades; /* ON DELETE CASCADE */
	bool moves;	   /* ON UPDATE does something */
	bool deferred; /* INITIALLY DEFERRED */
	int n;
	AttrNumber columns[INDEX_MAX_KEYS];
	AttrNumber referenced_columns[INDEX_MAX_KEYS];
	Oid operators[INDEX_MAX_KEYS]; /* referenced = holder */
} OrmForeignKey;

/* The foreign key of a row of pg_constraint. */
extern OrmForeignKey *orm_foreign_key_from(HeapTuple tuple);

/* The foreign key constraints from one table to another (List of OrmForeignKey *), by name, without locking them. */
extern List *orm_foreign_key_read(Oid holder, Oid referenced);

/* Does the key consist of these referencing columns (List of char *), in any order? */
extern bool orm_foreign_key_has(const OrmForeignKey *key, const List *columns);

/* Stores the primary key columns of a relation (at most INDEX_MAX_KEYS), returns their number.  No lock is taken. */
extern int orm_foreign_key_primary(Oid relid, AttrNumber *columns);

/*
 * Makes a foreign key without a constraint, for views, foreign tables and tables
 * without constraints, from columns of one relation to the primary key (or the
 * declared key) of another.  Columns named like the key's columns with one common
 * prefix (parent_a, parent_b) are paired by name, others by position.  NULL when
 * number or types do not match.
 */
extern OrmForeignKey *orm_foreign_key_assume(Oid holder, Oid referenced, const OrmDeclaration *referenced_declaration,
											 List *columns);

/* Default column names of a belongs_to of that name, over the primary key or the declared key; NIL: there is none. */
extern List *orm_foreign_key_assumed_columns(Oid referenced, const OrmDeclaration *referenced_declaration,
											 const char *relationship);

/* Default column names of a belongs_to of that name: author_id, or author_<column> for a composite key. */
extern List *orm_foreign_key_default_columns(const OrmForeignKey *key, const char *relationship);

/* The names of the referencing columns, joined by a separator. */
extern char *orm_foreign_key_text(const OrmForeignKey *key, const char *separator);

#endif
