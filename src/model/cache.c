/*
 * cache.c - the model cache and its protocol.
 *
 * An entry has a name, the model built for it, the relations read by the build,
 * and a state:
 *
 *     STALE     must be built before use
 *     BUILDING  is being built; an invalidation message that arrives during the
 *               build makes it STALE
 *     VALID     no invalidation message has arrived since the build began
 *
 * Changes are announced by PostgreSQL's invalidation messages.  DDL on a table
 * invalidates its relcache entry.  Writers of a model function's text also
 * invalidate the entry of its table, which reaches the model and the saved plans
 * on that table together.  DROP, RENAME, OWNER TO and REASSIGN OWNED of a function
 * change no relation, but rows of pg_proc; so do grants of orm.model and orm.map.
 * Memberships and attributes of roles decide on the right to declare, and
 * renaming a schema does not invalidate its tables.  So there is a syscache
 * callback on pg_namespace, which makes all entries STALE, and one on pg_proc,
 * pg_auth_members and pg_authid.  A model depends on functions of others, too, and on
 * functions that do not exist yet, and changes of pg_proc are frequent.  So an entry
 * keeps what the registry and pg_proc have answered to its build (registry/answers.h):
 * who may declare, and the functions of computed attributes; and the number of
 * changes at that time.  When there are more now, they are asked again, and the entry
 * becomes STALE if an answer is another.  The callbacks compare OIDs and mark entries;
 * they do no lookups, do not allocate and do not raise errors.  The absence of a model
 * is never cached: its function could come in any schema.
 *
 * orm_cache_open() looks up the entry.  If it is VALID, the table is locked,
 * which processes the invalidation messages of transactions that held a
 * conflicting lock.  If the entry is still VALID, the model is current and cannot
 * change while the lock is held.  Otherwise the model is built and the entry is
 * checked again.
 *
 * A rebuilt model that equals the old one is discarded, and the old one is kept
 * with its epoch: keys of the plan cache contain the epoch, so every autovacuum
 * would empty that cache otherwise.  A replaced model is moved to the memory of
 * the top-level transaction, so pointers to it stay valid until its end.
 *
 * The relations of entries are kept in a hash table of their own, so that a message
 * about a relation costs no walk through all models.  An entry uses the table of its
 * model and what the build has read; while it is built, it uses all relations.
 *
 * Hash keys are zero-padded names.  An entry is entered as STALE before the build
 * and receives only complete models.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/nearest.h"
#include "base/sql.h"
#include "model/cache.h"
#include "registry/answers.h"
#include "registry/registry.h"

typedef enum EntryState
{
	STALE,
	BUILDING,
	VALID
} EntryState;

struct CacheEntry;

/* An entry uses a relation. */
typedef struct RelationUse
{
	dlist_node link; /* of the relation */
	struct CacheEntry *entry;
	Oid relid;
} RelationUse;

/* A relation and who uses it. */
typedef struct UsedRelation
{
	Oid relid; /* hash key; must be first */
	dlist_head uses;
} UsedRelation;

typedef struct CacheEntry
{
	char name[NAMEDATALEN]; /* hash key; must be first */
	EntryState state;
	OrmModel *model;   /* NULL: never built */
	List *depends;	   /* OIDs of other relations read by the build; in the model's context */
	RelationUse *uses; /* of the model's table and of "depends"; in the model's context */
	int nuses;
	List *answers; /* of the registry to the build; in the model's context */
	uint64 asked;  /* "generation" when they were given */
	dlist_node link;
} CacheEntry;

static HTAB *entries = NULL;
static HTAB *used_relations = NULL;
static CacheEntry *in_build = NULL; /* the entry that is BUILDING; one at a time */
static dlist_head entry_list = DLIST_STATIC_INIT(entry_list);
static uint64 generation = 0; /* see orm_cache_generation */

/* Marks all entries.  With debug_discard_caches every lock invalidates everything, and no build would complete. */
static void
mark_all(void)
{
	dlist_iter iter;

	generation++;
	dlist_foreach(iter, &entry_list)
	{
		CacheEntry *entry = dlist_container(CacheEntry, link, iter.cur);

		if (debug_discard_caches == 0 || entry->state != BUILDING)
			entry->state = STALE;
	}
}

/* Relcache callback: marks the entries that depend on the relation; InvalidOid means all. */
static void
relation_changed(Datum argument, Oid relid)
{
	UsedRelation *used;
	dlist_iter iter;

	if (!OidIsValid(relid))
	{
		mark_all();
		return;
	}
	if (in_build != NULL)
		in_build->state = STALE;
	used = used_relations != NULL ? hash_search(used_relations, &relid, HASH_FIND, NULL) : NULL;
	if (used == NULL)
		return;
	dlist_foreach(iter, &used->uses)
	{
		RelationUse *use = dlist_container(RelationUse, link, iter.cur);

		use->entry->state = STALE;
	}
}

