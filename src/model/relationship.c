/*
 * relationship.c - resolving declared relationships to foreign keys.
 *
 * A belongs_to, has_one or has_many relationship has a holder (the referencing
 * table) and a referenced table.  many_to_many has a join table, which is the
 * holder of two foreign keys.  For a holder and a referenced table:
 *
 *   1. The candidates are the foreign key constraints from the holder to the
 *      referenced table.
 *   2. "foreign_key" (for has_one and has_many without one, that of the inverse)
 *      chooses the candidate with these columns.  Without "foreign_key" the only
 *      candidate is chosen; of several, for belongs_to the one with the default
 *      column names; otherwise the relationship is ambiguous.
 *   3. If no candidate has these columns, they are joined with the primary key of
 *      the referenced table, for views, foreign tables and tables without
 *      constraints.  For many_to_many, "foreign_key" of the inverse names the
 *      columns that reference the target.  A belongs_to with "has_constraint": false
 *      and without "foreign_key" has the default column names.
 *
 * No lock is taken on other tables: changes to the relations in "depends" invalidate
 * the model.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "model/follow.h"
#include "model/foreign.h"
#include "model/foreign_key.h"
#include "model/index.h"
#include "model/relationship.h"

/* State of resolving a relationship. */
typedef struct Resolution
{
	const OrmModel *model;
	const OrmDeclaredRelationship *declared;
	List **depends;
	bool raise;
} Resolution;

static const char *const kind_names[] = {
	[ORM_BELONGS_TO] = "belongs_to",	 [ORM_HAS_MANY] = "has_many", [ORM_HAS_ONE] = "has_one",
	[ORM_MANY_TO_MANY] = "many_to_many", [ORM_RELATED] = "related",
};

const char *
orm_relationship_kind_name(OrmRelationshipKind kind)
{
	return kind_names[kind];
}

/* Adds a relation to the dependencies. */
static void
depend(Resolution *r, Oid relid)
{
	if (r->depends != NULL && OidIsValid(relid))
		*r->depends = list_append_unique_oid(*r->depends, relid);
}

/* Raises 42702 with the candidates, and a hint to choose one. */
static void
raise_ambiguous(const Resolution *r, List *candidates)
{
	StringInfoData detail;
	ListCell *cell;
	OrmForeignKey *first = linitial(candidates);

	initStringInfo(&detail);
	foreach(cell, candidates)
	{
		OrmForeignKey *fk = lfirst(cell);

		appendStringInfo(&detail, "%s\"%s\" (%s)", foreach_current_index(cell) ? ", " : "", fk->name,
						 orm_foreign_key_text(fk, ", "));
	}
	ereport(
		ERROR, errcode(ERRCODE_AMBIGUOUS_COLUMN),
		errmsg("foreign key of relationship \"%s\" of model \"%s\" is ambiguous", r->declared->name, r->model->name),
		errdetail("Foreign keys from \"%s\" to \"%s\": %s.", get_rel_name(first->holder),
				  get_rel_name(first->referenced), detail.data),
		errhint("Choose one: orm.%s('%s', '%s', %sforeign_key => %s%s%s).",
				orm_relationship_kind_name(r->declared->kind), r->declared->name, r->declared->model,
				r->declared->through ? psprintf("through => '%s', ", r->declared->through) : "",
				first->n > 1 ? "ARRAY['" : "'", orm_foreign_key_text(first, first->n > 1 ? "', '" : ", "),
				first->n > 1 ? "']" : "'"));
}

