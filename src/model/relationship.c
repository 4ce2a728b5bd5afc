/*
 * relationship.c - resolving relationships to columns.
 *
 * A to-one or to-many relationship has a holder (the table with the foreign
 * key) and a referenced table; many to many has a join table that is the
 * holder of two keys.  For a pair of holder and referenced table:
 *
 *   1. The candidates are the foreign keys of the holder to that table, from
 *      pg_constraint.
 *   2. foreign_key => columns chooses the one over just these columns.
 *      Otherwise the only candidate is taken; of several, the one whose columns
 *      have the names that belongs_to would have given them; else it is
 *      ambiguous.
 *   3. Without a candidate, foreign_key names columns that are joined with the
 *      referenced table's key: views and foreign tables work so.
 *
 * No lock is taken on other tables: a change of any that was looked at invalidates the model (the list "depends").
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/names.h"
#include "model/index.h"
#include "model/join.h"
#include "model/relationship.h"
#include "model/table.h"

/* A foreign key, or what stands for one. */
typedef struct ForeignKey
{
	Oid holder;
	Oid referenced;
	char *name;
	bool cascades; /* ON DELETE CASCADE */
	int n;
	AttrNumber columns[INDEX_MAX_KEYS];
	AttrNumber referenced_columns[INDEX_MAX_KEYS];
	Oid operators[INDEX_MAX_KEYS]; /* referenced = holder */
} ForeignKey;

/* What is being resolved, for messages. */
typedef struct Resolution
{
	const OrmModel *model;
	const OrmDeclaredRelationship *declared;
	List **depends;
	bool raise;
} Resolution;

static const char *const kind_names[] = {
	[ORM_BELONGS_TO] = "belongs_to",
	[ORM_HAS_MANY] = "has_many",
	[ORM_HAS_ONE] = "has_one",
	[ORM_MANY_TO_MANY] = "many_to_many",
};

const char *
orm_relationship_kind_name(OrmRelationshipKind kind)
{
	return kind_names[kind];
}

/* Remembers that the result depends on a relation. */
static void
depend(Resolution *r, Oid relid)
{
	if (r->depends != NULL && OidIsValid(relid))
		*r->depends = list_append_unique_oid(*r->depends, relid);
}

/* The foreign keys of one table to another (List of ForeignKey *), by name. */
static List *
foreign_keys(Oid holder, Oid referenced)
{
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	List *found = NIL;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(holder));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
		ForeignKey *fk;

		if (form->contype != CONSTRAINT_FOREIGN || form->confrelid != referenced)
			continue;
		fk = palloc0(sizeof(ForeignKey));
		fk->holder = holder;
		fk->referenced = referenced;
		fk->name = pstrdup(NameStr(form->conname));
		fk->cascades = form->confdeltype == FKCONSTR_ACTION_CASCADE;
		DeconstructFkConstraintRow(tuple, &fk->n, fk->columns, fk->referenced_columns, fk->operators, NULL, NULL, NULL,
								   NULL);
		found = lappend(found, fk);
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
	return found;
}

/* Are these, in any order, just the columns of the key? */
static bool
has_columns(const ForeignKey *fk, List *columns)
{
	ListCell *cell;

	if (list_length(columns) != fk->n)
		return false;
	foreach(cell, columns)
	{
		AttrNumber attnum = get_attnum(fk->holder, lfirst(cell));
		bool found = false;

		for (int i = 0; i < fk->n; i++)
			found = found || fk->columns[i] == attnum;
		if (!found)
			return false;
	}
	return true;
}

/* The columns that belongs_to makes for this key: author_id, or author_<column> for a composite one. */
static List *
default_columns(const char *relationship, const ForeignKey *fk)
{
	List *columns = NIL;

	for (int i = 0; i < fk->n; i++)
	{
		const char *suffix = fk->n == 1 ? "id" : get_attname(fk->referenced, fk->referenced_columns[i], false);

		columns = lappend(columns, orm_name_join(relationship, suffix));
	}
	return columns;
}

