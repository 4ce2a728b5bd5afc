/*
 * target.c - referenced tables of a plan, and their keys.
 *
 * A name is looked up as a model of the run, then as a table of the run in the given
 * schema or that of the referencing table, then by OrmDdlCatalog, then as a table of the
 * run in any schema.
 *
 * Key columns added by belongs_to have the types of another table's key, which can have
 * such columns itself.  Keys are therefore resolved on demand and recursively.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/names.h"
#include "ddl/ddl.h"
#include "ddl/target.h"
#include "model/cache.h"

/* The table of a model of the run, or NULL. */
static OrmPlanned *
find_model(const OrmDdlRun *run, const char *name)
{
	ListCell *cell;

	foreach(cell, run->tables)
	{
		OrmPlanned *planned = lfirst(cell);

		if (planned->table.declaration->model != NULL && strcmp(planned->table.declaration->model, name) == 0)
			return planned;
	}
	return NULL;
}

/* The table of that name in any schema, or NULL. */
static OrmPlanned *
find_relation(const OrmDdlRun *run, const char *relation)
{
	ListCell *cell;

	foreach(cell, run->tables)
	{
		OrmPlanned *planned = lfirst(cell);

		if (strcmp(planned->table.relation, relation) == 0)
			return planned;
	}
	return NULL;
}

const OrmTarget *
orm_target_find(OrmDdlRun *run, const OrmPlanned *from, const char *name)
{
	OrmPlanned *planned = find_model(run, name);
	const OrmTarget *target;
	char *schema;
	char *relation;
	bool is_table = orm_name_is_table(name, &schema, &relation);

	if (planned != NULL)
		return &planned->target;
	if (is_table)
		planned = orm_ddl_find_table(run, schema ? schema : from->table.schema, relation);
	if (planned != NULL)
		return &planned->target;
	target = run->catalog->find(name, run->catalog->arg);
	if (target == NULL && is_table && schema == NULL)
	{
		planned = find_relation(run, relation);
		target = planned != NULL ? &planned->target : NULL;
	}
	return target;
}

/* author_id, or author_<column> for each column of a composite key. */
List *
orm_target_default_columns(const char *relationship, const OrmTarget *target)
{
	List *columns = NIL;
	ListCell *cell;

	for (int i = 0; i < target->nkeys; i++)
	{
		const char *suffix = target->nkeys == 1 ? "id" : target->keys[i].name;
		char *name = orm_name_join(relationship, suffix);

		foreach(cell, columns)
			if (strcmp(lfirst(cell), name) == 0)
				ereport(ERROR, errcode(ERRCODE_NAME_TOO_LONG),
						errmsg("column names made from \"%s\" and the key of \"%s\" are the same after truncation",
							   relationship, target->relation),
						errhint("Name the columns: foreign_key => ..."));
		columns = lappend(columns, name);
	}
	return columns;
}

/* Fills in a key column from its declaration. */
static void
key_from_declared(OrmKeyColumn *key, const OrmDeclaredColumn *column)
{
	key->type = column->type_oid;
	key->typmod = column->typmod;
	key->collation = OidIsValid(column->collation_oid) ? column->collation_oid : get_typcollation(column->type_oid);
}

/* Fills in a key column added by this belongs_to; false for other columns. */
static bool
key_from_relationship(OrmDdlRun *run, OrmPlanned *planned, OrmKeyColumn *key,
					  const OrmDeclaredRelationship *relationship)
{
	List *columns = relationship->foreign_key;
	const OrmTarget *target;
	OrmElementPlace place;
	ListCell *cell;

	/* resolving the target's key can be a cycle: skip relationships that cannot add the column */
	if (relationship->kind != ORM_BELONGS_TO ||
		(columns == NIL && strncmp(key->name, relationship->name, strlen(relationship->name)) != 0))
		return false;
	foreach(cell, columns)
		if (strcmp(lfirst(cell), key->name) == 0)
			break;
	if (columns != NIL && cell == NULL)
		return false;
	target = orm_target_need(run, planned, relationship->model,
							 orm_declaration_place(&place, relationship->position, "belongs_to", "model"));
	if (columns == NIL)
		columns = orm_target_default_columns(relationship->name, target);
	foreach(cell, columns)
		if (strcmp(lfirst(cell), key->name) == 0 && foreach_current_index(cell) < target->nkeys)
		{
			const OrmKeyColumn *source = &target->keys[foreach_current_index(cell)];

			key->type = source->type;
			key->typmod = source->typmod;
			key->collation = source->collation;
			return true;
		}
	return false;
}

/* Fills in a key column of a table of the run. */
static void
resolve_key_column(OrmDdlRun *run, OrmPlanned *planned, OrmKeyColumn *key)
{
	OrmDeclaration *declaration = planned->table.declaration;
	OrmDeclaredColumn *column = orm_declaration_column(declaration, key->name);
	ListCell *cell;

	if (column != NULL)
	{
		key_from_declared(key, column);
		return;
	}
	foreach(cell, declaration->relationships)
		if (key_from_relationship(run, planned, key, lfirst(cell)))
			return;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("column \"%s\" of the primary key of model \"%s\" does not exist", key->name, declaration->model));
}

/* The table of the run of a target, or NULL. */
static OrmPlanned *
planned_of_target(const OrmDdlRun *run, const OrmTarget *target)
{
	ListCell *cell;

	foreach(cell, run->tables)
	{
		OrmPlanned *planned = lfirst(cell);

		if (&planned->target == target)
			return planned;
	}
	return NULL;
}

void
orm_target_resolve_key(OrmDdlRun *run, const OrmTarget *target)
{
	OrmPlanned *planned = planned_of_target(run, target);
	List *names;
	ListCell *cell;

	check_stack_depth();
	if (planned == NULL || planned->key_state == ORM_TARGET_KEY_KNOWN)
		return;
	if (planned->key_state == ORM_TARGET_KEY_IN_WORK)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("primary key of model \"%s\" depends on itself", planned->table.declaration->model),
				errdetail("A key column added by belongs_to takes its type from a key that depends on this one."));
	planned->key_state = ORM_TARGET_KEY_IN_WORK;
	names = orm_declaration_key(planned->table.declaration);
	planned->target.keys = palloc0(sizeof(OrmKeyColumn) * Max(list_length(names), 1));
	foreach(cell, names)
	{
		OrmKeyColumn *key = &planned->target.keys[foreach_current_index(cell)];

		key->name = lfirst(cell);
		resolve_key_column(run, planned, key);
	}
	planned->target.nkeys = list_length(names);
	planned->key_state = ORM_TARGET_KEY_KNOWN;
}

const OrmTarget *
orm_target_need(OrmDdlRun *run, OrmPlanned *from, const char *name, const OrmPath *path)
{
	const OrmTarget *target = orm_target_find(run, from, name);

	if (target == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
				errmsg("model \"%s\" referenced by model \"%s\" does not exist", name, from->table.declaration->model),
				orm_error_place(path), orm_cache_nearest(name));
	orm_target_resolve_key(run, target);
	if (target->nkeys == 0)
		ereport(
			ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("model \"%s\" referenced by model \"%s\" has no primary key", name, from->table.declaration->model),
			orm_error_place(path));
	return target;
}
