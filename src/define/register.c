/*
 * register.c - putting a model that has a table into the registry.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "accessor/accessor.h"
#include "base/compat.h"
#include "define/model_function.h"
#include "define/register.h"
#include "define/removal.h"
#include "model/cache.h"
#include "model/computed.h"
#include "model/normalize.h"
#include "model/follow.h"
#include "model/in_force.h"
#include "model/relationship.h"
#include "model/renaming.h"
#include "query/filter.h"
#include "registry/binding.h"

/* Has a relation a primary key of its own? */
static bool
has_primary_key(Oid relid)
{
	Relation relation = table_open(relid, AccessShareLock);
	bool has = false;

	if (relation->rd_rel->relhasindex)
	{
		list_free(RelationGetIndexList(relation));
		has = OidIsValid(relation->rd_pkindex);
	}
	table_close(relation, NoLock);
	return has;
}

/* Raises unless the relation can be mapped by the current user, as the catalogs are now. */
static void
check_relation(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class form;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid));
	form = (Form_pg_class) GETSTRUCT(tuple);
	if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_PARTITIONED_TABLE &&
		!orm_in_force_needs_key(form->relkind))
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" cannot be mapped", NameStr(form->relname)),
				errdetail("Models are mapped to tables, partitioned tables, foreign tables and views."));
	if (form->relpersistence == RELPERSISTENCE_TEMP)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("temporary table \"%s\" cannot be mapped", NameStr(form->relname)),
				errdetail("The table would be dropped at the end of the session, but not the model."));
	if (IsCatalogRelationOid(relid))
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("system catalog \"%s\" cannot be mapped", NameStr(form->relname)));
	if (!orm_relation_ownercheck(relid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(form->relkind), NameStr(form->relname));
	ReleaseSysCache(tuple);
}

/* Nobody waits for a lock on a relation that is not his, and what was true before the wait is looked at again. */
void
orm_register_check_relation(Oid relid)
{
	check_relation(relid);
	LockRelationOid(relid, AccessShareLock);
	check_relation(relid);
}

/* Error context: whose declaration it is. */
static void
add_model_context(void *argument)
{
	errcontext("declaration of model \"%s\"", ((const OrmRegistered *) argument)->name);
}

OrmDeclaration *
orm_register_declaration(const OrmRegistered *row)
{
	OrmDeclaration *declaration;
	ErrorContextCallback context = {error_context_stack, add_model_context, unconstify(OrmRegistered *, row)};

	error_context_stack = &context;
	declaration = orm_follow_declaration(row);
	error_context_stack = context.previous;
	return declaration;
}

OrmDeclaration *
orm_register_read_again(const OrmDeclaration *declaration, bool mapped)
{
	char *text = orm_declaration_print(declaration);
	OrmDocument *document = orm_document_parse(text, strlen(text));
	OrmDeclaration *again;

	again = declaration->stored ? orm_declaration_parse_stored(document) : orm_declaration_parse(document, mapped);
	again->by_map = declaration->by_map;
	return again;
}

OrmDeclaration *
orm_register_declaration_as_written(const OrmRegistered *row)
{
	OrmDocument *document = orm_document_parse(row->document, strlen(row->document));

	return row->by_map ? orm_declaration_parse(document, true) : orm_declaration_parse_stored(document);
}

/* Has a model accessors? */
static bool
has_accessors(const char *name)
{
	const OrmModel *model = orm_cache_open_if_any(name, AccessShareLock);

	return model != NULL && orm_accessor_existing(model) != NIL;
}

/* Has another model on the same table the accessors, or will it get them before this one? */
static bool
goes_first(const char *other, const char *name)
{
	return has_accessors(other) || (strcmp(other, name) < 0 && !has_accessors(name));
}

/* Of two models on one table only one has accessors: the first. */
static void
yield_accessors(OrmDeclaration *declaration, Oid relid)
{
	ListCell *cell;

	foreach(cell, orm_declaration_has_accessors(declaration) ? orm_registry_of_relation(relid) : NIL)
	{
		OrmRegistered *other = lfirst(cell);
		OrmDeclaration *others = strcmp(other->name, declaration->model) == 0 ? NULL : orm_register_declaration(other);

		if (others == NULL || !orm_declaration_has_accessors(others) || !goes_first(other->name, declaration->model))
			continue;
		if (declaration->has_accessors && (declaration->all_accessors || declaration->include != NIL))
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
					errmsg("table \"%s\" already has accessors of model \"%s\"", get_rel_name(relid), other->name));
		if (!declaration->has_accessors)
			ereport(NOTICE,
					errmsg("model \"%s\" gets no accessors, as table \"%s\" already has those of model \"%s\"",
						   declaration->model, get_rel_name(relid), other->name));
		declaration->has_accessors = true;
		declaration->all_accessors = false;
		return;
	}
}

/* Of a mapped table, what the catalogs say is taken out; the key stays where they have none. */
static void
strip_mapped(OrmDeclaration *declaration, Oid relid)
{
	orm_declaration_strip(declaration, orm_in_force_needs_key(get_rel_relkind(relid)) || !has_primary_key(relid));
}

void
orm_register_mapped(OrmRegistered *row, OrmDeclaration *declaration, Oid relid)
{
	declaration->schema = get_namespace_name(get_rel_namespace(relid));
	orm_renaming_follow(declaration, get_rel_name(relid));
	if (declaration->by_map)
		strip_mapped(declaration, relid);
	orm_removal_sweep(declaration, relid);
	yield_accessors(declaration, relid);
	orm_model_function_write(row, declaration, relid);
}

void
orm_register_check_relationships(const char *name, bool all)
{
	const OrmModel *model = orm_cache_open(name, AccessShareLock);

	for (int i = 0; i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];
		const OrmModel *target;

		if (!OidIsValid(relationship->target_relid) || (!all && orm_relationship_is_pending(model, relationship)))
			continue;
		orm_relationship_require(model, relationship);
		orm_filter_check_resolved(model, relationship);
		if (relationship->back_populates == NULL)
			continue;
		target = orm_cache_open(relationship->target, AccessShareLock);
		orm_relationship_check_keys(model, relationship, orm_model_relationship(target, relationship->back_populates));
	}
}

void
orm_register_pin(const char *name)
{
	const OrmModel *model = orm_cache_open(name, AccessShareLock);
	OrmRegistered *row;
	OrmDeclaration *declaration;

	orm_registry_lock_name(name);
	row = orm_registry_find(name);
	if (row == NULL || !row->mapped)
		return;
	declaration = orm_register_declaration(row);
	if (orm_follow_pin(declaration, model))
		orm_model_function_write(row, declaration, row->relid);
}

bool
orm_register_write_names(OrmRegistered *row, OrmDeclaration *written, bool moved)
{
	OrmDeclaration *now = orm_register_declaration(row);

	Assert(row->mapped);
	orm_computed_follow(row->relid, now, false);
	orm_normalize_follow(row->relid, now, false);
	if (written->schema == NULL)
		written->schema = get_namespace_name(row->function_schema);
	if (strcmp(orm_declaration_print(written), orm_declaration_print(now)) != 0)
	{
		orm_model_function_follow(row, now, moved);
		return true;
	}
	orm_follow_bind(now, row);
	orm_binding_write(row, row->text);
	return false;
}

char *
orm_register_name_target(Oid relation, void *argument)
{
	List *rows = orm_registry_of_relation(relation);

	return rows == NIL ? NULL : ((OrmRegistered *) linitial(rows))->name;
}
