/*
 * declare.h - orm.model, orm.map, orm.unmap.
 */
#ifndef ORM_DEFINE_DECLARE_H
#define ORM_DEFINE_DECLARE_H

#include "model/declaration.h"
#include "nodes/pg_list.h"
#include "registry/registry.h"

/*
 * orm.model: writes the function of a model, new or in place of its text.  A
 * model that has its table stays in force, as far as the table has what is
 * declared.  What the former declaration had and this one leaves out is written
 * as removed, as long as the table has it.  Returns a word on what it has come to, palloc'd.  Raises what
 * orm_declaration_parse does; 42501 when the name or the table is somebody else's.
 */
extern char *orm_declare_model(const char *document);

/*
 * orm.map: a model of a relation that exists, new or declared again, whose
 * version stays.  42501 unless the caller owns it; 42710 for the name of a model
 * of another relation; 42P16, 42809.
 */
extern void orm_declare_map(Oid relid, const char *name, const char *document, List **changes);

/* orm.unmap: forgets a model and drops its accessors; one that was to be renamed gives its place to the new one. */
extern void orm_declare_unmap(const char *name, List **changes);

/* For extend.c and declare_schema.c as well */

/* The declaration of a model document that a client has sent; raises 22023 for notes of the extension's in it. */
extern OrmDeclaration *orm_declare_read(const char *document, bool mapped);

/* The same of elements that are not a whole declaration, without the checks across them. */
extern OrmDeclaration *orm_declare_read_part(const char *document, bool mapped);

/* That, without completing what mixins bring. */
extern OrmDeclaration *orm_declare_read_elements(const char *document);

/*
 * A relationship that is declared again without its foreign key or join table
 * keeps the one that was found or made for it.
 */
extern void orm_declare_keep_pins(OrmDeclaration *declaration, const OrmDeclaration *before);

/* Writes the function of a declared model, new or in place of its text; inverses are not checked. */
extern void orm_declare_write(OrmDeclaration *declaration);

/* Every column that a mapped declaration names must be in the relation: 42703. */
extern void orm_declare_check_columns(const OrmDeclaration *declaration, Oid relid);

/* What a declaration has come to: "declared", "in force" or "pending: 2 changes", palloc'd. */
extern char *orm_declare_state(const char *name);

/*
 * Locks the registry and the name, and returns the row of a model, or NULL.  Raises 42501 for
 * a model of another owner: before the lock, so that nobody waits in vain.
 */
extern OrmRegistered *orm_declare_lock(const char *name);

/*
 * Checks the paths and functions of the relationships of a model that has a table, as far as the tables on the way
 * are there and nothing of them is pending: 42703, 42883, 42P17 and others, with the place.
 */
extern void orm_declare_check_derived(const char *name);

/* Checks inverses and filters of a declaration's relationships, as far as their targets are there: 42P16, 42703. */
extern void orm_declare_check_inverses(const OrmDeclaration *declaration);

/*
 * Maps a relation to a new model, without functions; the declaration has no
 * relationships and no version.  42710 for the name of a model; otherwise as orm_declare_map.
 */
extern void orm_declare_mapped(Oid relid, OrmDeclaration *declaration);

/* Has a model, which is none of these (List of char *), a relationship to one of them? */
extern bool orm_declare_leads_to(const OrmRegistered *row, const List *names);

/* Binds what relationships of other models to these new ones (List of char *) name, and makes their functions. */
extern void orm_declare_make_waiting(const List *names, List **changes);

#endif