/* Syscache callback for functions and roles: the registry has to be asked again. */
static void
standing_changed(Datum argument, int cache, uint32 hash)
{
	generation++;
}

/* Syscache callback for schemas: models may have changed. */
static void
models_changed(Datum argument, int cache, uint32 hash)
{
	mark_all();
}

void
orm_cache_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, standing_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, standing_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, standing_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, models_changed, (Datum) 0);
}

/* Finds or creates the entry of a name. */
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
		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(UsedRelation);
		used_relations = hash_create("orm relations of models", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	strlcpy(key, name, NAMEDATALEN);
	entry = hash_search(entries, key, HASH_ENTER, &found);
	if (!found)
	{
		entry->state = STALE;
		entry->model = NULL;
		entry->depends = NIL;
		entry->uses = NULL;
		entry->nuses = 0;
		entry->answers = NIL;
		entry->asked = 0;
		dlist_push_tail(&entry_list, &entry->link);
	}
	return entry;
}

/* Prepares the uses of a model's relations, in its memory; nothing is linked yet. */
static RelationUse *
make_uses(CacheEntry *entry, const OrmModel *model, const List *depends)
{
	RelationUse *uses = MemoryContextAlloc(model->context, sizeof(RelationUse) * (list_length(depends) + 1));
	ListCell *cell;

	uses[0] = (RelationUse){.entry = entry, .relid = model->relid};
	foreach(cell, depends)
		uses[foreach_current_index(cell) + 1] = (RelationUse){.entry = entry, .relid = lfirst_oid(cell)};
	for (int i = 0; i <= list_length(depends); i++)
	{
		bool found;
		UsedRelation *used = hash_search(used_relations, &uses[i].relid, HASH_ENTER, &found);

		if (!found)
			dlist_init(&used->uses);
	}
	return uses;
}

/* Links prepared uses.  Raises nothing. */
static void
link_uses(RelationUse *uses, int n)
{
	for (int i = 0; i < n; i++)
	{
		UsedRelation *used = hash_search(used_relations, &uses[i].relid, HASH_FIND, NULL);

		Assert(used != NULL);
		dlist_push_tail(&used->uses, &uses[i].link);
	}
}

/* Unlinks the uses of an entry, and forgets relations that nobody uses.  Raises nothing. */
static void
unlink_uses(CacheEntry *entry)
{
	for (int i = 0; i < entry->nuses; i++)
	{
		UsedRelation *used = hash_search(used_relations, &entry->uses[i].relid, HASH_FIND, NULL);

		dlist_delete(&entry->uses[i].link);
		if (dlist_is_empty(&used->uses))
			hash_search(used_relations, &entry->uses[i].relid, HASH_REMOVE, NULL);
	}
	entry->uses = NULL;
	entry->nuses = 0;
}

/* Detaches the model of an entry; its memory is freed at the end of the transaction. */
static void
park(CacheEntry *entry)
{
	unlink_uses(entry);
	if (entry->model != NULL)
		MemoryContextSetParent(entry->model->context, TopTransactionContext);
	entry->model = NULL;
	entry->depends = NIL;
	entry->answers = NIL;
}

/* Removes the entry of a name without a model. */
static void
forget(CacheEntry *entry)
{
	park(entry);
	if (in_build == entry)
		in_build = NULL;
	dlist_delete(&entry->link);
	hash_search(entries, entry->name, HASH_REMOVE, NULL);
}

/* Puts a new model into an entry, or discards it when it equals the old one. */
static void
install(CacheEntry *entry, OrmModel *model, List *depends)
{
	RelationUse *uses;
	int nuses = list_length(depends) + 1;

	if (entry->model != NULL && orm_model_equal(entry->model, model) && equal(entry->depends, depends))
	{
		MemoryContextDelete(model->context);
		return;
	}

	/* linked before those of the old model are unlinked, so that no relation is forgotten in between */
	uses = make_uses(entry, model, depends);
	link_uses(uses, nuses);
	park(entry);
	MemoryContextSetParent(model->context, CacheMemoryContext);
	entry->model = model;
	entry->depends = depends;
	entry->uses = uses;
	entry->nuses = nuses;
}

/* Raises 42501: the owner of the model function has not the right to declare. */
static void
raise_inert(const OrmRegistered *row)
{
	char *owner = GetUserNameFromId(row->owner, false);
	const char *right = row->by_map ? "orm.map(regclass, text, orm.document[])"
									: "orm.model(text, text, orm.document[])";

	if (row->standing == ORM_STANDING_MAY_NOT_DECLARE)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("model \"%s\" is not in force", row->name),
				errdetail("Function %s belongs to role \"%s\", which does not have EXECUTE on function %s.",
						  orm_registry_function_name(row->function), owner, right),
				errhint("GRANT EXECUTE ON FUNCTION %s TO %s;", right, orm_sql_quoted(owner)));
	ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("model \"%s\" is not in force", row->name),
			errdetail("Function %s belongs to role \"%s\", which does not have the privileges of the owner of table "
					  "\"%s\".",
					  orm_registry_function_name(row->function), owner, get_rel_name(row->relid)),
			errhint("ALTER FUNCTION %s OWNER TO %s;", orm_registry_function_name(row->function),
					orm_sql_quoted(GetUserNameFromId(orm_registry_owner(row), false))));
}

