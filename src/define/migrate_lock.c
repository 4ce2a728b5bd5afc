/*
 * migrate_lock.c - see migrate_lock.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_language.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/attempt.h"
#include "base/settings.h"
#include "base/sql.h"
#include "define/migrate_lock.h"
#include "define/owner.h"
#include "exec/execute.h"
#include "registry/model_text.h"

#define ATTEMPTS 5
#define FIRST_PAUSE 100000 /* microseconds; doubled for each attempt */

/* The first half of the advisory locks of models: "orm"; the second is a hash of the name, or 0 for all names. */
#define MODEL_LOCKS 0x6f726d

/* So many models are locked one by one. */
#define MANY_MODELS 64

/* Who holds locks of this database, one row with a text; for the locktype, and a column of pg_locks with its OID. */
#define BLOCKERS \
	"SELECT pg_catalog.count(*), pg_catalog.string_agg(pg_catalog.concat('process ', b.pid," \
	" CASE WHEN a.application_name OPERATOR(pg_catalog.<>) '' THEN pg_catalog.concat(' (', a.application_name, ')') " \
	"END," \
	" ' has it since ', coalesce((pg_catalog.date_trunc('second', pg_catalog.clock_timestamp()" \
	" OPERATOR(pg_catalog.-) a.xact_start))::pg_catalog.text, 'an unknown time')), E'\\n')" \
	" FROM (SELECT DISTINCT l.pid FROM pg_catalog.pg_locks l" \
	" WHERE l.granted AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()" \
	" AND l.database OPERATOR(pg_catalog.=) %u AND l.locktype OPERATOR(pg_catalog.=) '%s'" \
	" AND l.%s OPERATOR(pg_catalog.=) %u) b" \
	" LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) b.pid"

/* A table and the mode in which it is locked. */
typedef struct TableLock
{
	Oid relid;
	Oid owner;
	const char *mode;
	double size;
} TableLock;

/* The strength of a mode. */
static int
strength(const char *mode)
{
	static const char *const modes[] = {"SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE"};

	for (int i = 0; i < (int) lengthof(modes); i++)
		if (strcmp(mode, modes[i]) == 0)
			return i;
	return 0;
}

/* The number of rows of a table, by its statistics: the measure of how busy it is. */
static double
table_size(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	double size = 0;

	if (HeapTupleIsValid(tuple))
	{
		size = ((Form_pg_class) GETSTRUCT(tuple))->reltuples;
		ReleaseSysCache(tuple);
	}
	return size;
}

static int
compare_locks(const ListCell *a, const ListCell *b)
{
	const TableLock *left = lfirst(a);
	const TableLock *right = lfirst(b);

	if (left->size != right->size)
		return left->size > right->size ? -1 : 1;
	return left->relid < right->relid ? -1 : left->relid > right->relid;
}

/* The locks that steps need, the busiest table first. */
static List *
collect(const List *steps)
{
	List *locks = NIL;
	ListCell *cell;
	ListCell *other;

	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);
		TableLock *lock = NULL;

		if (step->lock == NULL || !OidIsValid(step->relid))
			continue;
		foreach(other, locks)
			if (((TableLock *) lfirst(other))->relid == step->relid)
				lock = lfirst(other);
		if (lock == NULL)
		{
			lock = palloc0(sizeof(TableLock));
			*lock = (TableLock){step->relid, step->owner, step->lock, table_size(step->relid)};
			locks = lappend(locks, lock);
		}
		if (strength(step->lock) > strength(lock->mode))
			lock->mode = step->lock;
	}
	list_sort(locks, compare_locks);
	return locks;
}

/* The work of an attempt; the table that is being locked is the first of "rest". */
typedef struct Locking
{
	List *locks;
	const TableLock *current;
} Locking;

static void
lock_tables(void *argument)
{
	Locking *locking = argument;
	ListCell *cell;

	foreach(cell, locking->locks)
	{
		OrmIdentity identity;
		StringInfoData sql;

		locking->current = lfirst(cell);
		identity = orm_owner_begin(locking->current->owner);
		initStringInfo(&sql);
		appendStringInfoString(&sql, "LOCK TABLE ");
		orm_sql_relation(&sql, locking->current->relid);
		appendStringInfo(&sql, " IN %s MODE", locking->current->mode);
		orm_execute_statement(sql.data);
		orm_owner_end(identity);
	}
}

/* The processes that hold locks, as a text; NULL: they are gone by now. */
static char *
find_blockers(const char *locktype, const char *column, Oid object)
{
	int level = orm_settings_pin(NULL);
	char *text = NULL;

	(void) orm_execute_count(psprintf(BLOCKERS, MyDatabaseId, locktype, column, object), &text);
	orm_settings_leave(level);
	return text;
}

/* Raises 55P03. */
static void
raise_blocked(const char *what, char *blockers)
{
	ereport(ERROR, errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("could not lock %s in time", what),
			blockers != NULL ? errdetail_internal("%s", blockers) : 0,
			errhint("Run it again when these are done, or with more time: {\"lock_timeout\": \"10s\"}."));
}

