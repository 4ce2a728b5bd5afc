/*
 * define.h - what definitions do: declare, create, map, drop, sync.  Keeps
 * the registry, the tables and the accessors in step, in the caller's
 * transaction.
 *
 * Every function here takes the registry's lock first (registry.h) and reads
 * what it will change after that.  Tables, indexes and functions of a model
 * are made and dropped as the model's owner: when a member of a role, or a
 * superuser, runs a tool over somebody's models, the text in them runs with
 * that somebody's rights and what is made belongs to him.
 */
#ifndef ORM_DEFINE_DEFINE_H
#define ORM_DEFINE_DEFINE_H

#include "postgres.h"
#include "access/htup.h"
#include "access/tupdesc.h"
#include "registry/registry.h"
#include "model/declaration.h"
#include "model/model.h"
#include "nodes/pg_list.h"

/* One thing that was made, changed or dropped: a row of the result. */
typedef struct OrmDefineChange
{
	char *model;		/* NULL: a join table, no model's */
	const char *action; /* "created", "adopted", "dropped", "replaced" */
	const char *kind;	/* "table", "join table", "function", "trigger" */
	char *name;			/* as PostgreSQL prints it: schema-qualified where the search_path needs it */
} OrmDefineChange;

/* declare.c */

/*
 * orm.model: stores a declaration, new or in place of the model of that name.
 * Raises what orm_declaration_parse does; 42501 when the name is somebody else's.
 */
extern void orm_define_declare(const char *document);

/* orm.map: a model of a relation that exists.  42501 unless the caller owns it; 42P16, 42809. */
extern void orm_define_map(Oid relid, const char *name, const char *document, List **changes);

/* orm.unmap: forgets a model and drops its accessors. */
extern void orm_define_unmap(const char *name, List **changes);

/* create.c, drop.c; owner InvalidOid: every model whose owner the caller is a member of. */
extern List *orm_define_create(Oid owner, const char *only);
extern List *orm_define_drop(Oid owner, const char *only);

/* sync.c */

/* orm.sync: makes the accessors of a model, and the trigger of its version, what they should be. */
extern List *orm_define_sync(const char *name);

/* describe.c: the model document of a model, palloc'd JSON text. */
extern char *orm_define_describe(const char *name);

/* events.c */

/* After DDL: puts new names of tables and columns into the registry and the accessors' bodies.  Never raises. */
extern void orm_define_follow_ddl(void);

/* replan.c: after ALTER TABLE, has what was prepared with functions of the table's rows parsed anew.  Never raises. */
extern void orm_define_replan(void);

/* After a DROP: forgets models whose table is gone.  Never raises. */
extern void orm_define_follow_drop(void);

/*
 * A row that a restore (or a superuser's hand) puts into orm.model: checks it
 * and writes its binding.  Returns the tuple to be stored (the owner in it may
 * be another), or NULL, after a WARNING, for one that cannot be placed.
 */
extern HeapTuple orm_define_restore(HeapTuple tuple, TupleDesc descriptor);

/*
 * When all rows of a statement are in: binds the columns of relationships to
 * models whose rows came later than their own.  Never raises.
 */
extern void orm_define_restored(void);

#endif