/* The columns of the key by which rows of a relation are known: its primary key, else the declared one. */
static int
key_columns(Oid relid, const OrmDeclaration *declaration, AttrNumber *columns)
{
	Relation relation = RelationIdGetRelation(relid);
	Bitmapset *key;
	int n = 0;
	int bit = -1;
	ListCell *cell;

	if (!RelationIsValid(relation))
		return 0;
	key = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	RelationClose(relation);
	while ((bit = bms_next_member(key, bit)) >= 0 && n < INDEX_MAX_KEYS)
		columns[n++] = bit + FirstLowInvalidHeapAttributeNumber;
	if (n > 0 || declaration == NULL)
		return n;
	foreach(cell, orm_declaration_key(declaration))
		if (n < INDEX_MAX_KEYS)
			columns[n++] = get_attnum(relid, lfirst(cell));
	return n;
}

/* Step 3: columns that stand for a foreign key to the key of the other table; NULL: they do not fit. */
static ForeignKey *
virtual_key(Oid holder, Oid referenced, const OrmDeclaration *referenced_declaration, List *columns)
{
	ForeignKey *fk = palloc0(sizeof(ForeignKey));
	ListCell *cell;

	fk->holder = holder;
	fk->referenced = referenced;
	fk->n = key_columns(referenced, referenced_declaration, fk->referenced_columns);
	if (fk->n == 0 || fk->n != list_length(columns))
		return NULL;
	foreach(cell, columns)
	{
		int i = foreach_current_index(cell);

		fk->columns[i] = get_attnum(holder, lfirst(cell));
		if (fk->columns[i] <= 0)
			return NULL;
		fk->operators[i] = orm_join_operator(get_atttype(referenced, fk->referenced_columns[i]),
											 get_atttype(holder, fk->columns[i]));
		if (!OidIsValid(fk->operators[i]))
			return NULL;
	}
	return fk;
}

/* The columns of a key as a list for a message. */
static char *
column_list(const ForeignKey *fk, const char *separator)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < fk->n; i++)
		appendStringInfo(&text, "%s%s", i ? separator : "", get_attname(fk->holder, fk->columns[i], false));
	return text.data;
}

/* Raises 42702: lists the candidates and shows the text that chooses one. */
static void
raise_ambiguous(const Resolution *r, List *candidates)
{
	StringInfoData detail;
	ListCell *cell;
	ForeignKey *first = linitial(candidates);

	initStringInfo(&detail);
	foreach(cell, candidates)
	{
		ForeignKey *fk = lfirst(cell);

		appendStringInfo(&detail, "%s\"%s\" (%s)", foreach_current_index(cell) ? ", " : "", fk->name,
						 column_list(fk, ", "));
	}
	ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_COLUMN),
			errmsg("relationship \"%s\" of model \"%s\" could follow more than one foreign key", r->declared->name,
				   r->model->name),
			errdetail("Foreign keys from \"%s\" to \"%s\": %s.", get_rel_name(first->holder),
					  get_rel_name(first->referenced), detail.data),
			errhint("Choose one: orm.%s('%s', '%s', %sforeign_key => %s%s%s).",
					orm_relationship_kind_name(r->declared->kind), r->declared->name, r->declared->model,
					r->declared->through ? psprintf("through => '%s', ", r->declared->through) : "",
					first->n > 1 ? "ARRAY['" : "'", column_list(first, first->n > 1 ? "', '" : ", "),
					first->n > 1 ? "']" : "'"));
}

/* Raises 42P10: no foreign key joins the two tables. */
static void
raise_no_key(const Resolution *r, Oid holder, Oid referenced)
{
	ListCell *cell;

	foreach(cell, r->declared->foreign_key)
		if (get_attnum(holder, lfirst(cell)) == InvalidAttrNumber)
			ereport(
				ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column \"%s\" of relation \"%s\" does not exist", (char *) lfirst(cell), get_rel_name(holder)),
				errdetail("It is the foreign key of relationship \"%s\" of model \"%s\".", r->declared->name,
						  r->model->name));
	ereport(
		ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
		errmsg("relationship \"%s\" of model \"%s\" has no foreign key to follow", r->declared->name, r->model->name),
		errdetail("\"%s\" has no foreign key to \"%s\"%s.", get_rel_name(holder), get_rel_name(referenced),
				  r->declared->foreign_key != NIL ? " over these columns" : ""),
		errhint("Add the constraint, or name the columns that join with the key: foreign_key => ..."));
}

