/*
 * planning.c - see planning.h.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"

#include "base/names.h"
#include "define/planning.h"
#include "define/register.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/marked_key.h"
#include "model/reflect.h"

OrmDeclaration *
orm_planning_read(const OrmRegistered *row)
{
	OrmRegistered declared = *row;
	OrmDeclaration *declaration;

	declared.mapped = false;
	declaration = orm_register_declaration(&declared);
	if (row->mapped)
		orm_follow_names(declaration, row);
	return declaration;
}

/* A relation as others refer to it. */
static OrmTarget *
target_of_relation(Oid relid, const List *key)
{
	OrmTarget *target = palloc0(sizeof(OrmTarget));
	ListCell *cell;

	target->schema = get_namespace_name(get_rel_namespace(relid));
	target->relation = get_rel_name(relid);
	target->keys = palloc0(sizeof(OrmKeyColumn) * Max(list_length(key), 1));
	foreach(cell, key)
	{
		OrmKeyColumn *column = &target->keys[target->nkeys++];

		column->name = lfirst(cell);
		get_atttypetypmodcoll(relid, get_attnum(relid, column->name), &column->type, &column->typmod,
							  &column->collation);
	}
	return target;
}

Oid
orm_planning_lock(char *schema, char *relation, bool missing_ok)
{
	return RangeVarGetRelid(makeRangeVar(schema, relation, -1), AccessShareLock, missing_ok);
}

/* OrmDdlCatalog.find: a model outside of the run, or a table. */
static const OrmTarget *
find_target(const char *name, void *argument)
{
	OrmRegistered *row = orm_registry_find(name);
	char *schema;
	char *relation;
	Oid relid;

	if (row != NULL && !row->mapped)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("model \"%s\" has no table yet", name),
				errhint("SELECT * FROM orm.create_all(); creates the tables of all models, in the right order."));
	if (row != NULL)
	{
		const OrmModel *model = orm_cache_open(name, AccessShareLock);

		return target_of_relation(model->relid, orm_declaration_key(orm_reflect_model(model, NULL, NULL)));
	}
	orm_name_split(name, &schema, &relation);
	relid = orm_planning_lock(schema, relation, true);
	if (!OidIsValid(relid))
		return NULL;
	return target_of_relation(relid, orm_declaration_key(orm_reflect_relation(relid, name, NULL, NULL)));
}

Oid
orm_planning_relation(const char *schema, const char *relation)
{
	Oid namespace_id;

	Assert(schema != NULL);
	namespace_id = get_namespace_oid(schema, true);
	return OidIsValid(namespace_id) ? get_relname_relid(relation, namespace_id) : InvalidOid;
}

Oid
orm_planning_join(const OrmDeclaration *declaration, const OrmDeclaredRelationship *relationship)
{
	char *schema;
	char *relation;

	if (relationship->through == NULL)
		return InvalidOid;
	orm_name_split(relationship->through, &schema, &relation);
	if (schema == NULL)
		schema = declaration->schema;
	return schema != NULL ? orm_planning_relation(schema, relation) : InvalidOid;
}

/* OrmDdlCatalog.exists */
static bool
relation_exists(const char *schema, const char *relation, void *argument)
{
	return OidIsValid(orm_planning_relation(schema, relation));
}

/* OrmDdlCatalog.is_referenced */
static bool
is_referenced(const char *schema, const char *relation, const List *columns, void *argument)
{
	Oid relid = orm_planning_relation(schema, relation);

	return OidIsValid(relid) && orm_marked_key_is_referenced(relid, columns);
}

OrmRegistered *
orm_planning_row(const List *declarations, const List *rows, const OrmDdlTable *table)
{
	ListCell *cell;
	ListCell *row;
	ListCell *inner;

	forboth(cell, declarations, row, rows)
		if (lfirst(cell) == table->declaration)
			return lfirst(row);
	forboth(cell, declarations, row, rows)
		foreach(inner, ((OrmDeclaration *) lfirst(cell))->relationships)
		{
			OrmDeclaredRelationship *relationship = lfirst(inner);
			char *schema;
			char *relation;

			if (relationship->through == NULL)
				continue;
			orm_name_split(relationship->through, &schema, &relation);
			if (strcmp(relation, table->relation) == 0)
				return lfirst(row);
		}
	return linitial(rows);
}

const OrmDdlCatalog orm_planning_catalog = {find_target, relation_exists, is_referenced, NULL};
