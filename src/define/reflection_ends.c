/*
 * reflection_ends.c - the relationships of a plan.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/names.h"
#include "define/reflection_ends.h"
#include "model/cache.h"

/* The entry of a relation, or NULL. */
static OrmReflectedModel *
entry_of(const OrmReflectionPlan *plan, Oid relid)
{
	const OrmCatalogRelation *relation = orm_catalog_relation(plan->catalog, relid);

	return relation != NULL ? relation->note : NULL;
}

/* The columns of two keys, one behind the other; returns their number, 0 when they share one. */
static int
columns_of_both(const OrmForeignKey *a, const OrmForeignKey *b, AttrNumber *columns)
{
	for (int i = 0; i < a->n; i++)
		for (int j = 0; j < b->n; j++)
			if (a->columns[i] == b->columns[j])
				return 0;
	memcpy(columns, a->columns, sizeof(AttrNumber) * a->n);
	memcpy(columns + a->n, b->columns, sizeof(AttrNumber) * b->n);
	return a->n + b->n;
}

/* Has the relation no column but these and a key of its own that fills itself? */
static bool
is_all_but_key(const OrmCatalogRelation *relation, const AttrNumber *columns, int n)
{
	const OrmCatalogKey *first = relation->keys != NIL ? linitial(relation->keys) : NULL;
	ListCell *cell;

	foreach(cell, relation->columns)
	{
		const OrmCatalogColumn *column = lfirst(cell);
		bool found = first != NULL && first->primary && first->n == 1 && first->columns[0] == column->number &&
			column->filled;

		for (int i = 0; i < n; i++)
			found = found || columns[i] == column->number;
		if (!found)
			return false;
	}
	return true;
}

bool
orm_reflection_ends_join(const OrmReflectionPlan *plan, const OrmCatalogRelation *relation, bool only)
{
	AttrNumber columns[INDEX_MAX_KEYS * 2];
	const OrmForeignKey *a;
	const OrmForeignKey *b;
	int n;

	if (list_length(relation->foreign_keys) != 2 ||
		(relation->relkind != RELKIND_RELATION && relation->relkind != RELKIND_PARTITIONED_TABLE))
		return false;
	a = linitial(relation->foreign_keys);
	b = lsecond(relation->foreign_keys);
	n = columns_of_both(a, b, columns);
	return n > 0 && a->referenced != relation->relid && b->referenced != relation->relid &&
		orm_reflection_plan_is_model(entry_of(plan, a->referenced)) &&
		orm_reflection_plan_is_model(entry_of(plan, b->referenced)) && orm_catalog_is_unique(relation, columns, n) &&
		!orm_catalog_is_unique(relation, a->columns, a->n) && !orm_catalog_is_unique(relation, b->columns, b->n) &&
		(!only || is_all_but_key(relation, columns, n));
}

/* Are these the columns of a foreign key, in any order? */
static bool
same_columns(const OrmForeignKey *key, const AttrNumber *columns, int n)
{
	for (int i = 0; i < key->n; i++)
	{
		bool found = false;

		for (int j = 0; j < n; j++)
			found = found || key->columns[i] == columns[j];
		if (!found)
			return false;
	}
	return key->n == n;
}

/* Does a relationship of a model follow that foreign key, from the same side? */
static bool
follows(const OrmRelationship *relationship, OrmRelationshipKind kind, const OrmForeignKey *key)
{
	bool many = relationship->kind == ORM_HAS_MANY || relationship->kind == ORM_HAS_ONE;

	if (!relationship->resolved)
		return false;
	if (kind == ORM_BELONGS_TO)
		return relationship->kind == ORM_BELONGS_TO && relationship->target_relid == key->referenced &&
			same_columns(key, relationship->local, relationship->nkeys);
	if (kind == ORM_MANY_TO_MANY)
		return relationship->kind == ORM_MANY_TO_MANY && relationship->join_relid == key->holder &&
			same_columns(key, relationship->remote, relationship->nkeys);
	return many && relationship->target_relid == key->holder &&
		same_columns(key, relationship->remote, relationship->nkeys);
}

