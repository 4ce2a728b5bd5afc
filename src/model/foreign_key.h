/*
 * foreign_key.h - foreign keys of the catalogs, and columns that stand for one.
 */
#ifndef ORM_MODEL_FOREIGN_KEY_H
#define ORM_MODEL_FOREIGN_KEY_H

#include "access/attnum.h"
#include "model/declaration.h"
#include "pg_config_manual.h"

/* A foreign key; the columns are paired. */
typedef struct OrmForeignKey
{
	Oid holder;
	Oid referenced;
	char *name;	   /* NULL: columns that stand for one */
	bool cascades; /* ON DELETE CASCADE */
	bool deferred; /* INITIALLY DEFERRED */
	int n;
	AttrNumber columns[INDEX_MAX_KEYS];
	AttrNumber referenced_columns[INDEX_MAX_KEYS];
	Oid operators[INDEX_MAX_KEYS]; /* referenced = holder */
} OrmForeignKey;

/* The foreign keys of one table to another (List of OrmForeignKey *), by name.  No lock is taken on either. */
extern List *orm_foreign_key_read(Oid holder, Oid referenced);

/* Has the key just these columns (List of char *), in whatever order? */
extern bool orm_foreign_key_has(const OrmForeignKey *key, const List *columns);

/* The columns of a relation's primary key, in the key's order (room for INDEX_MAX_KEYS); returns their number. */
extern int orm_foreign_key_primary(Oid relid, AttrNumber *columns);

/*
 * Columns of a relation that stand for a foreign key to the primary key (or
 * the declared one, of views and the like) of another: views, foreign tables
 * and tables without constraints are joined so.  Columns named after those of
 * the key, all with one prefix (parent_a, parent_b), are paired by name; others
 * by their order, with the key's own.  NULL: they do not fit.
 */
extern OrmForeignKey *orm_foreign_key_assume(Oid holder, Oid referenced, const OrmDeclaration *referenced_declaration,
											 List *columns);

/* The columns that a belongs_to of this name makes for the key: author_id, or author_<column> for a composite one. */
extern List *orm_foreign_key_default_columns(const OrmForeignKey *key, const char *relationship);

/* The names of its columns with a separator between. */
extern char *orm_foreign_key_text(const OrmForeignKey *key, const char *separator);

#endif