void
orm_cache_raise_unknown(const char *name)
{
	OrmRegistered *inert = orm_registry_find_inert(name);

	if (inert != NULL)
		raise_inert(inert);
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("model \"%s\" does not exist", orm_error_clip(name)),
			orm_cache_nearest(name));
}

/* Raises 42P01 for a model without a table. */
static void
raise_no_table(const OrmRegistered *row)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("model \"%s\" has no table yet", row->name),
			row->by_map ? errhint("It is mapped to table \"%s.%s\", which does not exist.", row->schema, row->relation)
						: errhint("SELECT * FROM orm.create_all();"));
}

/* Does a number of changes still hold?  With debug_discard_caches every look at a catalog is one. */
static bool
is_current(uint64 number)
{
	return number == generation || debug_discard_caches > 0;
}

/* Keeps what the registry has answered to the build of an entry's model since "asked". */
static void
keep_answers(CacheEntry *entry, const List *answers, uint64 asked)
{
	MemoryContext caller = MemoryContextSwitchTo(entry->model->context);
	List *copy = orm_answers_copy(answers);

	orm_answers_free(entry->answers);
	entry->answers = copy;
	entry->asked = is_current(asked) ? generation : asked;
	MemoryContextSwitchTo(caller);
}

/*
 * Builds the model of an entry under a lock on its table.  Without a mapped model
 * of that name it returns false; *row receives what there is.  The entry is VALID
 * afterwards unless an invalidation message arrived or the table was dropped.
 */
static pg_noinline bool
build(CacheEntry *entry, const char *name, LOCKMODE lockmode, bool raise, OrmRegistered **row, List **answers)
{
	uint64 asked = generation;
	OrmModel *model;
	List *depends;

	*row = raise ? orm_registry_find(name) : orm_registry_find_if_unique(name);
	if (*row == NULL || !(*row)->mapped)
		return false;
	LockRelationOid((*row)->relid, lockmode);
	if (entry->state != BUILDING || !is_current(asked))
	{
		entry->state = STALE;
		return true; /* locking processed an invalidation message: check again */
	}
	model = orm_model_build(*row, CurrentMemoryContext, &depends);
	if (model == NULL)
	{
		entry->state = STALE; /* dropped before it was locked */
		return true;
	}
	install(entry, model, depends);
	keep_answers(entry, *answers, asked);
	if (entry->state == BUILDING)
		entry->state = VALID;
	return true;
}

/* Builds the model of an entry, or removes the entry and returns false, or raises an error if "raise" is set. */
static bool
rebuild(CacheEntry *entry, const char *name, LOCKMODE lockmode, bool raise)
{
	OrmRegistered *row = NULL;
	List *answers = NIL;
	volatile bool built = false;

	entry->state = BUILDING;
	in_build = entry;
	orm_answers_begin(&answers, CurrentMemoryContext);
	PG_TRY();
	{
		built = build(entry, name, lockmode, raise, &row, &answers);
	}
	PG_FINALLY();
	{
		orm_answers_end();
		in_build = NULL;
	}
	PG_END_TRY();
	if (built)
		return true;
	forget(entry);
	if (raise && row != NULL)
		raise_no_table(row);
	if (raise)
		orm_cache_raise_unknown(name);
	return false;
}

/* Asks the registry again what it has answered to the build of a VALID entry; if not the same, it is STALE. */
static void
ask_again(CacheEntry *entry)
{
	uint64 asked = generation;
	bool hold;

	entry->state = BUILDING;
	in_build = entry;
	hold = orm_answers_hold(entry->answers);
	in_build = NULL;
	if (entry->state == BUILDING)
		entry->state = hold ? VALID : STALE;
	entry->asked = is_current(asked) ? generation : asked;
}

/* Locks the table of a VALID entry.  False, without the lock, when the entry is no longer VALID. */
static bool
lock_and_look_again(CacheEntry *entry, LOCKMODE lockmode)
{
	Oid relid = entry->model->relid;

	LockRelationOid(relid, lockmode);
	if (entry->state == VALID && is_current(entry->asked) && entry->model->relid == relid)
		return true;
	UnlockRelationOid(relid, lockmode);
	return false;
}

/* Opens a model; see the protocol at the top of this file. */
static const OrmModel *
open_model(const char *name, LOCKMODE lockmode, bool raise)
{
	if (strlen(name) >= NAMEDATALEN)
	{
		if (raise)
			orm_cache_raise_unknown(name);
		return NULL;
	}
	for (;;)
	{
		CacheEntry *entry = enter(name);

		CHECK_FOR_INTERRUPTS();
		if (entry->state == VALID && entry->asked != generation)
			ask_again(entry);
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