/* Raises 42P10 for a missing foreign key, or 42703 for a missing column of it. */
static void
raise_no_key(const Resolution *r, Oid holder, Oid referenced, List *columns)
{
	bool far_side = r->declared->kind == ORM_MANY_TO_MANY && columns != r->declared->foreign_key;
	ListCell *cell;

	foreach(cell, columns)
		if (get_attnum(holder, lfirst(cell)) == InvalidAttrNumber)
			ereport(
				ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column \"%s\" of relation \"%s\" does not exist", (char *) lfirst(cell), get_rel_name(holder)),
				errdetail("It is the foreign key of relationship \"%s\" of model \"%s\".", r->declared->name,
						  r->model->name));
	ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			errmsg("relationship \"%s\" of model \"%s\" has no foreign key", r->declared->name, r->model->name),
			errdetail("\"%s\" has no foreign key to \"%s\"%s.", get_rel_name(holder), get_rel_name(referenced),
					  columns != NIL ? " over these columns" : ""),
			far_side ? errhint("Add the constraint, or name the columns that join with the key in the inverse: "
							   "foreign_key => ... there, back_populates => ... here.")
					 : errhint("Add the constraint, or name the columns that join with the key: foreign_key => ..."));
}

/* Steps 1 to 3.  NULL, or an error, when the foreign key is missing or ambiguous. */
static OrmForeignKey *
choose_key(const Resolution *r, Oid holder, Oid referenced, const OrmDeclaration *referenced_declaration, List *columns)
{
	List *candidates = orm_foreign_key_read(holder, referenced);
	OrmForeignKey *assumed;
	ListCell *cell;

	foreach(cell, candidates)
		if (columns != NIL && orm_foreign_key_has(lfirst(cell), columns))
			return lfirst(cell);
	if (columns != NIL)
	{
		assumed = orm_foreign_key_assume(holder, referenced, referenced_declaration, columns);
		if (assumed == NULL && r->raise)
			raise_no_key(r, holder, referenced, columns);
		return assumed;
	}
	if (list_length(candidates) == 1)
		return linitial(candidates);
	foreach(cell, candidates)
		if (r->declared->kind == ORM_BELONGS_TO &&
			orm_foreign_key_has(lfirst(cell), orm_foreign_key_default_columns(lfirst(cell), r->declared->name)))
			return lfirst(cell);
	if (r->raise && candidates == NIL)
		raise_no_key(r, holder, referenced, columns);
	if (r->raise)
		raise_ambiguous(r, candidates);
	return NULL;
}

/* Copies an array into the current memory context. */
static void *
copy_of(const void *values, Size size)
{
	return memcpy(palloc(size), values, size);
}

/* Sets the foreign key of a relationship. */
static void
set_key(OrmRelationship *relationship, const OrmForeignKey *fk, bool key_is_local)
{
	Size size = sizeof(AttrNumber) * fk->n;

	relationship->nkeys = fk->n;
	relationship->key_is_local = key_is_local;
	relationship->deleted_by_server = fk->cascades && !key_is_local;
	relationship->moved_by_server = fk->moves && !key_is_local;
	relationship->local = copy_of(key_is_local ? fk->columns : fk->referenced_columns, size);
	relationship->remote = copy_of(key_is_local ? fk->referenced_columns : fk->columns, size);
	relationship->operators = copy_of(fk->operators, sizeof(Oid) * fk->n);
}

/* The inverse of a relationship of "model" in the target's declaration, named by back_populates of either; or NULL. */
static const OrmDeclaredRelationship *
find_inverse(const char *model, const OrmDeclaredRelationship *declared, const OrmDeclaration *target)
{
	ListCell *cell;

	if (target == NULL)
		return NULL;
	if (declared->back_populates != NULL)
		return orm_declaration_relationship(target, declared->back_populates);
	foreach(cell, target->relationships)
	{
		const OrmDeclaredRelationship *other = lfirst(cell);

		if (other->back_populates != NULL && strcmp(other->back_populates, declared->name) == 0 &&
			strcmp(other->model, model) == 0)
			return other;
	}
	return NULL;
}

/* "foreign_key" of the inverse; NIL: not given, or the inverse is missing or the relationship itself. */
static List *
columns_of_inverse(const Resolution *r, const OrmDeclaration *target)
{
	const OrmDeclaredRelationship *inverse = find_inverse(r->model->name, r->declared, target);
	bool itself = inverse != NULL && strcmp(target->model, r->model->name) == 0 &&
		strcmp(inverse->name, r->declared->name) == 0;

	return inverse != NULL && !itself ? inverse->foreign_key : NIL;
}

