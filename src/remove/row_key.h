/*
 * row_key.h - the columns that tell the rows of a table apart.  Private to this
 * folder, except for orm_row_key_tree().
 *
 * They are those of the primary key, else those of a unique key that cannot be
 * NULL, else (tableoid, ctid).  These two mean nothing on another server, so the
 * rows of foreign tables and views, which have no indexes, are told apart by columns
 * that the caller declares.
 *
 * All partitions of a table have its key, since a row can be reached through each of
 * the tables above it.  Keys of inheritance parents say nothing about the rows of
 * their children, so that rows of both are told apart by (tableoid, ctid).
 */
#ifndef ORM_REMOVE_ROW_KEY_H
#define ORM_REMOVE_ROW_KEY_H

#include "store/columns.h"

typedef struct OrmRowKey
{
	Oid tree;	   /* the outermost partitioned table, or the table; InvalidOid: inheritance, rows of any table */
	bool arrays;   /* can keys be passed as arrays? */
	bool declared; /* the columns were declared: parts may be NULL */
	AttrNumber attnums[2 * INDEX_MAX_KEYS];
	OrmJoinColumns columns;
} OrmRowKey;

/* Columns declared for relations without indexes; n can be 0. */
typedef struct OrmRowKeyDeclared
{
	int n;
	AttrNumber attnums[2 * INDEX_MAX_KEYS];
} OrmRowKeyDeclared;

/* The key of a relation, in the current memory context.  The caller has locked the relation. */
extern void orm_row_key_find(OrmRowKey *key, Oid relid, const OrmRowKeyDeclared *declared);

/* Appends <alias>."a", <alias>."b" */
extern void orm_row_key_append(StringInfo sql, const OrmRowKey *key, const char *alias);

/* The outermost partitioned table above a table, or the table itself. */
extern Oid orm_row_key_tree(Oid relid);

#endif