/* Steps 1 to 3.  NULL (or an error) when nothing joins the two, or too much does. */
static ForeignKey *
choose_key(const Resolution *r, Oid holder, Oid referenced, const OrmDeclaration *referenced_declaration, List *columns)
{
	List *candidates = foreign_keys(holder, referenced);
	ForeignKey *virtual;
	ListCell *cell;

	foreach(cell, candidates)
		if (columns != NIL && has_columns(lfirst(cell), columns))
			return lfirst(cell);
	if (columns != NIL)
	{
		virtual = virtual_key(holder, referenced, referenced_declaration, columns);
		if (virtual == NULL && r->raise)
			raise_no_key(r, holder, referenced);
		return virtual;
	}
	if (list_length(candidates) == 1)
		return linitial(candidates);
	foreach(cell, candidates)
		if (r->declared->kind == ORM_BELONGS_TO &&
			has_columns(lfirst(cell), default_columns(r->declared->name, lfirst(cell))))
			return lfirst(cell);
	if (r->raise && candidates == NIL)
		raise_no_key(r, holder, referenced);
	if (r->raise)
		raise_ambiguous(r, candidates);
	return NULL;
}

/* Copies n values of any kind into the current context. */
static void *
copy_of(const void *values, Size size)
{
	return memcpy(palloc(size), values, size);
}

/* Writes a key into a relationship. */
static void
set_key(OrmRelationship *relationship, const ForeignKey *fk, bool key_is_local)
{
	Size size = sizeof(AttrNumber) * fk->n;

	relationship->nkeys = fk->n;
	relationship->key_is_local = key_is_local;
	relationship->deleted_by_server = fk->cascades && !key_is_local;
	relationship->local = copy_of(key_is_local ? fk->columns : fk->referenced_columns, size);
	relationship->remote = copy_of(key_is_local ? fk->referenced_columns : fk->columns, size);
	relationship->operators = copy_of(fk->operators, sizeof(Oid) * fk->n);
}

/* The columns of the foreign key that a to-many follows: its own, else those of its inverse. */
static List *
columns_of_many(const OrmDeclaredRelationship *declared, const OrmDeclaration *target)
{
	OrmDeclaredRelationship *inverse;

	if (declared->foreign_key != NIL || declared->back_populates == NULL || target == NULL)
		return declared->foreign_key;
	inverse = orm_declaration_relationship(target, declared->back_populates);
	return inverse != NULL ? inverse->foreign_key : NIL;
}

/* The relation of a join table: that of a model of this name, else a table of this name. */
static Oid
join_relation(const OrmModel *model, const char *through)
{
	Oid relid = orm_table_find(through, NULL);
	char *schema;
	char *relation;
	Oid namespace_id;

	if (OidIsValid(relid))
		return relid;
	orm_name_split(through, &schema, &relation);
	namespace_id = get_namespace_oid(schema ? schema : model->schema, true);
	return OidIsValid(namespace_id) ? get_relname_relid(relation, namespace_id) : InvalidOid;
}

/* The columns of the join table that lead to this side: as said, or as its inverse does not say. */
static bool
is_own_side(const OrmDeclaredRelationship *declared, const OrmDeclaration *target, const ForeignKey *fk)
{
	OrmDeclaredRelationship *inverse;

	if (declared->foreign_key != NIL)
		return has_columns(fk, declared->foreign_key);
	inverse = declared->back_populates ? orm_declaration_relationship(target, declared->back_populates) : NULL;
	return inverse != NULL && inverse->foreign_key != NIL && !has_columns(fk, inverse->foreign_key);
}

/* The two keys of a join table to one table (a self-reference); which is this side's has to be said. */
static bool
resolve_self_join(const Resolution *r, const OrmDeclaration *target, Oid join, Oid relid, ForeignKey **own,
				  ForeignKey **other)
{
	List *keys = foreign_keys(join, relid);
	bool first;
	bool second;

	if (r->raise && keys == NIL)
		raise_no_key(r, join, relid);
	if (list_length(keys) != 2)
	{
		if (r->raise)
			raise_ambiguous(r, keys);
		return false;
	}
	first = is_own_side(r->declared, target, linitial(keys));
	second = is_own_side(r->declared, target, lsecond(keys));
	if (r->raise && first == second)
		raise_ambiguous(r, keys);
	*own = first ? linitial(keys) : lsecond(keys);
	*other = first ? lsecond(keys) : linitial(keys);
	return first != second;
}

