/*
 * reflection_plan.c - which relations become which models.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/pattern.h"
#include "define/reflection_check.h"
#include "define/reflection_ends.h"
#include "define/reflection_names.h"
#include "define/reflection_plan.h"
#include "define/register.h"
#include "define/report.h"
#include "model/cache.h"
#include "registry/registry.h"

char *
orm_reflection_plan_detail(int sqlstate, const char *message)
{
	return psprintf("%s: %s", unpack_sql_state(sqlstate), message);
}

/* Says that an entry is skipped. */
static void
skip(OrmReflectedModel *model, int sqlstate, const char *message)
{
	model->action = ORM_REFLECTION_SKIPPED;
	model->detail = orm_reflection_plan_detail(sqlstate, message);
}

/* Does a name match one of the patterns? */
static bool
matches_any(const char *name, const List *patterns)
{
	ListCell *cell;

	foreach(cell, patterns)
		if (orm_pattern_matches(name, lfirst(cell)))
			return true;
	return false;
}

/* Is a relation of the schema meant? */
static bool
is_in_scope(const OrmCatalogRelation *relation, const OrmReflectionScope *scope)
{
	return orm_relation_ownercheck(relation->relid, GetUserId()) &&
		(!scope->has_include || matches_any(relation->name, scope->include)) &&
		!matches_any(relation->name, scope->exclude);
}

/*
 * Reads the catalogs twice: for the relations that are meant, and again when
 * these are locked, as then they are no longer altered.
 */
static OrmCatalog *
read_catalog(const OrmReflectionScope *scope, const List *others)
{
	OrmCatalog *catalog = orm_catalog_read(scope->schema, others);
	ListCell *cell;

	foreach(cell, catalog->relations)
		if (is_in_scope(lfirst(cell), scope))
			LockRelationOid(((OrmCatalogRelation *) lfirst(cell))->relid, AccessShareLock);
	return orm_catalog_read(scope->schema, others);
}

/* A new entry for a relation. */
static OrmReflectedModel *
add_entry(OrmReflectionPlan *plan, OrmCatalogRelation *relation, bool in_scope)
{
	OrmReflectedModel *model = palloc0(sizeof(OrmReflectedModel));

	model->relation = relation;
	model->identity = orm_report_relation(relation->relid);
	model->in_scope = in_scope;
	model->action = ORM_REFLECTION_MAPPED;
	relation->note = model;
	plan->models = lappend(plan->models, model);
	return model;
}

/* Skips what cannot have a model, or is not to have one. */
static void
skip_unfit(const OrmReflectionPlan *plan, OrmReflectedModel *model)
{
	const OrmCatalogRelation *relation = model->relation;
	const OrmReflectionTable *given = orm_reflection_options_table(plan->options, relation->name);
	Oid extension = getExtensionOfObject(RelationRelationId, relation->relid);

	if (given != NULL && given->skip)
	{
		model->action = ORM_REFLECTION_SKIPPED;
		model->detail = "option \"skip\"";
	}
	else if (OidIsValid(extension))
		skip(model, ERRCODE_WRONG_OBJECT_TYPE,
			 psprintf("it belongs to extension \"%s\"", get_extension_name(extension)));
	else if (relation->temporary)
		skip(model, ERRCODE_INVALID_TABLE_DEFINITION,
			 psprintf("temporary table \"%s\" cannot be mapped", relation->name));
	else if (orm_schema_aclcheck(relation->schema, relation->owner, ACL_CREATE) != ACLCHECK_OK)
		skip(model, ERRCODE_INSUFFICIENT_PRIVILEGE,
			 psprintf("permission denied for schema %s: role \"%s\" needs CREATE", get_namespace_name(relation->schema),
					  GetUserNameFromId(relation->owner, false)));
}

/* Enters the relations of the schema that are meant. */
static void
add_relations(OrmReflectionPlan *plan, const OrmReflectionScope *scope)
{
	ListCell *cell;

	foreach(cell, plan->catalog->relations)
		if (is_in_scope(lfirst(cell), scope))
			add_entry(plan, lfirst(cell), true);
}

/* Of several models of a table the one with accessors is meant, else the first by name. */
static bool
is_preferred(const OrmRegistered *row, const OrmReflectedModel *model)
{
	return !model->exists || orm_declaration_has_accessors(orm_register_declaration(row));
}

/* Enters the models that exist: those of the relations that are meant, and all others. */
static void
add_existing(OrmReflectionPlan *plan, const List *rows)
{
	ListCell *cell;

	foreach(cell, rows)
	{
		const OrmRegistered *row = lfirst(cell);
		OrmCatalogRelation *relation = row->mapped ? orm_catalog_relation(plan->catalog, row->relid) : NULL;
		OrmReflectedModel *model;

		plan->names = lappend(plan->names, row->name);
		if (relation == NULL)
			continue;
		model = relation->note != NULL ? relation->note : add_entry(plan, relation, false);
		if (!is_preferred(row, model))
			continue;
		model->exists = true;
		model->name = row->name;
		model->action = ORM_REFLECTION_KEPT;
	}
}

