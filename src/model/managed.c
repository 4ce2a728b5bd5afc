/*
 * managed.c - see managed.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "commands/defrem.h"
#include "nodes/bitmapset.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "base/sql.h"
#include "model/definition.h"
#include "model/in_force.h"
#include "model/index_element.h"
#include "model/managed.h"
#include "model/reflect_state.h"
#include "model/validation.h"

/* How a kind of constraint is marked in pg_constraint; '\0': any. */
static const char constraint_types[] = {
	[ORM_CONSTRAINT_PRIMARY_KEY] = CONSTRAINT_PRIMARY, [ORM_CONSTRAINT_UNIQUE] = CONSTRAINT_UNIQUE,
	[ORM_CONSTRAINT_CHECK] = CONSTRAINT_CHECK,		   [ORM_CONSTRAINT_FOREIGN_KEY] = CONSTRAINT_FOREIGN,
	[ORM_CONSTRAINT_EXCLUDE] = CONSTRAINT_EXCLUSION,   [ORM_CONSTRAINT_VERBATIM] = '\0',
};

/* Adds a column, unless it is there. */
static void
add_column(List **things, const OrmDeclaration *declaration, char *name, bool made)
{
	OrmManaged *thing = palloc0(sizeof(OrmManaged));

	thing->declaration = declaration;
	thing->is_column = true;
	thing->made = made;
	thing->name = name;
	thing->columns = list_make1(name);
	if (!orm_managed_is_among(*things, thing))
		*things = lappend(*things, thing);
}

/* Adds a constraint or an index. */
static OrmManaged *
add(List **things, const OrmDeclaration *declaration, OrmConstraintKind kind, char *name, List *columns)
{
	OrmManaged *thing = palloc0(sizeof(OrmManaged));

	thing->declaration = declaration;
	thing->kind = kind;
	thing->name = name;
	thing->columns = columns;
	thing->marked = kind == ORM_CONSTRAINT_UNIQUE && declaration->soft_deletes != NIL;
	*things = lappend(*things, thing);
	return thing;
}

/* Adds what the keys of a column say. */
static void
add_keys_of_column(List **things, const OrmDeclaration *declaration, const OrmDeclaredColumn *column)
{
	List *columns = list_make1(column->name);

	if (column->primary_key == ORM_YES)
		add(things, declaration, ORM_CONSTRAINT_PRIMARY_KEY, NULL, columns);
	if (column->is_unique == ORM_YES)
		add(things, declaration, ORM_CONSTRAINT_UNIQUE, NULL, columns);
	else if (column->indexed == ORM_YES && column->primary_key != ORM_YES)
		add(things, declaration, ORM_CONSTRAINT_INDEX, NULL, columns);
	if (column->foreign_key != NULL)
		add(things, declaration, ORM_CONSTRAINT_FOREIGN_KEY, NULL, columns);
	if (column->check_expr != NULL)
		add(things, declaration, ORM_CONSTRAINT_CHECK, NULL, columns);
}

/* Adds an element. */
static void
add_element(List **things, const OrmDeclaration *declaration, const OrmDeclaredConstraint *constraint)
{
	OrmDeclaredConstraint read = *constraint;

	if (read.kind == ORM_CONSTRAINT_INDEX && read.definition != NULL)
		orm_definition_read_index(declaration, &read);
	add(things, declaration, read.kind, read.name, read.columns)->partial = read.is_partial || read.where_expr != NULL;
}

/* Adds the rules about an attribute. */
static void
add_rules(List **things, const OrmDeclaration *declaration, const OrmDeclaredValidation *validation)
{
	List *columns = list_make1(orm_validation_column(declaration, validation, InvalidOid));
	ListCell *cell;

	foreach(cell, orm_validation_rules(validation))
		add(things, declaration, ORM_CONSTRAINT_CHECK, NULL, columns)->rule = ((const OrmRule *) lfirst(cell))->name;
}

/* Adds what a belongs_to has made, unless it is declared. */
static void
add_belongs_to(List **things, const OrmDeclaration *declaration, const OrmDeclaredRelationship *relationship)
{
	static const OrmConstraintKind kinds[] = {ORM_CONSTRAINT_FOREIGN_KEY, ORM_CONSTRAINT_INDEX};
	ListCell *cell;

	foreach(cell, relationship->foreign_key)
		add_column(things, declaration, lfirst(cell), true);
	for (int i = 0; relationship->foreign_key != NIL && i < (int) lengthof(kinds); i++)
	{
		OrmManaged thing = {.kind = kinds[i], .columns = relationship->foreign_key};

		if (!orm_managed_is_among(*things, &thing))
			add(things, declaration, kinds[i], NULL, relationship->foreign_key)->made = true;
	}
}