/* "foreign_key" of a has_one or has_many, or else of its inverse. */
static List *
columns_of_many(const Resolution *r, const OrmDeclaration *target)
{
	return r->declared->foreign_key != NIL ? r->declared->foreign_key : columns_of_inverse(r, target);
}

/* The join table: the table of the model of that name, or else the table of that name; or InvalidOid. */
static Oid
join_relation(const OrmModel *model, const char *through)
{
	Oid relid = through != NULL ? orm_follow_table(through, NULL) : InvalidOid;
	char *schema;
	char *relation;
	Oid namespace_id;

	if (through == NULL || OidIsValid(relid))
		return relid;
	orm_name_split(through, &schema, &relation);
	namespace_id = get_namespace_oid(schema ? schema : model->schema, true);
	return OidIsValid(namespace_id) ? get_relname_relid(relation, namespace_id) : InvalidOid;
}

/* Does this foreign key of the join table reference this model: by "foreign_key", or not by the inverse's? */
static bool
is_own_side(const Resolution *r, const OrmDeclaration *target, const OrmForeignKey *fk)
{
	List *inverse = columns_of_inverse(r, target);

	if (r->declared->foreign_key != NIL)
		return orm_foreign_key_has(fk, r->declared->foreign_key);
	return inverse != NIL && !orm_foreign_key_has(fk, inverse);
}

/* The two foreign keys of the join table of a self-reference; "foreign_key" must tell them apart. */
static bool
choose_two_keys(const Resolution *r, const OrmDeclaration *target, Oid join, OrmForeignKey **own, OrmForeignKey **other)
{
	List *keys = orm_foreign_key_read(join, r->model->relid);
	bool first;
	bool second;

	if (r->raise && keys == NIL)
		raise_no_key(r, join, r->model->relid, r->declared->foreign_key);
	if (list_length(keys) != 2)
	{
		if (r->raise)
			raise_ambiguous(r, keys);
		return false;
	}
	first = is_own_side(r, target, linitial(keys));
	second = is_own_side(r, target, lsecond(keys));
	if (r->raise && first == second)
		raise_ambiguous(r, keys);
	*own = first ? linitial(keys) : lsecond(keys);
	*other = first ? lsecond(keys) : linitial(keys);
	return first != second;
}

/* The foreign keys of the join table to this model (own) and to the target (other). */
static bool
choose_join_keys(const Resolution *r, const OrmRelationship *relationship, const OrmDeclaration *target, Oid join,
				 OrmForeignKey **own, OrmForeignKey **other)
{
	List *columns = columns_of_inverse(r, target);

	if (r->model->relid == relationship->target_relid && (r->declared->foreign_key == NIL || columns == NIL))
		return choose_two_keys(r, target, join, own, other);
	*own = choose_key(r, join, r->model->relid, r->model->declaration, r->declared->foreign_key);
	*other = *own ? choose_key(r, join, relationship->target_relid, target, columns) : NULL;
	return *other != NULL;
}

/* Resolves a many_to_many. */
static bool
resolve_through(Resolution *r, OrmRelationship *relationship, const OrmDeclaration *target)
{
	const OrmModel *model = r->model;
	Oid join = join_relation(model, r->declared->through);
	OrmForeignKey *own;
	OrmForeignKey *other;

	if (!OidIsValid(join))
	{
		if (r->raise && r->declared->through == NULL)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
					errmsg("\"%s\" of model \"%s\" is pending: its join table has not been made", r->declared->name,
						   model->name),
					errhint("SELECT * FROM orm.migrate(); adds what is declared."));
		if (r->raise)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
					errmsg("join table \"%s\" of relationship \"%s\" of model \"%s\" does not exist",
						   r->declared->through, r->declared->name, model->name),
					errhint("orm.create_all() creates it."));
		return false;
	}
	depend(r, join);
	if (!choose_join_keys(r, relationship, target, join, &own, &other))
		return false;
	set_key(relationship, own, false);
	relationship->deleted_by_server &= other->cascades;
	relationship->join_relid = join;
	relationship->unlinked_by_server = own->cascades;
	relationship->join_foreign = orm_foreign_rows(join, r->depends);
	relationship->join_indexed = orm_index_leads(join, relationship->remote[0]);
	relationship->njoin = other->n;
	relationship->join_target = copy_of(other->columns, sizeof(AttrNumber) * other->n);
	relationship->target_key = copy_of(other->referenced_columns, sizeof(AttrNumber) * other->n);
	relationship->join_operators = copy_of(other->operators, sizeof(Oid) * other->n);
	return true;
}