/* Is this the name of a table, or of its model? */
static bool
names_table(const char *text, const OrmReflectedModel *entry)
{
	char *schema;
	char *relation;

	if (entry->name != NULL && strcmp(text, entry->name) == 0)
		return true;
	return orm_name_is_table(text, &schema, &relation) && strcmp(relation, entry->relation->name) == 0 &&
		(schema == NULL || strcmp(schema, get_namespace_name(entry->relation->schema)) == 0);
}

/* Does a relationship wait for a model, to follow that foreign key when it is there? */
static bool
waits(const OrmReflectionPlan *plan, const OrmReflectedModel *model, const OrmRelationship *relationship,
	  const OrmReflectedEnd *end)
{
	const OrmDeclaredRelationship *declared = orm_declaration_relationship(model->existing->declaration,
																		   relationship->name);
	bool to_one = end->kind == ORM_BELONGS_TO;

	if (OidIsValid(relationship->target_relid) || strcmp(relationship->target, end->target->name) != 0 ||
		to_one != (relationship->kind == ORM_BELONGS_TO) ||
		(end->kind == ORM_MANY_TO_MANY) != (relationship->kind == ORM_MANY_TO_MANY))
		return false;
	if (end->kind == ORM_MANY_TO_MANY &&
		(declared->through == NULL || !names_table(declared->through, entry_of(plan, end->key->holder))))
		return false;
	return orm_foreign_key_has(end->key,
							   declared->foreign_key != NIL || !to_one
								   ? declared->foreign_key
								   : orm_foreign_key_default_columns(end->key, relationship->name));
}

/* The relationship of an existing model that follows the foreign key of an end already, or is to, or NULL. */
static const OrmRelationship *
existing_relationship(const OrmReflectionPlan *plan, const OrmReflectedEnd *end)
{
	const OrmModel *model = end->model->existing;

	for (int i = 0; model != NULL && i < model->nrelationships; i++)
		if (follows(&model->relationships[i], end->kind, end->key) ||
			waits(plan, end->model, &model->relationships[i], end))
			return &model->relationships[i];
	return NULL;
}

/* Opens an existing model outside of what is reflected when the first key leads to it. */
static void
open_entry(OrmReflectedModel *model)
{
	if (model->exists && model->existing == NULL)
		model->existing = orm_cache_open_if_any(model->name, AccessShareLock);
}

/* Adds an end, or returns NULL: the model is not the caller's to extend. */
static OrmReflectedEnd *
add_end(const OrmReflectionPlan *plan, OrmReflectedModel *model, OrmReflectedModel *target, OrmRelationshipKind kind,
		const OrmForeignKey *key)
{
	OrmReflectedEnd *end = palloc0(sizeof(OrmReflectedEnd));
	const OrmRelationship *existing;

	open_entry(model);
	end->model = model;
	end->target = target;
	end->kind = kind;
	end->key = key;
	existing = existing_relationship(plan, end);
	if (existing == NULL && !model->in_scope && !orm_relation_ownercheck(model->relation->relid, GetUserId()))
		return NULL;
	end->action = existing != NULL ? ORM_REFLECTION_KEPT : ORM_REFLECTION_MAPPED;
	if (existing != NULL)
	{
		end->name = existing->name;
		end->kind = existing->kind;
	}
	model->ends = lappend(model->ends, end);
	return end;
}

/* Makes two ends each other's inverse. */
static void
pair_ends(OrmReflectedEnd *a, OrmReflectedEnd *b)
{
	if (a != NULL)
		a->inverse = b;
	if (b != NULL)
		b->inverse = a;
}