/* Locks the tables, giving all locks back between attempts. */
static void
lock_all_tables(const List *steps)
{
	Locking locking = {collect(steps), NULL};
	char *blockers = NULL;
	long pause = FIRST_PAUSE;

	for (int i = 0; i < ATTEMPTS && locking.locks != NIL; i++)
	{
		ErrorData *error = orm_attempt(lock_tables, &locking, ORM_ATTEMPT_KEEP);

		if (error == NULL)
			return;
		if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE)
			ReThrowError(error);
		blockers = find_blockers("relation", "relation", locking.current->relid);
		CHECK_FOR_INTERRUPTS();
		if (i + 1 < ATTEMPTS)
			pg_usleep(pause);
		pause *= 2;
	}
	if (locking.locks != NIL)
		raise_blocked(psprintf("table \"%s\"", get_rel_name(locking.current->relid)), blockers);
}

/* Sets lock_timeout for what follows; returns the level that ends it. */
static int
set_lock_timeout(const OrmMigrateOptions *options)
{
	int level = NewGUCNestLevel();

	(void) set_config_option("lock_timeout", psprintf("%d", options->lock_timeout), PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* The tag of the advisory lock of a model; of all models with 0. */
static LOCKTAG
model_tag(uint32 hash)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, MODEL_LOCKS, hash, 2);
	return tag;
}

static void
lock_model(uint32 hash, LOCKMODE mode)
{
	LOCKTAG tag = model_tag(hash);

	(void) LockAcquire(&tag, mode, false, false);
}

/* The models that are being locked. */
typedef struct ModelLocking
{
	const List *names; /* of char *, in order */
	const char *current;
	uint32 hash;
} ModelLocking;

/* One migration at a time changes a model; many models are locked as one. */
static void
lock_models(void *argument)
{
	ModelLocking *locking = argument;
	bool many = list_length(locking->names) > MANY_MODELS;
	ListCell *cell;

	locking->current = linitial(locking->names);
	locking->hash = 0;
	lock_model(0, many ? ExclusiveLock : ShareLock);
	foreach(cell, many ? NIL : locking->names)
	{
		locking->current = lfirst(cell);
		locking->hash = orm_model_text_hash(lfirst(cell));
		lock_model(locking->hash, ExclusiveLock);
	}
}

void
orm_migrate_lock_models(const List *names, const OrmMigrateOptions *options)
{
	ModelLocking locking = {names, NULL, 0};
	ErrorData *error;
	int level;

	if (names == NIL)
		return;
	level = set_lock_timeout(options);
	error = orm_attempt(lock_models, &locking, ORM_ATTEMPT_KEEP);
	if (error != NULL && error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
		raise_blocked(psprintf("model \"%s\": another migration is running", locking.current),
					  find_blockers("advisory", "objid", locking.hash));
	if (error != NULL)
		ReThrowError(error);
	AtEOXact_GUC(true, level);
}

/* Takes a lock of a runner at once, or raises 55P03. */
static void
hold(OrmHeldModels *held, uint32 hash, LOCKMODE mode, const char *name)
{
	LOCKTAG tag = model_tag(hash);

	if (LockAcquire(&tag, mode, held->session, true) == LOCKACQUIRE_NOT_AVAIL)
	{
		orm_migrate_lock_release(held);
		raise_blocked(psprintf("model \"%s\": another migration is running", name),
					  find_blockers("advisory", "objid", hash));
	}
	held->hashes[held->n] = hash;
	held->modes[held->n++] = mode;
}

OrmHeldModels *
orm_migrate_lock_hold(const List *names, bool session)
{
	bool many = list_length(names) > MANY_MODELS;
	OrmHeldModels *held = palloc0(sizeof(OrmHeldModels));
	ListCell *cell;

	held->session = session;
	held->hashes = palloc(sizeof(uint32) * (list_length(names) + 1));
	held->modes = palloc(sizeof(LOCKMODE) * (list_length(names) + 1));
	hold(held, 0, many ? ExclusiveLock : ShareLock, linitial(names));
	foreach(cell, many ? NIL : names)
		hold(held, orm_model_text_hash(lfirst(cell)), ExclusiveLock, lfirst(cell));
	return held;
}

void
orm_migrate_lock_release(OrmHeldModels *held)
{
	while (held->session && held->n > 0)
	{
		LOCKTAG tag = model_tag(held->hashes[--held->n]);

		(void) LockRelease(&tag, held->modes[held->n], true);
	}
}

/* The locks of definitions: of the registry, and of the names in their order. */
static void
lock_names(void *argument)
{
	ListCell *cell;

	orm_registry_lock();
	foreach(cell, ((const OrmDifference *) argument)->rows)
		orm_registry_lock_name(((OrmRegistered *) lfirst(cell))->name);
}

void
orm_migrate_lock_all(const OrmDifference *difference, const OrmMigrateOptions *options)
{
	ErrorData *error;
	int level;

	orm_migrate_lock_models(orm_difference_models(difference), options);
	level = set_lock_timeout(options);
	error = orm_attempt(lock_names, unconstify(OrmDifference *, difference), ORM_ATTEMPT_KEEP);
	if (error != NULL && error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
		raise_blocked("the declarations: another migration or declaration is running",
					  find_blockers("object", "classid", LanguageRelationId));
	if (error != NULL)
		ReThrowError(error);
	lock_all_tables(difference->steps);
	AtEOXact_GUC(true, level);
}
