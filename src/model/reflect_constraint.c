/*
 * reflect_constraint.c - making elements from the constraints of a relation.
 *
 * A constraint on one column with the default name and options becomes a key of the
 * column ("is_unique": true), if there is one.  All others become elements; those
 * with NOT VALID, NO INHERIT or storage parameters are given as SQL.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "commands/comment.h"
#include "commands/defrem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/names.h"
#include "base/sql.h"
#include "model/reflect_constraint.h"

/* A constraint of the catalogs. */
typedef struct CatalogConstraint
{
	Form_pg_constraint form;
	HeapTuple tuple;
	List *columns;	/* of char * */
	Relation index; /* of keys and exclusion constraints, open; else NULL */
	List *include;	/* of char *: INCLUDE columns */
	char *comment;	/* NULL: none */
} CatalogConstraint;

/* An attribute of a pg_constraint row; false when it is NULL. */
static bool
constraint_attribute(HeapTuple tuple, int attribute, Datum *value)
{
	bool isnull;

	*value = SysCacheGetAttr(CONSTROID, tuple, attribute, &isnull);
	return !isnull;
}

/* The names of the columns in an array attribute of a pg_constraint row. */
static List *
column_names(Oid relid, HeapTuple tuple, int attribute)
{
	List *names = NIL;
	Datum value;
	ArrayType *array;

	if (!constraint_attribute(tuple, attribute, &value))
		return NIL;
	array = DatumGetArrayTypeP(value);
	for (int i = 0; ARR_NDIM(array) == 1 && i < ARR_DIMS(array)[0]; i++)
	{
		char *name = get_attname(relid, ((int16 *) ARR_DATA_PTR(array))[i], true);

		/* 0, a whole-row reference in a check, has no name */
		if (name != NULL)
			names = lappend(names, name);
	}
	return names;
}

/* Has the constraint properties that can only be given as SQL? */
static bool
needs_definition(const CatalogConstraint *c)
{
	if (!c->form->convalidated || !orm_constraint_is_enforced(c->form) || orm_constraint_has_period(c->form))
		return true;
	if (c->form->contype == CONSTRAINT_CHECK)
		return c->form->connoinherit;
	return c->index != NULL && orm_reflect_state_has_storage(c->index);
}

/* The constraint in SQL, as it follows ADD CONSTRAINT and the name. */
static char *
definition_of(const OrmReflectState *r, const CatalogConstraint *c)
{
	char *command = pg_get_constraintdef_command(c->form->oid);
	char *schema = get_namespace_name(RelationGetNamespace(r->relation));
	StringInfoData start;

	initStringInfo(&start);
	appendStringInfoString(&start, "ALTER TABLE ");
	orm_sql_qualified(&start, schema, RelationGetRelationName(r->relation));
	appendStringInfoString(&start, " ADD CONSTRAINT ");
	orm_sql_name(&start, NameStr(c->form->conname));
	appendStringInfoChar(&start, ' ');
	Assert(strncmp(command, start.data, start.len) == 0);
	return command + start.len;
}

/* Has the constraint options that a key of a column cannot have? */
static bool
has_options(const CatalogConstraint *c)
{
	return needs_definition(c) || c->comment != NULL || c->form->condeferrable || c->include != NIL ||
		(c->index != NULL && c->index->rd_index->indnullsnotdistinct) || c->form->confmatchtype == FKCONSTR_MATCH_FULL;
}

/* Adds an element with the options common to all constraints; "name" may be NULL. */
static OrmDeclaredConstraint *
add_element(OrmReflectState *r, const CatalogConstraint *c, OrmConstraintKind kind, char *name)
{
	bool needs_name = needs_definition(c) || c->comment != NULL;
	OrmDeclaredConstraint *constraint = orm_reflect_state_add_constraint(
		r, kind, needs_name ? pstrdup(NameStr(c->form->conname)) : name, c->columns);

	constraint->comment = c->comment;
	constraint->include = c->include;
	constraint->is_deferrable = c->form->condeferrable ? ORM_YES : ORM_NOT_GIVEN;
	constraint->initially_deferred = c->form->condeferred ? ORM_YES : ORM_NOT_GIVEN;
	if (needs_definition(c))
		constraint->definition = definition_of(r, c);
	return constraint;
}

