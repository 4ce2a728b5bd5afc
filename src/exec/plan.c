/*
 * plan.c - the plan cache.  execute.c runs its plans.
 *
 * Entries are in a hash table by a 64-bit hash of the whole key (the caller's bytes, the
 * resolved search_path, and the role if the plan depends on it).  The bytes are stored and
 * compared; of two keys with equal hashes the newer replaces the older.
 *
 * search_path and role are in the key because PostgreSQL's plan cache discards a plan that
 * is used under another search_path, or under another role if it depends on row security.
 * Applications with a schema for each tenant, or with SET ROLE for each request, would
 * otherwise replan every statement.  Dependence on row security is known only after
 * planning, so a lookup first uses the key without the role; a placeholder entry "by role"
 * there causes a second lookup with the role and row_security.
 *
 * Pins: get, find and keep push the entry on a stack with the current subtransaction, and
 * release pops it.  An aborted subtransaction pops its own entries, and the end of the
 * transaction pops all.  Pinned entries are not evicted.  All memory of an entry is in its
 * memory context, except the SPI plan, which has its own.
 *
 * Sizes are measured when an entry is made, and again after a generic plan is made for it.
 * Entries are evicted down to orm.plan_cache_memory.  An entry larger than a quarter of
 * that is removed when its last pin is released, as queries with thousands of conditions
 * are rarely repeated.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "exec/distributed.h"
#include "exec/plan_entry.h"
#include "exec/query_tag.h"

typedef struct Pin
{
	OrmPlan *plan;
	SubTransactionId subxact;
} Pin;

static HTAB *plans = NULL;
static dlist_head recency = DLIST_STATIC_INIT(recency);
static int plan_cache_size = 1000;
static int plan_cache_memory = 65536; /* kB */
static Size used = 0;				  /* the sizes of all entries */

/* An entry larger than this fraction of plan_cache_memory is removed after use. */
#define LARGEST_PART 4

static Pin *pins = NULL;
static int npins = 0;
static int max_pins = 0;

/*
 * A counter of changes to objects named in statement texts.  After a rename, another role
 * could create an operator or type with the old name, which PostgreSQL would use when it
 * parses the text again.  The counter is part of every key, so older entries are not found.
 */
static uint64 names = 0;

/* Syscache callback for functions, operators, types, collations and schemas. */
static void
name_changed(Datum argument, int cache, uint32 hash)
{
	if (orm_sql_has_named(cache, hash))
		names++;
}

/* Releases the newest pin. */
static void
pop_pin(void)
{
	pins[--npins].plan->pins--;
}

/* An aborting subtransaction releases its pins; a committing one passes them to its parent. */
static void
subtransaction_ended(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *argument)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		while (npins > 0 && pins[npins - 1].subxact == subxact)
			pop_pin();
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		for (int i = npins - 1; i >= 0 && pins[i].subxact == subxact; i--)
			pins[i].subxact = parent;
}

/* Releases all pins at the end of the transaction. */
static void
transaction_ended(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)
		while (npins > 0)
			pop_pin();
}