/* Notes which relations foreign keys lead to. */
static void
note_references(OrmReflectionPlan *plan)
{
	ListCell *cell;
	ListCell *inner;

	foreach(cell, plan->models)
		foreach(inner, ((OrmReflectedModel *) lfirst(cell))->relation->foreign_keys)
		{
			OrmCatalogRelation *referenced = orm_catalog_relation(plan->catalog,
																  ((OrmForeignKey *) lfirst(inner))->referenced);

			if (referenced != NULL && referenced->note != NULL)
				((OrmReflectedModel *) referenced->note)->referenced = true;
		}
}

/* Do the options say anything that only a model can have? */
static bool
is_model_by_options(const OrmReflectionPlan *plan, const OrmReflectedModel *model)
{
	const OrmReflectionTable *given = orm_reflection_options_table(plan->options, model->relation->name);

	return given != NULL && (given->name != NULL || given->key != NIL || given->attributes != NIL);
}

/* Is this new, and perhaps a join table that needs no model? */
static bool
may_only_join(const OrmReflectionPlan *plan, const OrmReflectedModel *model)
{
	return !model->exists && !model->referenced && !is_model_by_options(plan, model) &&
		list_length(model->relation->foreign_keys) == 2;
}

/* Names the new models: first the others, as a join table needs no model when what it joins are models. */
static void
name_models(OrmReflectionPlan *plan)
{
	List *first = NIL;
	List *candidates = NIL;
	List *second = NIL;
	ListCell *cell;

	foreach(cell, plan->models)
	{
		OrmReflectedModel *model = lfirst(cell);

		if (model->exists || model->action == ORM_REFLECTION_SKIPPED)
			continue;
		if (may_only_join(plan, model))
			candidates = lappend(candidates, model);
		else
			first = lappend(first, model);
	}
	orm_reflection_names_models(plan, first);
	foreach(cell, candidates)
		if (!orm_reflection_ends_join(plan, ((OrmReflectedModel *) lfirst(cell))->relation, true))
			second = lappend(second, lfirst(cell));
	orm_reflection_names_models(plan, second);
}

/* The only unique key over columns that are NOT NULL, or NULL. */
static const OrmCatalogKey *
only_key(const OrmCatalogRelation *relation)
{
	const OrmCatalogKey *only = NULL;
	ListCell *cell;

	foreach(cell, relation->keys)
	{
		const OrmCatalogKey *key = lfirst(cell);
		bool not_null = true;

		for (int i = 0; i < key->n; i++)
		{
			const OrmCatalogColumn *column = orm_catalog_column_number(relation, key->columns[i]);

			not_null = not_null && column != NULL && column->not_null;
		}
		if (not_null && only != NULL)
			return NULL;
		if (not_null)
			only = key;
	}
	return only;
}

/* Finds the key of a new model that its relation does not say. */
static void
find_key(const OrmReflectionPlan *plan, OrmReflectedModel *model)
{
	const OrmCatalogRelation *relation = model->relation;
	const OrmReflectionTable *given = orm_reflection_options_table(plan->options, relation->name);
	const OrmCatalogKey *first = relation->keys != NIL ? linitial(relation->keys) : NULL;
	const OrmCatalogKey *only;

	if (first != NULL && first->primary)
		return;
	only = only_key(relation);
	if (given != NULL && given->key != NIL)
		model->key = given->key;
	else if (only != NULL)
		model->key = orm_catalog_names(relation, only->columns, only->n);
	else if (relation->relkind == RELKIND_VIEW)
		model->key = orm_catalog_view_key(relation->relid);
	if (model->key == NIL)
		model->detail = psprintf("without a key; option {\"models\": {\"%s\": {\"key\": [...]}}} gives it one",
								 relation->name);
}

/* Opens an existing model; one without a key gets that of the options. */
static void
open_model(const OrmReflectionPlan *plan, OrmReflectedModel *model)
{
	const OrmReflectionTable *given = orm_reflection_options_table(plan->options, model->relation->name);

	model->existing = orm_cache_open_if_any(model->name, AccessShareLock);
	if (model->existing != NULL && model->existing->primary_key == NULL && given != NULL)
		model->key = given->key;
}

/* Completes the new models, and opens the existing ones. */
static void
complete_models(OrmReflectionPlan *plan)
{
	ListCell *cell;

	foreach(cell, plan->models)
	{
		OrmReflectedModel *model = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!orm_reflection_plan_is_model(model) || !model->in_scope)
			continue;
		if (model->exists)
		{
			open_model(plan, model);
			continue;
		}
		find_key(plan, model);
		model->columns = orm_reflection_names_columns(plan, model);
	}
}

OrmReflectionPlan *
orm_reflection_plan_make(const OrmReflectionScope *scope, const OrmReflectionOptions *options)
{
	OrmReflectionPlan *plan = palloc0(sizeof(OrmReflectionPlan));
	List *rows = orm_registry_all();
	List *others = NIL;
	ListCell *cell;

	foreach(cell, rows)
		if (((OrmRegistered *) lfirst(cell))->mapped)
			others = lappend_oid(others, ((OrmRegistered *) lfirst(cell))->relid);
	plan->options = options;
	plan->catalog = read_catalog(scope, others);
	orm_reflection_check_options(options, plan->catalog);
	add_relations(plan, scope);
	add_existing(plan, rows);
	note_references(plan);
	foreach(cell, plan->models)
		if (!((OrmReflectedModel *) lfirst(cell))->exists)
			skip_unfit(plan, lfirst(cell));
	name_models(plan);
	complete_models(plan);
	orm_reflection_ends_add(plan);
	orm_reflection_names_ends(plan);
	return plan;
}