List *
orm_managed_of(const OrmDeclaration *declaration)
{
	char *version = orm_declaration_version(declaration);
	List *things = NIL;
	ListCell *cell;

	foreach(cell, declaration->columns)
		add_column(&things, declaration, ((OrmDeclaredColumn *) lfirst(cell))->name, false);
	if (version != NULL)
		add_column(&things, declaration, version, false);
	foreach(cell, declaration->columns)
		add_keys_of_column(&things, declaration, lfirst(cell));
	foreach(cell, declaration->constraints)
		add_element(&things, declaration, lfirst(cell));
	foreach(cell, declaration->validations)
		add_rules(&things, declaration, lfirst(cell));
	foreach(cell, declaration->relationships)
		if (((OrmDeclaredRelationship *) lfirst(cell))->kind == ORM_BELONGS_TO)
			add_belongs_to(&things, declaration, lfirst(cell));
	return things;
}

/* Are these the same names, in the same order? */
static bool
same_names(const List *a, const List *b)
{
	ListCell *one;
	ListCell *other;

	if (list_length(a) != list_length(b))
		return false;
	forboth(one, a, other, b)
		if (strcmp(lfirst(one), lfirst(other)) != 0)
			return false;
	return true;
}

bool
orm_managed_is_among(const List *things, const OrmManaged *thing)
{
	ListCell *cell;

	foreach(cell, things)
	{
		const OrmManaged *other = lfirst(cell);

		if (other->is_column != thing->is_column || (!thing->is_column && other->kind != thing->kind) ||
			other->marked != thing->marked)
			continue;
		if (thing->name != NULL && other->name != NULL ? strcmp(thing->name, other->name) == 0
													   : thing->partial == other->partial &&
					orm_name_is_same(thing->rule, other->rule) && same_names(thing->columns, other->columns))
			return true;
	}
	return false;
}

/* Is this the name of a check that PostgreSQL chooses for a column? */
static bool
is_check_of(Oid relid, const char *name, const char *column)
{
	const char *table = get_rel_name(relid);

	return strcmp(name, makeObjectName(table, column, "check")) == 0 ||
		strcmp(name, makeObjectName(table, NULL, "check")) == 0;
}

/* Has a constraint exactly these columns, in any order? */
static bool
has_columns(HeapTuple tuple, Relation constraints, Oid relid, const List *columns)
{
	bool isnull;
	Datum value = heap_getattr(tuple, Anum_pg_constraint_conkey, RelationGetDescr(constraints), &isnull);
	ArrayType *array = isnull ? NULL : DatumGetArrayTypeP(value);
	int n = array == NULL || ARR_NDIM(array) != 1 ? 0 : ARR_DIMS(array)[0];

	if (n != list_length(columns))
		return false;
	for (int i = 0; i < n; i++)
	{
		char *column = get_attname(relid, ((int16 *) ARR_DATA_PTR(array))[i], true);

		if (column == NULL || !orm_name_is_among(columns, column))
			return false;
	}
	return true;
}

/* Is a row of pg_constraint the thing? */
static bool
is_constraint(HeapTuple tuple, Relation constraints, Oid relid, const OrmManaged *thing)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	char type = constraint_types[thing->kind];

	if (type != '\0' && form->contype != type)
		return false;
	if (thing->name != NULL)
		return strcmp(NameStr(form->conname), thing->name) == 0;
	if (thing->rule != NULL)
		return orm_validation_is_name(NameStr(form->conname), thing->rule) &&
			has_columns(tuple, constraints, relid, thing->columns);
	if (thing->kind == ORM_CONSTRAINT_CHECK)
		return is_check_of(relid, NameStr(form->conname), linitial(thing->columns));
	return has_columns(tuple, constraints, relid, thing->columns);
}

/* The name of a constraint. */
static char *
find_constraint(Oid relid, const OrmManaged *thing)
{
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	char *found = NULL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (found == NULL && HeapTupleIsValid(tuple = systable_getnext(scan)))
		if (is_constraint(tuple, constraints, relid, thing))
			found = pstrdup(NameStr(((Form_pg_constraint) GETSTRUCT(tuple))->conname));
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
	return found;
}

/* Is a key of an index this element? */
static bool
is_element(Relation index, int i, OrmIndexElement element)
{
	AttrNumber attnum = index->rd_index->indkey.values[i];
	bool descending = (index->rd_indoption[i] & INDOPTION_DESC) != 0;

	if (element.column != NULL)
		return attnum != 0 && descending == element.descending &&
			strcmp(get_attname(index->rd_index->indrelid, attnum, false), element.column) == 0;
	return attnum == 0 &&
		strcmp(orm_sql_without_parentheses(orm_reflect_state_index_expression(index, i)),
			   orm_sql_without_parentheses(element.sql)) == 0;
}

