/*
 * cache.c - the model cache and its protocol.
 *
 * An entry is a name, the model built for it, the relations that model was
 * read from, and a state:
 *
 *     STALE     must be built (again) before it is used
 *     BUILDING  is being built; a message that arrives now makes it STALE, so
 *               that what was missed while reading is not lost
 *     VALID     no message has arrived since the build began
 *
 * Who says that something changed: PostgreSQL's relcache invalidation.  DDL on
 * a table invalidates its entry by itself.  The registry's writers invalidate
 * the entry of the mapped table (old and new), so that the model and the saved
 * plans on that table hear of it together, and the entry of orm.model, which
 * stands for "some name means something else now": it makes all entries STALE.
 * A renamed schema changes no table's entry, hence the pg_namespace callback.
 * The callbacks compare OIDs and mark entries; they look up nothing, allocate
 * nothing and raise nothing.
 *
 * orm_cache_open(): look the entry up; if VALID, lock its table, which makes
 * this backend take in the messages of all who held a conflicting lock before
 * us; if it is VALID still, nothing has changed since the build and nothing
 * can change while we hold the lock.  Otherwise build and look again.
 *
 * A rebuilt model that equals the old one is thrown away and the old one, with
 * its epoch, stays: otherwise every autovacuum would empty the plan cache,
 * whose keys hold epochs.  A model that is superseded is handed to the top
 * transaction's memory, so that whoever holds a pointer to it may go on to the
 * end of the transaction.
 *
 * Keys are zero-padded names; an entry is entered into the hash table before it
 * is built (as STALE) and filled only with a complete model.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/nearest.h"
#include "model/cache.h"
#include "registry/registry.h"

typedef enum EntryState
{
	STALE,
	BUILDING,
	VALID
} EntryState;

typedef struct CacheEntry
{
	char name[NAMEDATALEN]; /* hash key; must be first */
	EntryState state;
	OrmModel *model; /* NULL: never built */
	List *depends;	 /* other relations it was read from; in the model's context */
	dlist_node link;
} CacheEntry;

static HTAB *entries = NULL;
static dlist_head entry_list = DLIST_STATIC_INIT(entry_list);
static Oid registry_relid = InvalidOid;
static uint64 generation = 0; /* of the registry; see orm_cache_generation */

/* Does the model depend on the relation?  Unknown while it is being built. */
static bool
depends_on(const CacheEntry *entry, Oid relid)
{
	return entry->state == BUILDING || entry->model == NULL || entry->model->relid == relid ||
		list_member_oid(entry->depends, relid);
}

/* Relcache callback: marks what was read from the relation; InvalidOid means all. */
static void
relation_changed(Datum argument, Oid relid)
{
	dlist_iter iter;
	bool all = !OidIsValid(relid) || relid == registry_relid;

	if (all)
		generation++;
	dlist_foreach(iter, &entry_list)
	{
		CacheEntry *entry = dlist_container(CacheEntry, link, iter.cur);

		/* that debug setting says "all" at every lock that is taken: no build would ever end */
		if (!OidIsValid(relid) && debug_discard_caches > 0 && entry->state == BUILDING)
			continue;
		if (all || depends_on(entry, relid))
			entry->state = STALE;
	}
}

/* Syscache callback of pg_namespace: a schema may have another name now. */
static void
schema_changed(Datum argument, int cache, uint32 hash)
{
	relation_changed((Datum) 0, InvalidOid);
}

void
orm_cache_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
}

