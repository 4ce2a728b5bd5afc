/*
 * catalog.h - the relations of a schema with their columns and keys, read set-wise.
 *
 * Every catalog is read once, whatever the number of relations.  No lock is
 * taken on them: what is done with a relation later looks at it again.
 */
#ifndef ORM_MODEL_CATALOG_H
#define ORM_MODEL_CATALOG_H

#include "access/attnum.h"
#include "model/foreign_key.h"
#include "utils/hsearch.h"

typedef struct OrmCatalogColumn
{
	AttrNumber number;
	char *name;
	bool not_null;
	bool filled; /* it has a default, an identity or a generation expression */
} OrmCatalogColumn;

/* A unique index over whole columns and all rows. */
typedef struct OrmCatalogKey
{
	bool primary;
	int n;
	AttrNumber columns[INDEX_MAX_KEYS];
} OrmCatalogKey;

typedef struct OrmCatalogRelation
{
	Oid relid; /* hash key; must be first */
	char *name;
	Oid schema;
	Oid owner;
	char relkind;
	bool temporary;
	List *columns;		/* of OrmCatalogColumn *, in table order */
	List *keys;			/* of OrmCatalogKey *, the primary key first */
	List *foreign_keys; /* of OrmForeignKey *, by name, one for each set of columns and target */
	void *note;			/* of the caller; NULL */
} OrmCatalogRelation;

typedef struct OrmCatalog
{
	HTAB *by_oid;	 /* of OrmCatalogRelation */
	List *relations; /* those of the schema, by name */
} OrmCatalog;

/*
 * Reads the tables, partitioned tables (without their partitions), foreign
 * tables, views and materialized views of a schema, and with them the relations
 * "others" (List of Oid).
 */
extern OrmCatalog *orm_catalog_read(Oid schema, const List *others);

/* A relation that was read, or NULL. */
extern OrmCatalogRelation *orm_catalog_relation(const OrmCatalog *catalog, Oid relid);

/* A column by its name or its number, or NULL. */
extern OrmCatalogColumn *orm_catalog_column(const OrmCatalogRelation *relation, const char *name);
extern OrmCatalogColumn *orm_catalog_column_number(const OrmCatalogRelation *relation, AttrNumber number);

/* The names of n columns (List of char *). */
extern List *orm_catalog_names(const OrmCatalogRelation *relation, const AttrNumber *columns, int n);

/* Are the columns unique together: does a key consist of some of them? */
extern bool orm_catalog_is_unique(const OrmCatalogRelation *relation, const AttrNumber *columns, int n);

/*
 * The columns of the key of a simple view over one table (List of char *): those
 * of the table's primary key, when all of them are there; else NIL.  Locks the view
 * until the transaction ends.
 */
extern List *orm_catalog_view_key(Oid view);

#endif