/* Many to many: two keys of the join table. */
static bool
resolve_through(Resolution *r, OrmRelationship *relationship, const OrmDeclaration *target)
{
	const OrmModel *model = r->model;
	Oid join = r->declared->through ? join_relation(model, r->declared->through) : InvalidOid;
	ForeignKey *own;
	ForeignKey *other;

	if (!OidIsValid(join))
	{
		if (r->raise)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
					errmsg("join table \"%s\" of relationship \"%s\" of model \"%s\" does not exist",
						   r->declared->through ? r->declared->through : "", r->declared->name, model->name),
					errhint("orm.create_all() makes it."));
		return false;
	}
	depend(r, join);
	if (model->relid == relationship->target_relid)
	{
		if (!resolve_self_join(r, target, join, model->relid, &own, &other))
			return false;
	}
	else
	{
		own = choose_key(r, join, model->relid, model->declaration, r->declared->foreign_key);
		other = own ? choose_key(r, join, relationship->target_relid, target, NIL) : NULL;
		if (other == NULL)
			return false;
	}
	set_key(relationship, own, false);
	relationship->deleted_by_server &= other->cascades;
	relationship->join_relid = join;
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
	ForeignKey *fk;
	bool local = declared->kind == ORM_BELONGS_TO;

	relationship->kind = declared->kind;
	relationship->name = declared->name;
	relationship->target = declared->model;
	relationship->back_populates = declared->back_populates;
	relationship->target_relid = orm_table_find(declared->model, &target);
	if (!OidIsValid(relationship->target_relid))
	{
		if (raise)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("model \"%s\" does not exist", declared->model),
					errdetail("It is the target of relationship \"%s\" of model \"%s\".", declared->name, model->name),
					errhint("Declare it with orm.model or orm.map and run orm.create_all()."));
		return false;
	}
	depend(&r, relationship->target_relid);
	if (declared->kind == ORM_MANY_TO_MANY)
		return resolve_through(&r, relationship, target);
	fk = local ? choose_key(&r, model->relid, relationship->target_relid, target, declared->foreign_key)
			   : choose_key(&r, relationship->target_relid, model->relid, model->declaration,
							columns_of_many(declared, target));
	if (fk == NULL)
		return false;
	set_key(relationship, fk, local);
	return true;
}

void
orm_relationship_require(const OrmModel *model, const OrmRelationship *relationship)
{
	OrmRelationship scratch = {0};

	if (!relationship->resolved)
		orm_relationship_resolve(model, orm_declaration_relationship(model->declaration, relationship->name), &scratch,
								 NULL, true);
}

/* Appends column numbers, operators and, of a join table, what texts hold of it, as it may have no model. */
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

	appendStringInfo(out, "%s %s %s %u %u %s.%s %d %d %d", kind_names[relationship->kind], relationship->name,
					 relationship->target, relationship->target_relid, join, schema ? schema : "", table ? table : "",
					 relationship->join_indexed, relationship->resolved, relationship->deleted_by_server);
	print_columns(out, InvalidOid, relationship->local, relationship->operators, relationship->nkeys);
	print_columns(out, join, relationship->remote, NULL, relationship->nkeys);
	print_columns(out, join, relationship->join_target, relationship->join_operators, relationship->njoin);
	print_columns(out, InvalidOid, relationship->target_key, NULL, relationship->njoin);
	appendStringInfoChar(out, '\n');
}

/* Which kinds are inverses of which. */
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
		problem = psprintf("Relationship \"%s\" of model \"%s\" has \"%s\" for its inverse.", inverse->name,
						   target->model, inverse->back_populates);
	if (problem != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("relationship \"%s\" of model \"%s\" does not fit its inverse \"%s\"", declared->name, model,
					   declared->back_populates),
				errdetail("%s", problem));
}

/* Are these the same pairs of columns, in whatever order? */
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

/* Do two relationships, seen from their two ends, follow the same keys? */
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