/* Adds the primary key, and removes "nullable" from its columns. */
static void
reflect_primary_key(OrmReflectState *r, const CatalogConstraint *c)
{
	char *name = orm_reflect_state_own_name(r, NameStr(c->form->conname), NIL, "pkey");
	OrmDeclaredColumn *only = orm_reflect_state_only_column(r, c->columns);
	ListCell *cell;

	foreach(cell, c->columns)
		orm_declaration_column(r->declaration, lfirst(cell))->nullable = ORM_NOT_GIVEN;
	if (only != NULL && name == NULL && !has_options(c))
		only->primary_key = ORM_YES;
	else
		add_element(r, c, ORM_CONSTRAINT_PRIMARY_KEY, name);
	if (only != NULL && only->identity == NULL && only->server_default == NULL && only->generated == NULL)
		only->identity = "none";
}

/* Adds a unique constraint. */
static void
reflect_unique(OrmReflectState *r, const CatalogConstraint *c)
{
	List *names = list_concat_copy(c->columns, c->include);
	char *name = orm_reflect_state_own_name(r, NameStr(c->form->conname), names, "key");
	OrmDeclaredColumn *only = orm_reflect_state_only_column(r, c->columns);

	if (only != NULL && name == NULL && !has_options(c))
		only->is_unique = ORM_YES;
	else
		add_element(r, c, ORM_CONSTRAINT_UNIQUE, name)->nulls_not_distinct = c->index->rd_index->indnullsnotdistinct
			? ORM_YES
			: ORM_NOT_GIVEN;
}

/* Adds a check constraint. */
static void
reflect_check(OrmReflectState *r, const CatalogConstraint *c)
{
	OrmDeclaredColumn *only = orm_reflect_state_only_column(r, c->columns);
	char *name = orm_reflect_state_own_name(r, NameStr(c->form->conname), c->columns, "check");
	OrmDeclaredConstraint *constraint;
	char *expression;
	Datum stored;

	if (!constraint_attribute(c->tuple, Anum_pg_constraint_conbin, &stored))
		return;
	expression = orm_reflect_state_print(r, TextDatumGetCString(stored));
	if (only != NULL && only->check_expr == NULL && name == NULL && !has_options(c))
	{
		only->check_expr = expression;
		return;
	}
	constraint = add_element(r, c, ORM_CONSTRAINT_CHECK, pstrdup(NameStr(c->form->conname)));
	constraint->expr = expression;
	constraint->columns = NIL;
}

/* The keyword of a referential action; NULL for NO ACTION, the default. */
static char *
action_word(char action)
{
	switch (action)
	{
		case FKCONSTR_ACTION_CASCADE:
			return "cascade";
		case FKCONSTR_ACTION_SETNULL:
			return "set null";
		case FKCONSTR_ACTION_SETDEFAULT:
			return "set default";
		case FKCONSTR_ACTION_RESTRICT:
			return "restrict";
	}
	return NULL;
}