/* Is an open index the thing? */
static bool
is_index(Relation index, const OrmManaged *thing)
{
	ListCell *cell;

	if (OidIsValid(get_index_constraint(RelationGetRelid(index))))
		return false;
	if (thing->name != NULL)
		return strcmp(RelationGetRelationName(index), thing->name) == 0;
	if (index->rd_index->indnkeyatts != list_length(thing->columns) ||
		thing->partial == heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	foreach(cell, thing->columns)
		if (!is_element(index, foreach_current_index(cell), orm_index_element_parse(thing->declaration, lfirst(cell))))
			return false;
	return true;
}

/* The name of an index. */
static char *
find_index(Oid relid, const OrmManaged *thing)
{
	Relation table = table_open(relid, AccessShareLock);
	char *found = NULL;
	ListCell *cell;

	foreach(cell, RelationGetIndexList(table))
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (is_index(index, thing))
			found = pstrdup(RelationGetRelationName(index));
		index_close(index, AccessShareLock);
		if (found != NULL)
			break;
	}
	table_close(table, AccessShareLock);
	return found;
}

/* The name of the constraint of a key, or else of its partial index. */
static char *
find_marked(Oid relid, const OrmManaged *thing)
{
	char *found = find_constraint(relid, thing);
	OrmManaged index = *thing;
	ListCell *cell;

	if (found != NULL)
		return found;
	index.kind = ORM_CONSTRAINT_INDEX;
	index.partial = true;
	index.columns = NIL;
	foreach(cell, thing->columns)
		index.columns = lappend(index.columns, orm_index_element_column(thing->declaration, lfirst(cell), false));
	return find_index(relid, &index);
}

bool
orm_managed_is_index(Oid relid, const OrmManaged *thing, const char *name)
{
	Oid index = thing->marked ? get_relname_relid(name, get_rel_namespace(relid)) : InvalidOid;

	if (!thing->marked)
		return thing->kind == ORM_CONSTRAINT_INDEX;
	return OidIsValid(index) && !OidIsValid(get_index_constraint(index)) &&
		(get_rel_relkind(index) == RELKIND_INDEX || get_rel_relkind(index) == RELKIND_PARTITIONED_INDEX);
}

char *
orm_managed_find(Oid relid, const OrmManaged *thing)
{
	Assert(OidIsValid(relid));
	if (thing->is_column)
		return get_attnum(relid, thing->name) > 0 ? thing->name : NULL;
	if (thing->kind == ORM_CONSTRAINT_INDEX)
		return find_index(relid, thing);
	return thing->marked ? find_marked(relid, thing) : find_constraint(relid, thing);
}

bool
orm_managed_is_named(const List *things, const OrmManaged *thing, const char *name, Oid relid)
{
	ListCell *cell;

	if (orm_managed_is_among(things, thing))
		return true;
	foreach(cell, things)
	{
		const OrmManaged *other = lfirst(cell);
		char *found;

		if (other->is_column || thing->is_column)
			continue;
		found = orm_managed_find(relid, other);
		if (found != NULL && strcmp(found, name) == 0 &&
			orm_managed_is_index(relid, other, found) == orm_managed_is_index(relid, thing, found))
			return true;
	}
	return false;
}

bool
orm_managed_stands(const OrmDeclaration *declaration, Oid relid, const OrmDeclaredRemoval *removal)
{
	OrmManaged thing = {.name = removal->constraint, .kind = ORM_CONSTRAINT_VERBATIM};

	if (removal->column != NULL)
		return get_attnum(relid, removal->column) > 0;
	if (removal->index != NULL)
	{
		thing.name = removal->index;
		thing.kind = ORM_CONSTRAINT_INDEX;
	}
	return orm_managed_find(relid, &thing) != NULL &&
		!orm_managed_is_named(orm_managed_of(declaration), &thing, thing.name, relid);
}

/* Can the table be said to lack a thing?  An expression without a name is written by the server in its own way. */
static bool
is_telling(const OrmManaged *thing, Oid relid)
{
	ListCell *cell;

	if (thing->is_column || thing->made)
		return false;
	if (thing->name != NULL && thing->columns == NIL)
		return true;
	foreach(cell, thing->columns)
	{
		OrmIndexElement element = {.column = lfirst(cell)};

		if (thing->kind == ORM_CONSTRAINT_INDEX)
			element = orm_index_element_parse(thing->declaration, lfirst(cell));
		if (element.column == NULL ? thing->name == NULL : get_attnum(relid, element.column) <= 0)
			return false;
	}
	return true;
}

int
orm_managed_count_missing(const OrmDeclaration *declaration, Oid relid)
{
	int n = 0;
	ListCell *cell;

	if (declaration->by_map || orm_in_force_needs_key(get_rel_relkind(relid)))
		return 0;
	foreach(cell, orm_managed_of(declaration))
		if (is_telling(lfirst(cell), relid) && orm_managed_find(relid, lfirst(cell)) == NULL)
			n++;
	return n;
}