void
orm_plan_init(void)
{
	DefineCustomIntVariable("orm.plan_cache_size", "Sets the maximum number of prepared statements of a session.",
							"The least recently used are evicted first.", &plan_cache_size, 1000, 10, 1000000,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("orm.plan_cache_memory", "Sets the maximum memory of the prepared statements of a session.",
							"A statement that takes more than a quarter of it is not kept.", &plan_cache_memory, 65536,
							1024, MAX_KILOBYTES, PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	RegisterXactCallback(transaction_ended, NULL);
	RegisterSubXactCallback(subtransaction_ended, NULL);
	CacheRegisterSyscacheCallback(PROCOID, name_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(OPEROID, name_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, name_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(COLLOID, name_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, name_changed, (Datum) 0);
}

/* Makes room for n more bytes of a key. */
static char *
key_room(OrmPlanKey *key, int n)
{
	if (key->length + n > key->capacity)
	{
		int capacity = Max(key->capacity * 2, key->length + n);
		char *data = palloc(capacity);

		memcpy(data, key->data, key->length);
		key->data = data;
		key->capacity = capacity;
	}
	key->length += n;
	return key->data + key->length - n;
}

void
orm_plan_key_add(OrmPlanKey *key, const void *bytes, int length)
{
	/* a statement without parameters has no types, and memcpy must not be called with a null pointer */
	if (length > 0)
		memcpy(key_room(key, length), bytes, length);
}

void
orm_plan_key_add_flags(OrmPlanKey *key, const bool *flags, int n)
{
	int bytes = (n + 7) / 8;
	char *bits = key_room(key, bytes);

	memset(bits, 0, bytes);
	for (int i = 0; i < n; i++)
		if (flags[i])
			bits[i / 8] |= 1 << (i % 8);
}

void
orm_plan_key_begin(OrmPlanKey *key, OrmPlanKind kind, uint64 epoch)
{
	uint32 kind_bytes = kind;
	uint64 tag = orm_query_tag_hash();

	key->data = key->room;
	key->length = 0;
	key->capacity = sizeof(key->room);
	orm_plan_key_add(key, &kind_bytes, sizeof(kind_bytes));
	orm_plan_key_add(key, &epoch, sizeof(epoch));
	orm_plan_key_add(key, &names, sizeof(names));
	orm_plan_key_add(key, &tag, sizeof(tag));
}

/*
 * The hash of a key with the current search_path, truncated to a maximum length (the rest
 * only causes replanning), and with "by_role" the current role.
 */
static uint64
hash_key(const OrmPlanKey *key, bool by_role)
{
	Oid path[16];
	int n = fetch_search_path_array(path, lengthof(path));
	uint64 hash = by_role ? GetUserId() * (uint64) 2 + (row_security ? 1 : 0) + 1 : 0;

	for (int i = 0; i < Min(n, (int) lengthof(path)); i++)
		hash = hash * UINT64CONST(0x9E3779B97F4A7C15) + path[i];
	return hash_bytes_extended((unsigned char *) key->data, key->length, hash);
}

/* Pins an entry and makes it the most recently used. */
static OrmPlan *
pin(OrmPlan *plan)
{
	if (npins == max_pins)
	{
		int room = Max(max_pins * 2, 16);

		pins = pins == NULL ? MemoryContextAlloc(TopMemoryContext, room * sizeof(Pin))
							: repalloc(pins, room * sizeof(Pin));
		max_pins = room;
	}
	pins[npins].plan = plan;
	pins[npins].subxact = GetCurrentSubTransactionId();
	npins++;
	plan->pins++;
	dlist_move_head(&recency, &plan->recent);
	return plan;
}

/* The entry with this hash, if it has this key; else NULL. */
static OrmPlan *
look_up(uint64 hash, const OrmPlanKey *key)
{
	OrmPlan *plan = plans ? hash_search(plans, &hash, HASH_FIND, NULL) : NULL;

	if (plan == NULL || plan->key_length != key->length || memcmp(plan->key, key->data, key->length) != 0)
		return NULL;
	return plan;
}

OrmPlan *
orm_plan_find(const OrmPlanKey *key)
{
	OrmPlan *plan = look_up(hash_key(key, false), key);

	if (plan != NULL && plan->by_role)
	{
		dlist_move_head(&recency, &plan->recent);
		plan = look_up(hash_key(key, true), key);
	}
	return plan ? pin(plan) : NULL;
}

/* Removes an entry from the table and frees it. */
static void
remove_plan(OrmPlan *plan)
{
	uint64 hash = plan->hash;

	Assert(plan->pins == 0 && used >= plan->size);
	used -= plan->size;
	if (plan->plan != NULL)
		SPI_freeplan(plan->plan);
	MemoryContextDelete(plan->context);
	dlist_delete(&plan->recent);
	hash_search(plans, &hash, HASH_REMOVE, NULL);
}

/* Evicts entries that are not pinned, least recently used first, down to the limits. */
static void
evict(int most)
{
	dlist_node *node = dlist_is_empty(&recency) ? NULL : dlist_tail_node(&recency);

	while (node != NULL && (hash_get_num_entries(plans) > most || used / 1024 > (Size) plan_cache_memory))
	{
		OrmPlan *plan = dlist_container(OrmPlan, recent, node);

		node = dlist_has_prev(&recency, node) ? dlist_prev_node(&recency, node) : NULL;
		if (plan->pins == 0)
			remove_plan(plan);
	}
}

/* The prepared statement of an entry, or NULL. */
static const CachedPlanSource *
source_of(const OrmPlan *plan)
{
	return plan->plan ? linitial(SPI_plan_get_plan_sources(plan->plan)) : NULL;
}

/* Measures the memory of an entry. */
static void
measure(OrmPlan *plan)
{
	const CachedPlanSource *source = source_of(plan);
	Size size = MemoryContextMemAllocated(plan->context, true);

	plan->measured = NULL;
	if (source != NULL)
	{
		size += MemoryContextMemAllocated(source->context, true);
		if (source->gplan != NULL)
			size += MemoryContextMemAllocated(source->gplan->context, true);
		plan->measured = source->gplan;
	}
	used = used - plan->size + size;
	plan->size = size;
}

/* Is an entry too large to be kept after use? */
static bool
is_too_large(const OrmPlan *plan)
{
	return plan->size / 1024 > (Size) plan_cache_memory / LARGEST_PART;
}

/* A generic plan is made by the execution of the statement, so its size is measured here. */
void
orm_plan_release(OrmPlan *plan)
{
	const CachedPlanSource *source = source_of(plan);

	Assert(npins > 0 && pins[npins - 1].plan == plan);
	pop_pin();
	if (source != NULL && source->gplan != plan->measured)
		measure(plan);
	if (plan->pins == 0 && is_too_large(plan))
		remove_plan(plan);
	else if (used / 1024 > (Size) plan_cache_memory)
		evict(plan_cache_size);
}

/* The hash table, made at its first use. */
static void
make_table(void)
{
	HASHCTL control = {0};

	if (plans != NULL)
		return;
	control.keysize = sizeof(uint64);
	control.entrysize = sizeof(OrmPlan);
	control.hcxt = CacheMemoryContext;
	plans = hash_create("orm plans", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Adds an entry, which takes over the context and the SPI plan. */
static OrmPlan *
enter(uint64 hash, const OrmPlanKey *key, MemoryContext context, SPIPlanPtr plan, int nparams)
{
	OrmPlan *entry;
	bool found;
	char *bytes = MemoryContextAlloc(context, key->length);

	memcpy(bytes, key->data, key->length);
	while ((entry = hash_search(plans, &hash, HASH_FIND, NULL)) != NULL)
	{
		if (entry->pins == 0)
			remove_plan(entry);
		else
			hash++; /* the old entry is pinned: the new one is used, but not found again */
	}
	entry = hash_search(plans, &hash, HASH_ENTER, &found);
	entry->context = context;
	entry->key = bytes;
	entry->key_length = key->length;
	entry->by_role = false;
	entry->plan = plan;
	entry->nparams = nparams;
	entry->results = NULL;
	entry->payload = NULL;
	entry->size = 0;
	entry->measured = NULL;
	entry->pins = 0;
	dlist_push_head(&recency, &entry->recent);
	return entry;
}

void
orm_plan_check_spi(int code, const char *what)
{
	if (code < 0)
		ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg_internal("%s: %s", what, SPI_result_code_string(code)));
}

static const int planning_options[] = {
	[ORM_PLAN_AUTO] = 0,
	[ORM_PLAN_GENERIC] = CURSOR_OPT_GENERIC_PLAN,
	[ORM_PLAN_CUSTOM] = CURSOR_OPT_CUSTOM_PLAN,
};

/*
 * Leaves the planning of statements over distributed relations to the server:
 * Citus finds the shards of a row by the values of a custom plan, and refuses
 * many statements that have none.
 */
static void
release_distributed(SPIPlanPtr plan)
{
	ListCell *cell;

	foreach(cell, SPI_plan_get_plan_sources(plan))
	{
		CachedPlanSource *source = lfirst(cell);

		if (orm_distributed_any(source->relationOids))
			source->cursor_options &= ~CURSOR_OPT_GENERIC_PLAN;
	}
}

void
orm_plan_register(const TriggerData *trigger)
{
	if (trigger != NULL)
		orm_plan_check_spi(SPI_register_trigger_data(unconstify(TriggerData *, trigger)), "SPI_register_trigger_data");
}

/* Prepares a statement and keeps it. */
static SPIPlanPtr
prepare(const OrmPlanText *text)
{
	SPIPlanPtr plan;

	orm_plan_check_spi(SPI_connect(), "SPI_connect");
	orm_plan_register(text->trigger);
	plan = SPI_prepare_cursor(text->sql.data, text->nparams, unconstify(Oid *, text->types),
							  planning_options[text->planning]);
	if (plan == NULL)
		orm_plan_check_spi(SPI_result, "SPI_prepare_cursor");
	/* the parser has noticed none, and the planner, which comes next, notices none */
	CHECK_FOR_INTERRUPTS();
	if (text->planning == ORM_PLAN_GENERIC)
		release_distributed(plan);
	orm_plan_check_spi(SPI_keepplan(plan), "SPI_keepplan");
	SPI_finish();
	return plan;
}

/* Does the plan depend on row security, and so on the role? */
static bool
depends_on_role(SPIPlanPtr plan)
{
	ListCell *cell;

	foreach(cell, SPI_plan_get_plan_sources(plan))
		if (((CachedPlanSource *) lfirst(cell))->dependsOnRLS)
			return true;
	return false;
}

/* Adds the placeholder "by role" for the key without the role, unless it exists. */
static void
put_signpost(const OrmPlanKey *key)
{
	uint64 hash = hash_key(key, false);

	if (look_up(hash, key) == NULL)
		enter(hash, key, AllocSetContextCreate(CacheMemoryContext, "orm plan", ALLOCSET_SMALL_SIZES), NULL, 0)
			->by_role = true;
}

/* Adds a new plan, pinned. */
static OrmPlan *
add(const OrmPlanKey *key, SPIPlanPtr plan, int nparams)
{
	bool by_role = plan != NULL && depends_on_role(plan);
	OrmPlan *entry;

	make_table();
	evict(plan_cache_size - 1);
	if (by_role)
		put_signpost(key);
	entry = enter(hash_key(key, by_role), key,
				  AllocSetContextCreate(CacheMemoryContext, "orm plan", ALLOCSET_SMALL_SIZES), plan, nparams);
	measure(entry);
	return pin(entry);
}

/* Stores the expected types of a plan's columns. */
static void
keep_results(OrmPlan *plan, const OrmPlanText *text)
{
	if (text->results == NULL)
		return;
	plan->results = MemoryContextAlloc(plan->context, sizeof(Oid) * Max(text->nresults, 1));
	memcpy(plan->results, text->results, sizeof(Oid) * text->nresults);
	plan->nresults = text->nresults;
}

OrmPlan *
orm_plan_get(const OrmPlanKey *key, OrmPlanDescribe describe, const void *argument)
{
	OrmPlan *plan = orm_plan_find(key);
	OrmPlanText text = {0};

	if (plan != NULL)
		return plan;
	initStringInfo(&text.sql);
	orm_query_tag_append(&text.sql);
	describe(&text, argument);
	plan = add(key, prepare(&text), text.nparams);
	keep_results(plan, &text);
	pfree(text.sql.data);
	return plan;
}

/* OrmPlanDescribe that copies a text. */
static void
describe_text(OrmPlanText *text, const void *argument)
{
	const OrmPlanText *given = argument;
	StringInfoData sql = text->sql;

	appendBinaryStringInfo(&sql, given->sql.data, given->sql.len);
	*text = *given;
	text->sql = sql;
}

OrmPlan *
orm_plan_get_by_text(OrmPlanKind kind, const OrmPlanText *text)
{
	int numbers[] = {text->nparams, text->nresults, text->planning};
	OrmPlanKey key;

	orm_plan_key_begin(&key, kind, 0);
	orm_plan_key_add(&key, numbers, sizeof(numbers));
	orm_plan_key_add(&key, text->types, sizeof(Oid) * text->nparams);
	orm_plan_key_add(&key, text->results, sizeof(Oid) * text->nresults);
	orm_plan_key_add(&key, text->sql.data, text->sql.len);
	return orm_plan_get(&key, describe_text, text);
}

void *
orm_plan_payload(const OrmPlan *plan)
{
	return plan->payload;
}

OrmPlan *
orm_plan_keep(OrmPlan *plan, const OrmPlanKey *key, MemoryContext context, void *payload)
{
	if (plan == NULL)
		plan = add(key, NULL, 0);
	Assert(plan->pins > 0);
	if (plan->payload != NULL)
		MemoryContextSetParent(plan->payload_context, TopTransactionContext);
	MemoryContextSetParent(context, plan->context);
	plan->payload_context = context;
	plan->payload = payload;
	measure(plan);
	return plan;
}