/* The entry of a name, made if need be. */
static CacheEntry *
enter(const char *name)
{
	char key[NAMEDATALEN] = {0};
	CacheEntry *entry;
	bool found;

	if (entries == NULL)
	{
		HASHCTL control = {0};

		control.keysize = NAMEDATALEN;
		control.entrysize = sizeof(CacheEntry);
		control.hcxt = CacheMemoryContext;
		entries = hash_create("orm models", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	strlcpy(key, name, NAMEDATALEN);
	entry = hash_search(entries, key, HASH_ENTER, &found);
	if (!found)
	{
		entry->state = STALE;
		entry->model = NULL;
		entry->depends = NIL;
		dlist_push_tail(&entry_list, &entry->link);
	}
	return entry;
}

/* Lets go of an entry's model; it lives on to the end of the transaction. */
static void
park(CacheEntry *entry)
{
	if (entry->model != NULL)
		MemoryContextSetParent(entry->model->context, TopTransactionContext);
	entry->model = NULL;
	entry->depends = NIL;
}

/* Takes the entry of a name that means nothing out of the table. */
static void
forget(CacheEntry *entry)
{
	park(entry);
	dlist_delete(&entry->link);
	hash_search(entries, entry->name, HASH_REMOVE, NULL);
}

/* Takes a fresh model into an entry, or throws it away where nothing has changed. */
static void
install(CacheEntry *entry, OrmModel *model, List *depends)
{
	if (entry->model != NULL && orm_model_equal(entry->model, model) && equal(entry->depends, depends))
	{
		MemoryContextDelete(model->context);
		return;
	}
	park(entry);
	MemoryContextSetParent(model->context, CacheMemoryContext);
	entry->model = model;
	entry->depends = depends;
}

/* Raises that there is no such model. */
static void
raise_unknown(const char *name)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("model \"%s\" does not exist", name),
			orm_cache_nearest(name));
}

/* Raises that a model has no table yet. */
static void
raise_no_table(const OrmRegistered *row)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("model \"%s\" has no table yet", row->name),
			errhint("SELECT * FROM orm.create_all();"));
}

/*
 * Builds the model of an entry under a lock on its table.  Returns false when
 * there is none (raise: that is an error).  The entry is VALID afterwards
 * unless a message arrived during the build.
 */
static bool
rebuild(CacheEntry *entry, const char *name, LOCKMODE lockmode, bool raise)
{
	OrmRegistered *row;
	OrmModel *model;
	List *depends;

	registry_relid = orm_registry_relid();
	entry->state = BUILDING;
	row = orm_registry_find(name);
	if (row == NULL || !row->mapped)
	{
		forget(entry);
		if (raise && row != NULL)
			raise_no_table(row);
		if (raise)
			raise_unknown(name);
		return false;
	}
	LockRelationOid(row->relid, lockmode);
	if (entry->state != BUILDING)
		return true; /* look again: the lock brought news */
	model = orm_model_build(row, CurrentMemoryContext, &depends);
	if (model == NULL)
		entry->state = STALE; /* dropped between the registry and the lock */
	else
	{
		install(entry, model, depends);
		if (entry->state == BUILDING)
			entry->state = VALID;
	}
	return true;
}

/* Locks the table of a VALID entry; true when the entry is VALID still. */
static bool
lock_and_look_again(CacheEntry *entry, LOCKMODE lockmode)
{
	Oid relid = entry->model->relid;

	LockRelationOid(relid, lockmode);
	if (entry->state == VALID && entry->model->relid == relid)
		return true;
	UnlockRelationOid(relid, lockmode);
	return false;
}

/* See the top of this file. */
static const OrmModel *
open_model(const char *name, LOCKMODE lockmode, bool raise)
{
	if (strlen(name) >= NAMEDATALEN)
	{
		if (raise)
			raise_unknown(name);
		return NULL;
	}
	for (;;)
	{
		CacheEntry *entry = enter(name);

		CHECK_FOR_INTERRUPTS();
		if (entry->state == VALID && lock_and_look_again(entry, lockmode))
			return entry->model;
		if (entry->state != VALID && !rebuild(entry, name, lockmode, raise))
			return NULL;
	}
}

const OrmModel *
orm_cache_open(const char *name, LOCKMODE lockmode)
{
	Assert(lockmode != NoLock);
	return open_model(name, lockmode, true);
}

const OrmModel *
orm_cache_open_if_any(const char *name, LOCKMODE lockmode)
{
	Assert(lockmode != NoLock);
	return open_model(name, lockmode, false);
}

uint64
orm_cache_generation(void)
{
	return generation;
}

int
orm_cache_nearest(const char *name)
{
	List *rows = orm_registry_all();
	const char **names = palloc(sizeof(char *) * Max(list_length(rows), 1));
	int n = 0;
	ListCell *cell;

	foreach(cell, rows)
		names[n++] = ((OrmRegistered *) lfirst(cell))->name;
	return orm_nearest_hint("model", name, names, n);
}
