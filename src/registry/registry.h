/*
 * registry.h - the two tables of registered models.
 *
 *   orm.model    one row for each model, dumped by pg_dump, text only:
 *                name, schema, relation, owner, state, document
 *   orm.binding  one row for each model, not dumped: the table's OID, and for every
 *                column that the document names: relation OID, name, attribute
 *                number; of a model that is only declared the OID of its owner
 *
 * Why two: on COPY a regclass or regrole that cannot be resolved raises before
 * any trigger runs, and a partial restore would lose every model.  So what is
 * dumped is text, and what is bound to OIDs is made again by the row trigger.
 * While the database lives the binding leads: a renamed table or column is
 * followed by its OID and number, and an event trigger writes the new names
 * back.  In a restore the names lead.
 *
 * State "declared": no table has been created for the model, and the document
 * holds all of it.  "created" (by create_all and its kin) and "mapped" (by
 * orm.map): it has a table, and the document holds only what PostgreSQL's
 * catalogs cannot say.
 *
 * Rows are written here and nowhere else, with CatalogTupleInsert and its kin,
 * as no user has the right to.  Callers check ownership before.  Row triggers
 * do not fire for such writes, so each one sends its own invalidations: the
 * relcache entry of the mapped table, old and new, and that of orm.model
 * itself, which guards names.
 *
 * A row whose relation is gone is treated as absent by every reader.
 */
#ifndef ORM_REGISTRY_REGISTRY_H
#define ORM_REGISTRY_REGISTRY_H

#include "access/attnum.h"
#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/pg_list.h"

/* A column that a document names, as it was when the row was written. */
typedef struct OrmColumnRef
{
	Oid relation;
	char *name;
	AttrNumber attnum;
} OrmColumnRef;

/* A row of orm.model together with its binding. */
typedef struct OrmRegistered
{
	char *name;
	char *schema; /* as written by the user; NULL: none was (declared only) */
	char *relation;
	char *owner;	/* name of a role; counts only while there is no table */
	Oid declarer;	/* the role itself, which may have another name by now */
	bool mapped;	/* it has a table: state "created" or "mapped" */
	bool by_map;	/* state "mapped": it came by orm.map, drop_all leaves its table alone */
	char *document; /* JSON text */
	Oid relid;		/* of the table; InvalidOid when not mapped */
	int nrefs;
	OrmColumnRef *refs;
} OrmRegistered;

/* OID of orm.model, or InvalidOid when the extension is not installed. */
extern Oid orm_registry_relid(void);

/* OID of the extension's schema; raises 3F000 when it is not installed. */
extern Oid orm_registry_schema(void);

/* OID of the type orm.document. */
extern Oid orm_registry_document_type(void);

/*
 * Makes this transaction the only one that changes the registry, to its end
 * (ShareRowExclusiveLock on orm.model).  Readers and COPY of a restore go on.
 * Every function that writes takes it before it reads what it will change.
 */
extern void orm_registry_lock(void);

/* Raises 25006 in a read-only transaction and on a standby; so does orm_registry_lock. */
extern void orm_registry_check_writable(void);

/*
 * The row of a model, palloc'd in the current context, or NULL.  Sees what
 * this transaction has written and what others have committed by now.
 */
extern OrmRegistered *orm_registry_find(const char *name);

/* All rows (List of OrmRegistered *), ordered by name. */
extern List *orm_registry_all(void);

/* The rows of the models on one table, ordered by name. */
extern List *orm_registry_of_relation(Oid relid);

/*
 * Writes a row and its binding, new or in place of the one of that name, and
 * makes it visible to this transaction.  The caller has checked ownership.
 */
extern void orm_registry_put(const OrmRegistered *row);

/* Removes the row of a model and its binding, if there is one. */
extern void orm_registry_remove(const char *name);

/* Is there a mapped row whose relation no longer exists?  And: removes all such rows. */
extern bool orm_registry_is_dangling(void);
extern void orm_registry_sweep(void);

/* For the row trigger: a tuple of orm.model as a row, without its binding; and a row as a tuple. */
extern OrmRegistered *orm_registry_row(HeapTuple tuple, TupleDesc descriptor);
extern HeapTuple orm_registry_tuple(const OrmRegistered *row, TupleDesc descriptor);

/*
 * Writes only the binding of a row, for the row trigger of a restore, and
 * sends the invalidations.
 */
extern void orm_registry_bind(const OrmRegistered *row);

/* Removes the binding of a row that somebody deletes with plain SQL. */
extern void orm_registry_unbind(const char *name);

/* The owner of a table; InvalidOid: it is gone. */
extern Oid orm_registry_table_owner(Oid relid);

/* The owner of a model: of its table, else the role that declared it; may be InvalidOid. */
extern Oid orm_registry_owner(const OrmRegistered *row);

#endif