bool
orm_relationship_resolve(const OrmModel *model, const OrmDeclaredRelationship *declared, OrmRelationship *relationship,
						 List **depends, bool raise)
{
	Resolution r = {model, declared, depends, raise};
	OrmDeclaration *target = NULL;
	OrmForeignKey *fk;
	bool local = declared->kind == ORM_BELONGS_TO;
	List *columns = declared->foreign_key;

	relationship->kind = declared->kind;
	relationship->name = declared->name;
	relationship->target = declared->model;
	relationship->back_populates = declared->back_populates;
	relationship->path = declared->path;
	relationship->function = declared->function;
	relationship->one = declared->one == ORM_YES;
	relationship->order_by = declared->order_by;
	relationship->filter = declared->filter;
	relationship->position = declared->position;
	relationship->target_relid = orm_follow_table(declared->model, &target);
	if (!OidIsValid(relationship->target_relid))
	{
		if (raise)
			(void) orm_registry_find(declared->model); /* not unique: says so */
		if (raise)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("model \"%s\" does not exist", declared->model),
					errdetail("It is the target of relationship \"%s\" of model \"%s\".", declared->name, model->name),
					errhint("Declare it with orm.model or orm.map and run orm.create_all()."));
		return false;
	}
	depend(&r, relationship->target_relid);
	if (orm_model_is_derived(relationship))
		return true;
	if (declared->kind == ORM_MANY_TO_MANY)
		return resolve_through(&r, relationship, target);
	if (local && columns == NIL && declared->has_constraint == ORM_NO)
		columns = orm_foreign_key_assumed_columns(relationship->target_relid, target, declared->name);
	fk = local
		? choose_key(&r, model->relid, relationship->target_relid, target, columns)
		: choose_key(&r, relationship->target_relid, model->relid, model->declaration, columns_of_many(&r, target));
	if (fk == NULL)
		return false;
	set_key(relationship, fk, local);
	return true;
}

bool
orm_relationship_is_pending(const OrmModel *model, const OrmRelationship *relationship)
{
	const OrmDeclaredRelationship *declared = orm_declaration_relationship(model->declaration, relationship->name);

	return relationship->kind == ORM_MANY_TO_MANY && !relationship->resolved &&
		!OidIsValid(join_relation(model, declared->through));
}

void
orm_relationship_require(const OrmModel *model, const OrmRelationship *relationship)
{
	OrmRelationship scratch = {0};

	if (!relationship->resolved)
		orm_relationship_resolve(model, orm_declaration_relationship(model->declaration, relationship->name), &scratch,
								 NULL, true);
}

/* Appends column numbers, operators and, for a join table, names and collations, as it may have no model. */
static void
print_columns(StringInfo out, Oid join, const AttrNumber *columns, const Oid *operators, int n)
{
	for (int i = 0; i < n; i++)
	{
		HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(join), Int16GetDatum(columns[i]));

		appendStringInfo(out, " %d/%u", columns[i], operators ? operators[i] : InvalidOid);
		if (!HeapTupleIsValid(tuple))
			continue;
		appendStringInfo(out, " %s %u", NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname),
						 ((Form_pg_attribute) GETSTRUCT(tuple))->attcollation);
		ReleaseSysCache(tuple);
	}
}

