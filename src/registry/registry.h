/*
 * registry.h - finding models: what their functions say.
 *
 * A model is a function in LANGUAGE orm, without arguments and returning json,
 * whose text (model_text.h) is its declaration.  It is an ordinary object of
 * the database: pg_dump, DROP, ALTER ... OWNER, REASSIGN OWNED and DROP OWNED
 * treat it as any function.  There is no table of names and nothing that could
 * be out of date:
 *
 *   name -> model     what the function is called follows from the model's name,
 *                     so the index of pg_proc gives the candidates in all
 *                     schemas without a scan
 *   table -> model    the function depends on its table (pg_depend, AUTO), once
 *                     that exists; without such a row, by the table's name in
 *                     the schema of the function
 *   all models        a scan of pg_proc for functions of the language
 *
 * A candidate counts when its schema is not temporary, its text names this
 * model, and its owner may declare: he has EXECUTE on orm.model (of a mapped
 * model: orm.map) and, where the table exists, the privileges of its owner.
 * That is asked of the catalogs at each use.  A restore creates functions as
 * the restorer and gives them to their owners afterwards, and no event tells of
 * REASSIGN OWNED.  Any other function is inert.
 *
 * Who writes a text takes orm_registry_lock_name() before reading it, and then
 * looks for a second function of the model.  So names are unique, and two
 * writers do not meet "tuple concurrently updated".  Readers lock and write
 * nothing; they work on a standby and in read-only transactions.
 *
 * What has to be remembered by number, for renames, are bindings (binding.h).
 */
#ifndef ORM_REGISTRY_REGISTRY_H
#define ORM_REGISTRY_REGISTRY_H

#include "access/attnum.h"
#include "nodes/pg_list.h"

/* A column that a declaration names, or a join table (number 0), as it was when that was recorded. */
typedef struct OrmColumnRef
{
	Oid relation;
	char *name;
	AttrNumber attnum;
} OrmColumnRef;

/* May the owner of a model function declare? */
typedef enum OrmStanding
{
	ORM_STANDING_GOOD,
	ORM_STANDING_MAY_NOT_DECLARE, /* no EXECUTE on orm.model or orm.map */
	ORM_STANDING_NOT_THE_TABLES	  /* not the privileges of the table's owner */
} OrmStanding;

/* A model function, read. */
typedef struct OrmRegistered
{
	Oid function;
	Oid function_schema;
	Oid owner;
	OrmStanding standing;
	char *name; /* of the model */
	char *text; /* of the function */
	char *document;
	char *schema; /* of the table, as the text has it, else the function's */
	char *relation;
	bool by_map; /* "map": the catalogs say what the table is; drop_all leaves it alone */
	bool mapped; /* it has a table: relid */
	Oid relid;
	bool tied;	/* the function depends on the table */
	bool bound; /* it has a binding for this text */
	int nrefs;
	OrmColumnRef *refs;
} OrmRegistered;

/* Is the extension installed in this database? */
extern bool orm_registry_is_installed(void);

/* OID of the extension's schema; raises 3F000 when it is not installed. */
extern Oid orm_registry_schema(void);

/* OID of the type orm.document. */
extern Oid orm_registry_document_type(void);

/*
 * Makes this transaction the only one that creates and drops tables of models,
 * to its end.  Readers go on, and so do hand-written CREATE FUNCTION commands.
 */
extern void orm_registry_lock(void);

/* Makes it the only one that writes the text of that model, and drops or alters its function, to its end. */
extern void orm_registry_lock_name(const char *name);

/*
 * The same for the names of rows (List of OrmRegistered *).  Many are locked as
 * one, which is then held against whoever locks any name.
 */
extern void orm_registry_lock_names(const List *rows);

/* Raises 25006 in a read-only transaction and on a standby; so do the locks. */
extern void orm_registry_check_writable(void);

/*
 * The model of that name, palloc'd in the current context, or NULL.  Sees what
 * this transaction has written and what others have committed by now.  Raises
 * 42725 for two functions that both count.
 */
extern OrmRegistered *orm_registry_find(const char *name);

/* The same, but NULL where two functions count: for what only refers to the model and goes on without it. */
extern OrmRegistered *orm_registry_find_if_unique(const char *name);

/* A function that would be the model's but for its owner, or NULL. */
extern OrmRegistered *orm_registry_find_inert(const char *name);

/* All models (List of OrmRegistered *), ordered by name. */
extern List *orm_registry_all(void);

/* The models of these names, different ones (List of char *), that there are, in that order. */
extern List *orm_registry_named(const List *names);

/* All model functions, in force or not, whoever owns them and whatever they are called, ordered by model. */
extern List *orm_registry_functions(void);

/* The models on one table, ordered by name. */
extern List *orm_registry_of_relation(Oid relid);

/* The model functions that depend on a table, whoever owns them, in force or not. */
extern List *orm_registry_tied(Oid relid);

/*
 * Another function of that model that bars a new one: of an owner who may
 * declare, whatever table it names.  InvalidOid: none.
 */
extern Oid orm_registry_other(const char *name, Oid function);

/* A function as a model, or NULL when its form or text is another; whoever owns it and whatever it is called. */
extern OrmRegistered *orm_registry_read(Oid function);

/* Is a function called as that of its model must be? */
extern bool orm_registry_is_well_named(const OrmRegistered *row);

/* Is it, and may its owner declare? */
extern bool orm_registry_is_in_force(const OrmRegistered *row);

/* May this role declare: has it EXECUTE on orm.model, or orm.map? */
extern bool orm_registry_may_declare(Oid role, bool by_map);

/* Can a relation be a model's: a table, partitioned or foreign table, or view, not temporary and no catalog? */
extern bool orm_registry_is_table(Oid relid);

/* The owner of a table; InvalidOid: it is gone. */
extern Oid orm_registry_table_owner(Oid relid);

/* The role that a model's objects belong to: the owner of its table, else of its function. */
extern Oid orm_registry_owner(const OrmRegistered *row);

/* The function as messages and results name it: schema.name(). */
extern char *orm_registry_function_name(Oid function);

#endif