/* The name of a foreign key's target in the document. */
static char *
target_name(const OrmReflectState *r, Oid relid)
{
	char *name = r->namer != NULL ? r->namer(relid, r->arg) : NULL;

	return name != NULL ? name : orm_name_compose(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* Is this one column, and the primary key of the relation? */
static bool
is_only_key(Oid relid, List *columns)
{
	Oid constraint;
	Bitmapset *key = get_primary_key_attnos(relid, true, &constraint);

	return list_length(columns) == 1 && bms_num_members(key) == 1 &&
		bms_is_member(get_attnum(relid, linitial(columns)) - FirstLowInvalidHeapAttributeNumber, key);
}

/* Is this the additional constraint of a foreign key to a partitioned table, which references a partition? */
static bool
is_shadow(Form_pg_constraint form)
{
	HeapTuple parent = SearchSysCache1(CONSTROID, ObjectIdGetDatum(form->conparentid));
	bool shadow = HeapTupleIsValid(parent) && ((Form_pg_constraint) GETSTRUCT(parent))->conrelid == form->conrelid;

	if (HeapTupleIsValid(parent))
		ReleaseSysCache(parent);
	return shadow;
}

/* Adds a foreign key. */
static void
reflect_foreign_key(OrmReflectState *r, const CatalogConstraint *c)
{
	char *name = orm_reflect_state_own_name(r, NameStr(c->form->conname), c->columns, "fkey");
	List *referenced = column_names(c->form->confrelid, c->tuple, Anum_pg_constraint_confkey);
	OrmDeclaredColumn *only = orm_reflect_state_only_column(r, c->columns);
	OrmDeclaredConstraint *constraint;

	if (is_shadow(c->form))
		return;
	if (only != NULL && name == NULL && only->foreign_key == NULL && is_only_key(c->form->confrelid, referenced) &&
		!has_options(c))
	{
		only->foreign_key = target_name(r, c->form->confrelid);
		only->on_delete = action_word(c->form->confdeltype);
		only->on_update = action_word(c->form->confupdtype);
		return;
	}
	constraint = add_element(r, c, ORM_CONSTRAINT_FOREIGN_KEY, name);
	constraint->target = target_name(r, c->form->confrelid);
	constraint->target_columns = referenced;
	constraint->on_delete = action_word(c->form->confdeltype);
	constraint->on_update = action_word(c->form->confupdtype);
	constraint->match_full = c->form->confmatchtype == FKCONSTR_MATCH_FULL ? ORM_YES : ORM_NOT_GIVEN;
	constraint->on_delete_columns = column_names(RelationGetRelid(r->relation), c->tuple,
												 Anum_pg_constraint_confdelsetcols);
}

/* An operator of an exclusion constraint in SQL. */
static char *
operator_text(Oid operator)
{
	Oid namespace_id = GetSysCacheOid1(OPEROID, Anum_pg_operator_oprnamespace, ObjectIdGetDatum(operator));
	StringInfoData text;

	initStringInfo(&text);
	if (namespace_id == PG_CATALOG_NAMESPACE)
		appendStringInfoString(&text, get_opname(operator));
	else
		orm_sql_operator(&text, operator);
	return text.data;
}

/* Adds an exclusion constraint. */
static void
reflect_exclusion(OrmReflectState *r, const CatalogConstraint *c)
{
	OrmDeclaredConstraint *constraint = add_element(r, c, ORM_CONSTRAINT_EXCLUDE, pstrdup(NameStr(c->form->conname)));
	bool isnull;
	Datum stored = SysCacheGetAttr(INDEXRELID, c->index->rd_indextuple, Anum_pg_index_indpred, &isnull);
	Oid *operators;
	Oid *functions;
	uint16 *strategies;

	RelationGetExclusionInfo(c->index, &operators, &functions, &strategies);
	for (int i = 0; i < c->index->rd_index->indnkeyatts; i++)
		constraint->elements = lappend(constraint->elements,
									   psprintf("%s%s WITH %s", orm_reflect_state_index_expression(c->index, i),
												orm_reflect_state_index_options(c->index, i, true),
												operator_text(operators[i])));
	constraint->columns = NIL;
	constraint->method = get_am_name(c->index->rd_rel->relam);
	if (strcmp(constraint->method, "gist") == 0)
		constraint->method = NULL;
	constraint->where_expr = isnull ? NULL : orm_reflect_state_print(r, TextDatumGetCString(stored));
}

typedef void (*ConstraintReflector)(OrmReflectState *r, const CatalogConstraint *c);

/* Functions by kind of constraint, in the order of their elements. */
static const struct
{
	char type;
	ConstraintReflector reflect;
} constraint_types[] = {
	{CONSTRAINT_PRIMARY, reflect_primary_key}, {CONSTRAINT_UNIQUE, reflect_unique},
	{CONSTRAINT_CHECK, reflect_check},		   {CONSTRAINT_FOREIGN, reflect_foreign_key},
	{CONSTRAINT_EXCLUSION, reflect_exclusion},
};

/* Opens the index of a constraint; conindid of a foreign key is the index of the referenced key. */
static void
open_index(CatalogConstraint *c)
{
	bool own = c->form->contype != CONSTRAINT_FOREIGN && OidIsValid(c->form->conindid);

	c->index = own ? index_open(c->form->conindid, AccessShareLock) : NULL;
	c->include = own ? orm_reflect_state_include(c->index) : NIL;
}

/* Adds all constraints of a kind, by name. */
static void
reflect_constraints(OrmReflectState *r, char type, ConstraintReflector reflect)
{
	Oid relid = RelationGetRelid(r->relation);
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	CatalogConstraint c;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(c.tuple = systable_getnext(scan)))
	{
		c.form = (Form_pg_constraint) GETSTRUCT(c.tuple);
		if (c.form->contype != type)
			continue;
		c.columns = column_names(relid, c.tuple, Anum_pg_constraint_conkey);
		c.comment = GetComment(c.form->oid, ConstraintRelationId, 0);
		open_index(&c);
		reflect(r, &c);
		if (c.index != NULL)
			index_close(c.index, AccessShareLock);
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
}

void
orm_reflect_constraint_all(OrmReflectState *r)
{
	for (int i = 0; i < (int) lengthof(constraint_types); i++)
		reflect_constraints(r, constraint_types[i].type, constraint_types[i].reflect);
}