void
orm_relationship_print(StringInfo out, const OrmRelationship *relationship)
{
	Oid join = relationship->join_relid;
	char *schema = get_namespace_name(get_rel_namespace(join));
	char *table = get_rel_name(join);

	appendStringInfo(out, "%s %s %s %u %u %s.%s %d %d %d %d %d %d", kind_names[relationship->kind], relationship->name,
					 relationship->target, relationship->target_relid, join, schema ? schema : "", table ? table : "",
					 relationship->join_indexed, relationship->join_foreign, relationship->resolved,
					 relationship->deleted_by_server, relationship->unlinked_by_server, relationship->moved_by_server);
	print_columns(out, InvalidOid, relationship->local, relationship->operators, relationship->nkeys);
	print_columns(out, join, relationship->remote, NULL, relationship->nkeys);
	print_columns(out, join, relationship->join_target, relationship->join_operators, relationship->njoin);
	print_columns(out, InvalidOid, relationship->target_key, NULL, relationship->njoin);
	appendStringInfoChar(out, '\n');
}

/* Can relationships of these kinds be inverses? */
static bool
kinds_fit(OrmRelationshipKind a, OrmRelationshipKind b)
{
	if (a == ORM_MANY_TO_MANY || b == ORM_MANY_TO_MANY)
		return a == b;
	return (a == ORM_BELONGS_TO) != (b == ORM_BELONGS_TO);
}

void
orm_relationship_check_inverse(const char *model, const OrmDeclaredRelationship *declared, const OrmDeclaration *target,
							   bool must_exist)
{
	OrmDeclaredRelationship *inverse;
	const char *problem = NULL;

	if (declared->back_populates == NULL || target == NULL)
		return;
	inverse = orm_declaration_relationship(target, declared->back_populates);
	if (inverse == NULL && !must_exist)
		return;
	if (inverse == NULL)
		problem = psprintf("Model \"%s\" has no relationship \"%s\".", target->model, declared->back_populates);
	else if (strcmp(inverse->model, model) != 0)
		problem = psprintf("Relationship \"%s\" of model \"%s\" leads to model \"%s\".", inverse->name, target->model,
						   inverse->model);
	else if (!kinds_fit(declared->kind, inverse->kind))
		problem = psprintf("The inverse of %s cannot be %s.", kind_names[declared->kind], kind_names[inverse->kind]);
	else if (inverse->back_populates != NULL && strcmp(inverse->back_populates, declared->name) != 0)
		problem = psprintf("Relationship \"%s\" of model \"%s\" has the inverse \"%s\".", inverse->name, target->model,
						   inverse->back_populates);
	if (problem != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("relationship \"%s\" of model \"%s\" does not fit its inverse \"%s\"", declared->name, model,
					   declared->back_populates),
				errdetail("%s", problem));
}

/* Are the pairs of columns equal, in any order? */
static bool
same_pairs(const AttrNumber *a1, const AttrNumber *b1, int n1, const AttrNumber *a2, const AttrNumber *b2, int n2)
{
	for (int i = 0; i < n1; i++)
	{
		bool found = false;

		for (int j = 0; j < n2; j++)
			found = found || (a1[i] == a2[j] && b1[i] == b2[j]);
		if (!found)
			return false;
	}
	return n1 == n2;
}

/* Do a relationship and its inverse have the same foreign keys? */
static bool
same_keys(const OrmRelationship *a, const OrmRelationship *b)
{
	if (a->kind != ORM_MANY_TO_MANY)
		return same_pairs(a->local, a->remote, a->nkeys, b->remote, b->local, b->nkeys);
	return a->join_relid == b->join_relid &&
		same_pairs(a->local, a->remote, a->nkeys, b->target_key, b->join_target, b->njoin) &&
		same_pairs(b->local, b->remote, b->nkeys, a->target_key, a->join_target, a->njoin);
}

void
orm_relationship_check_keys(const OrmModel *model, const OrmRelationship *relationship, const OrmRelationship *inverse)
{
	if (inverse == NULL || !inverse->resolved || inverse->target_relid != model->relid ||
		!kinds_fit(relationship->kind, inverse->kind) || same_keys(relationship, inverse))
		return;
	ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
			errmsg("relationship \"%s\" of model \"%s\" does not fit its inverse \"%s\"", relationship->name,
				   model->name, inverse->name),
			errdetail("They follow different foreign keys."), errhint("Give both the same foreign_key."));
}