/* Adds both ends of a foreign key: belongs_to and has_many or has_one. */
static void
add_ends(const OrmReflectionPlan *plan, OrmReflectedModel *holder, OrmReflectedModel *referenced,
		 const OrmForeignKey *key)
{
	bool unique = orm_catalog_is_unique(holder->relation, key->columns, key->n);
	OrmReflectedEnd *to_one = add_end(plan, holder, referenced, ORM_BELONGS_TO, key);

	pair_ends(to_one, add_end(plan, referenced, holder, unique ? ORM_HAS_ONE : ORM_HAS_MANY, key));
}

/* Adds both ends of a join table. */
static void
add_join_ends(const OrmReflectionPlan *plan, OrmReflectedModel *join)
{
	const OrmForeignKey *a = linitial(join->relation->foreign_keys);
	const OrmForeignKey *b = lsecond(join->relation->foreign_keys);
	OrmReflectedModel *first = entry_of(plan, a->referenced);
	OrmReflectedModel *second = entry_of(plan, b->referenced);
	OrmReflectedEnd *there = add_end(plan, first, second, ORM_MANY_TO_MANY, a);
	OrmReflectedEnd *back = add_end(plan, second, first, ORM_MANY_TO_MANY, b);

	if (there != NULL)
		there->join = join;
	if (back != NULL)
		back->join = join;
	pair_ends(there, back);
}

/* Adds the ends of the foreign keys that an entry holds. */
static void
add_ends_of(const OrmReflectionPlan *plan, OrmReflectedModel *model)
{
	bool is_model = orm_reflection_plan_is_model(model);
	bool near = model->in_scope;
	ListCell *cell;

	if (model->action == ORM_REFLECTION_SKIPPED)
		return;
	foreach(cell, model->relation->foreign_keys)
	{
		const OrmForeignKey *key = lfirst(cell);
		OrmReflectedModel *referenced = entry_of(plan, key->referenced);

		near = near || (referenced != NULL && referenced->in_scope);
		if (is_model && orm_reflection_plan_is_model(referenced) && (model->in_scope || referenced->in_scope))
			add_ends(plan, model, referenced, key);
	}
	if (near && orm_reflection_ends_join(plan, model->relation, false))
		add_join_ends(plan, model);
}

/* Is there a model of that name? */
static bool
is_known(const OrmReflectionPlan *plan, const char *name)
{
	ListCell *cell;

	foreach(cell, plan->names)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

/*
 * Is there no foreign key any more that a relationship between tables has
 * followed?  One to a model that has no table yet waits for its key.
 */
static bool
lost_its_key(const OrmReflectionPlan *plan, const OrmReflectedModel *model, const OrmRelationship *relationship)
{
	Oid holder = relationship->kind == ORM_MANY_TO_MANY ? relationship->join_relid
		: relationship->key_is_local					? model->relation->relid
														: relationship->target_relid;
	Oid referenced = relationship->key_is_local ? relationship->target_relid : model->relation->relid;
	char kinds[] = {get_rel_relkind(holder), get_rel_relkind(referenced), '\0'};
	ListCell *cell;

	if (!relationship->resolved)
		return OidIsValid(relationship->target_relid) || !is_known(plan, relationship->target);
	if (strspn(kinds, (char[]){RELKIND_RELATION, RELKIND_PARTITIONED_TABLE, '\0'}) != strlen(kinds))
		return false;
	foreach(cell, orm_foreign_key_read(holder, referenced))
		if (follows(relationship, relationship->kind, lfirst(cell)))
			return false;
	return true;
}

/* Notes the relationships of an existing model whose key is gone. */
static void
note_pruned(const OrmReflectionPlan *plan, OrmReflectedModel *model)
{
	for (int i = 0; model->existing != NULL && i < model->existing->nrelationships; i++)
		if (lost_its_key(plan, model, &model->existing->relationships[i]))
			model->pruned = lappend(model->pruned, model->existing->relationships[i].name);
}

void
orm_reflection_ends_add(OrmReflectionPlan *plan)
{
	ListCell *cell;

	foreach(cell, plan->models)
	{
		OrmReflectedModel *model = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (plan->options->prune && model->in_scope)
			note_pruned(plan, model);
		add_ends_of(plan, model);
	}
}
