/*
 * register.h - putting a model that has a table into the registry.
 */
#ifndef ORM_DEFINE_REGISTER_H
#define ORM_DEFINE_REGISTER_H

#include "model/declaration.h"
#include "registry/registry.h"

/*
 * Writes the function of a model whose table is relid, and binds its names to
 * columns.  Of a mapped one what the catalogs say is taken out of the
 * declaration (which is changed).  Of two models on one table the second gets
 * no accessors, with a NOTICE.
 */
extern void orm_register_mapped(OrmRegistered *row, OrmDeclaration *declaration, Oid relid);

/*
 * Checks that every relationship whose target is known can be joined, and
 * follows the same key as its inverse: says what is wrong now, not at the
 * first use.  42702, 42703, 42P10, 42P16.  Without "all" those are passed over
 * whose join table is still to be made.
 */
extern void orm_register_check_relationships(const char *name, bool all);

/* Fixes, now that all tables of a run are there, by which columns relationships are joined. */
extern void orm_register_pin(const char *name);

/*
 * Locks a relation (AccessShareLock, to the end of the transaction).  Raises
 * 42809 or 42P16 for one that cannot be mapped, 42501 unless the current user
 * owns it.
 */
extern void orm_register_check_relation(Oid relid);

/* The whole declaration of a row, as orm_follow_declaration; errors say whose it is. */
extern OrmDeclaration *orm_register_declaration(const OrmRegistered *row);

/* The same as it was written, without following renames; its schema may be NULL. */
extern OrmDeclaration *orm_register_declaration_as_written(const OrmRegistered *row);

/*
 * Writes the names that a model's table and columns have now into its text,
 * where one has changed; else the text stays as it was written.  "written": as
 * orm_register_declaration_as_written.  "moved": the function was moved, not
 * the table.  The caller has locked the name.  Says whether the text is another.
 */
extern bool orm_register_write_names(OrmRegistered *row, OrmDeclaration *written, bool moved);

/* A declaration that has been put together, checked as a whole; "mapped" as in orm_declaration_parse. */
extern OrmDeclaration *orm_register_read_again(const OrmDeclaration *declaration, bool mapped);

/* Which model a table is known by, for documents: its name, or NULL (an OrmTargetNamer). */
extern char *orm_register_name_target(Oid relation, void *argument);

#endif
