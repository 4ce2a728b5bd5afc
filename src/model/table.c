/*
 * table.c - the model of a table.
 *
 * The model found in the registry is cached by the OID of the table, and valid until
 * models may have changed.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "model/cache.h"
#include "model/follow.h"
#include "model/table.h"
#include "registry/registry.h"

typedef struct Known
{
	Oid relid;		   /* hash key; must be first */
	uint64 generation; /* orm_cache_generation at the time of the search */
	char model[NAMEDATALEN];
	uint64 asked; /* orm_cache_generation at the time "has_model" was set */
	bool has_model;
} Known;

static HTAB *known = NULL;

/* Finds or creates the entry of a table; a new one is invalid. */
static Known *
enter(Oid relid)
{
	Known *entry;
	bool found;

	if (known == NULL)
	{
		HASHCTL control = {0};

		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(Known);
		control.hcxt = CacheMemoryContext;
		known = hash_create("orm models of tables", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	entry = hash_search(known, &relid, HASH_ENTER, &found);
	if (!found)
	{
		entry->generation = entry->asked = PG_UINT64_MAX;
		entry->model[0] = '\0';
	}
	return entry;
}

/* Raises 42704 for a table without a model. */
static void
raise_none(Oid relid)
{
	const char *table = orm_follow_table_name(relid);

	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("table \"%s\" has no model", get_rel_name(relid)),
			errhint("Map it: SELECT * FROM orm.map('%s', 'Name');", table));
}

/* Raises 42702 for a table with several models. */
static void
raise_several(Oid relid, List *models)
{
	StringInfoData names;
	ListCell *cell;

	initStringInfo(&names);
	foreach(cell, models)
		appendStringInfo(&names, "%s\"%s\"", names.len == 0 ? "" : ", ", ((const OrmModel *) lfirst(cell))->name);
	ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_COLUMN), errmsg("table \"%s\" has several models", get_rel_name(relid)),
			errdetail("%s; none of them has accessors.", names.data),
			errhint("Declare one of them with accessors: orm.accessors()."));
}

/* Searches the registry for the model of a table. */
static const OrmModel *
find_model(Oid relid, LOCKMODE lockmode)
{
	List *models = NIL;
	ListCell *cell;

	foreach(cell, orm_registry_of_relation(relid))
	{
		const OrmModel *model = orm_cache_open_if_any(((OrmRegistered *) lfirst(cell))->name, lockmode);

		if (model != NULL && model->relid == relid && orm_declaration_has_accessors(model->declaration))
			return model;
		if (model != NULL && model->relid == relid)
			models = lappend(models, unconstify(OrmModel *, model));
	}
	if (models == NIL)
		raise_none(relid);
	if (list_length(models) > 1)
		raise_several(relid, models);
	return linitial(models);
}

const OrmModel *
orm_table_open(Oid relid, LOCKMODE lockmode)
{
	Known *entry = enter(relid);
	uint64 generation = orm_cache_generation();
	const OrmModel *model = entry->generation == generation ? orm_cache_open_if_any(entry->model, lockmode) : NULL;

	Assert(OidIsValid(relid) && lockmode != NoLock);
	if (model != NULL && model->relid == relid && orm_cache_generation() == generation)
		return model;
	generation = orm_cache_generation();
	model = find_model(relid, lockmode);
	entry->generation = generation;
	strlcpy(entry->model, model->name, NAMEDATALEN);
	return model;
}

bool
orm_table_has_model(Oid relid)
{
	Known *entry = enter(relid);
	uint64 generation = orm_cache_generation();

	if (entry->asked != generation)
	{
		entry->has_model = orm_registry_of_relation(relid) != NIL;
		entry->asked = generation;
	}
	return entry->has_model;
}
