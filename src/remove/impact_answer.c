/*
 * impact_answer.c - the impact of a delete as JSON; see impact_answer.h.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "utils/lsyscache.h"

#include "exec/json.h"
#include "model/cache.h"
#include "model/follow.h"
#include "registry/registry.h"
#include "remove/impact_answer.h"
#include "remove/impact_key.h"

static const char *const members[ORM_IMPACT_NEFFECTS] = {
	[ORM_IMPACT_DELETED] = "deleted",	  [ORM_IMPACT_SOFT_DELETED] = "soft_deleted",
	[ORM_IMPACT_UNLINKED] = "unlinked",	  [ORM_IMPACT_DEFAULTED] = "defaulted",
	[ORM_IMPACT_BLOCKING] = "blocked_by",
};


typedef struct Count
{
	char *name;
	int64 n;
} Count;

/* The name of a table's model; of several, the first with accessors, else the first.  NULL if it has none. */
static char *
model_name(const OrmModel *asked, Oid relid)
{
	char *name = NULL;
	ListCell *cell;

	if (relid == asked->relid)
		return asked->name;
	foreach(cell, orm_registry_of_relation(relid))
	{
		const OrmModel *model = orm_cache_open_if_any(((OrmRegistered *) lfirst(cell))->name, AccessShareLock);

		if (model == NULL || model->relid != relid)
			continue;
		if (orm_declaration_has_accessors(model->declaration))
			return model->name;
		if (name == NULL)
			name = model->name;
	}
	return name;
}

/* The name of a table in the result: its model, the model of its partitioned table, or the outermost table. */
static char *
table_name(const OrmModel *asked, Oid relid)
{
	char *name = model_name(asked, relid);

	while (name == NULL && get_rel_relispartition(relid))
	{
		relid = get_partition_parent(relid, true);
		name = model_name(asked, relid);
	}
	return name ? name : orm_follow_table_name(relid);
}

/* Adds to the count of a name; partitions are counted together. */
static List *
add_count(List *counts, char *name, int64 n)
{
	Count *count;
	ListCell *cell;

	foreach(cell, counts)
	{
		count = lfirst(cell);
		if (strcmp(count->name, name) == 0)
		{
			count->n += n;
			return counts;
		}
	}
	count = palloc(sizeof(Count));
	count->name = name;
	count->n = n;
	return lappend(counts, count);
}

/* The counts of affected rows by name. */
static List *
collect_counts(const OrmModel *asked, const List *tables, OrmImpactEffect effect)
{
	List *counts = NIL;
	ListCell *table_cell;
	ListCell *cell;

	foreach(table_cell, tables)
	{
		const OrmImpactTable *table = lfirst(table_cell);

		if (table->count[effect] > 0)
			counts = add_count(counts, table_name(asked, table->relid), table->count[effect]);
		foreach(cell, table->edges)
		{
			const OrmImpactEdge *edge = lfirst(cell);

			if (effect == ORM_IMPACT_BLOCKING && edge->blocking > 0)
				counts = add_count(counts, psprintf("%s (%s)", table_name(asked, edge->relid), edge->name),
								   edge->blocking);
		}
	}
	return counts;
}

/* Sorts by name, as the order of discovery depends on OIDs. */
static int
compare_counts(const ListCell *a, const ListCell *b)
{
	return strcmp(((const Count *) lfirst(a))->name, ((const Count *) lfirst(b))->name);
}

/* Writes "member": {"name": n, ...}, or nothing if there are no counts. */
static void
write_counts(StringInfo out, const char *member, List *counts, bool *first)
{
	const char *separator = "{";
	ListCell *cell;

	if (counts == NIL)
		return;
	list_sort(counts, compare_counts);
	orm_json_put(out, ",", *first ? 0 : 1);
	*first = false;
	orm_json_write_string(out, member, strlen(member));
	orm_json_put(out, ":", 1);
	foreach(cell, counts)
	{
		const Count *count = lfirst(cell);
		char *number = psprintf(":" INT64_FORMAT, count->n);

		orm_json_put(out, separator, 1);
		orm_json_write_string(out, count->name, strlen(count->name));
		orm_json_put(out, number, strlen(number));
		separator = ",";
	}
	orm_json_put(out, "}", 1);
}

Datum
orm_impact_answer_write(const OrmModel *asked, const List *tables, MemoryContext result)
{
	MemoryContext caller = MemoryContextSwitchTo(result);
	StringInfoData out;
	bool first = true;

	orm_json_begin(&out);
	MemoryContextSwitchTo(caller);
	orm_json_put(&out, "{", 1);
	for (int i = 0; i < ORM_IMPACT_NEFFECTS; i++)
		write_counts(&out, members[i], collect_counts(asked, tables, i), &first);
	orm_json_put(&out, "}", 1);
	return orm_json_end(&out);
}
