/*
 * link.c - how the rows of a level find their parents: the forms of OrmLink.
 *
 *     kind of relationship    the key in the parents' rows    in the children's
 *     belongs_to              the foreign key                 the referenced key
 *     has_many, has_one       the referenced key              the foreign key
 *     many_to_many            the referenced key              the foreign key, in the join table
 *
 * Keys are compared as values of the referenced column's type, the base type
 * where it is a domain, without modifiers: both sides are cast to it.  (Where
 * a relationship without a constraint leads from a wider integer to a narrower
 * one, as values of the wider: not every one of them is a value of the other.)
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "query/compile.h"

/* A column of a key, on one side. */
typedef struct Column
{
	const char *sql; /* t0."id" */
	Oid type;		 /* at the bottom of domains */
	Oid declared;
	Oid collation;
} Column;

/* One column of a link. */
typedef struct LinkColumn
{
	Column parent;
	Column child;		 /* of the children's table, or the join table */
	const OrmType *type; /* what is compared */
	Oid operator;
	bool turned; /* the operator takes the key on its left, the child's column on its right */
} LinkColumn;

const char *
orm_query_column_name(Oid relation, AttrNumber attnum)
{
	const char *name = get_attname(relation, attnum, true);

	/* a join table is not locked: it can be dropped while this is compiled */
	if (name == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column %d of the relation with OID %u does not exist", attnum, relation),
				errhint("A table of a relationship has just been changed: try again."));
	return name;
}

/* The column of a relation, under an alias. */
static Column
column_of(Oid relation, AttrNumber attnum, const char *alias)
{
	Column column;
	StringInfoData sql;
	int32 typmod;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s.", alias);
	orm_sql_name(&sql, orm_query_column_name(relation, attnum));
	get_atttypetypmodcoll(relation, attnum, &column.declared, &typmod, &column.collation);
	column.type = getBaseType(column.declared);
	column.sql = sql.data;
	return column;
}

/* How wide an integer type is; 0: it is none. */
static int
integer_width(Oid type)
{
	return type == INT2OID ? 2 : type == INT4OID ? 4 : type == INT8OID ? 8 : 0;
}

/*
 * Finds the operator that compares the child's column with a value of the
 * link's type.  The relationship's own takes (referenced, holder).
 */
static void
find_operator(LinkColumn *column, Oid given, bool child_is_referenced)
{
	Oid holder = child_is_referenced ? column->parent.type : column->child.type;
	Oid referenced = child_is_referenced ? column->child.type : column->parent.type;

	column->operator= given;
	column->turned = false;
	if (referenced == holder || (child_is_referenced && column->type->oid == holder))
		return;
	column->operator= column->type->oid == column->child.type ? orm_type_equality(column->child.type)
															  : get_commutator(given);
	if (!OidIsValid(column->operator))
	{
		column->operator= given;
		column->turned = true;
	}
}

/* The i-th columns of a relationship, of rows of its model under one alias and of its target under another. */
static LinkColumn
link_column(const OrmModel *model, const char *parent_alias, const OrmRelationship *relationship,
			const char *child_alias, int i)
{
	bool many = relationship->kind == ORM_MANY_TO_MANY;
	LinkColumn column;
	const Column *referenced;
	const Column *holder;
	bool wider;

	column.parent = column_of(model->relid, relationship->local[i], parent_alias);
	column.child = column_of(many ? relationship->join_relid : relationship->target_relid, relationship->remote[i],
							 many ? "j" : child_alias);
	referenced = relationship->key_is_local ? &column.child : &column.parent;
	holder = relationship->key_is_local ? &column.parent : &column.child;
	wider = integer_width(referenced->type) > 0 && integer_width(holder->type) > integer_width(referenced->type);
	column.type = orm_type_make(wider ? holder->type : referenced->type, -1, referenced->collation);
	find_operator(&column, relationship->operators[i], relationship->key_is_local);
	return column;
}

/* A column as a value of the link's type. */
static const char *
cast_to_link(const Column *column, const OrmType *type)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, column->sql);
	if (column->declared != type->oid)
	{
		appendStringInfoString(&sql, "::");
		orm_sql_type(&sql, type->oid, -1);
	}
	return sql.data;
}

/* A column as it is compared with another of that collation. */
static const char *
under_collation(const Column *column, Oid collation)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, column->sql);
	orm_sql_collate(&sql, column->collation, collation);
	return sql.data;
}

/*
 * The child's column as it is compared: as the referenced one would be.  Two
 * collations that both compare bytes find the same, and an index.
 */
static const char *
compared(const LinkColumn *column)
{
	Oid own = column->child.collation;
	Oid wanted = column->type->collation;

	if (OidIsValid(own) && OidIsValid(wanted) && get_collation_isdeterministic(own) &&
		get_collation_isdeterministic(wanted))
		return column->child.sql;
	return under_collation(&column->child, wanted);
}

/* The type of the array that a slot with all parents' keys has. */
static Oid
keys_type(const LinkColumn *column)
{
	return get_array_type(column->type->oid);
}

/* Does the level read a part of the children of each parent? */
static bool
limits_children(const OrmLevelBuild *build)
{
	return build->limit != NULL || build->offset != NULL || build->distinct != NIL;
}

/* Can the keys of all parents stand in a FROM item?  Of an array of rows unnest makes the rows' columns. */
static bool
can_unnest(const LinkColumn *columns, int n)
{
	for (int i = 0; i < n; i++)
		if (!OidIsValid(keys_type(&columns[i])) || type_is_rowtype(columns[i].type->oid))
			return false;
	return true;
}

/* Which form a link takes; see query.h. */
static OrmLinkForm
choose_form(const OrmLevelBuild *build, const LinkColumn *columns, int n)
{
	if (n == 1 && !limits_children(build) && !columns[0].turned && OidIsValid(keys_type(&columns[0])) &&
		OidIsValid(lookup_type_cache(columns[0].type->oid, TYPECACHE_HASH_PROC)->hash_proc))
		return ORM_LINK_ANY;
	if (!can_unnest(columns, n))
		return ORM_LINK_SINGLE;
	return limits_children(build) ? ORM_LINK_LATERAL : ORM_LINK_JOIN;
}

/* Can the children of a key be looked up by an index? */
static bool
is_indexed(const OrmModel *model, const OrmRelationship *relationship)
{
	int attribute;

	if (relationship->kind == ORM_MANY_TO_MANY)
		return relationship->join_indexed;
	attribute = orm_model_attribute_over(model, relationship->remote[0]);
	return attribute >= 0 && model->attributes[attribute].leads_index;
}

/* How a link's statement is planned: a generic plan of ANY without an index compares every row with every key. */
static OrmQueryPlanning
choose_planning(OrmLinkForm form, bool indexed)
{
	if (indexed)
		return ORM_PLANNED_GENERIC;
	return form == ORM_LINK_ANY ? ORM_PLANNED_CUSTOM : ORM_PLANNED_AUTO;
}

/* Adds the condition that the child's column has the value that a text stands for. */
static void
add_condition(OrmLevelBuild *build, const LinkColumn *column, const char *key)
{
	StringInfoData sql;
	Oid left;
	Oid right;

	/* the key is of the type that the operator takes: a cast would have to be one of an array */
	op_input_types(column->operator, & left, &right);
	initStringInfo(&sql);
	if (column->turned)
		orm_sql_comparison(&sql, column->operator, key, left, compared(column), column->child.declared);
	else
		orm_sql_comparison(&sql, column->operator, compared(column), column->child.declared, key, right);
	build->conditions = lappend(build->conditions, sql.data);
}

/* The parents' keys as a FROM item: ROWS FROM (pg_catalog.unnest($1), ...) WITH ORDINALITY AS k(k1, ..., n) */
static void
add_parents(OrmLevelBuild *build, const LinkColumn *columns, int n)
{
	StringInfoData from;
	StringInfoData names;
	bool first = true;

	initStringInfo(&from);
	initStringInfo(&names);
	appendStringInfoString(&from, "ROWS FROM (");
	for (int i = 0; i < n; i++)
	{
		orm_sql_comma(&from, &first);
		appendStringInfo(
			&from, "pg_catalog.unnest(%s)",
			orm_query_source(build->scope->builder, ORM_SLOT_PARENTS, i, columns[i].type, keys_type(&columns[i])));
		appendStringInfo(&names, "k%d, ", i + 1);
		add_condition(build, &columns[i], psprintf("k.k%d", i + 1));
	}
	appendStringInfo(&from, ") WITH ORDINALITY AS k(%sn)", names.data);
	build->parents = from.data;
}

/* Adds the link's first column and its conditions. */
static void
add_link(OrmLevelBuild *build, const LinkColumn *columns, int n)
{
	OrmBuilder *builder = build->scope->builder;

	switch (build->level->link.form)
	{
		case ORM_LINK_ANY:
			orm_query_column(&build->columns, cast_to_link(&columns[0].child, columns[0].type), columns[0].type->oid);
			add_condition(
				build, &columns[0],
				psprintf("ANY (%s)",
						 orm_query_source(builder, ORM_SLOT_PARENTS, 0, columns[0].type, keys_type(&columns[0]))));
			break;
		case ORM_LINK_JOIN:
		case ORM_LINK_LATERAL:
			orm_query_column(&build->columns, "k.n", INT8OID);
			add_parents(build, columns, n);
			break;
		case ORM_LINK_SINGLE:
			for (int i = 0; i < n; i++)
				add_condition(build, &columns[i],
							  orm_query_source(builder, ORM_SLOT_PARENTS, i, columns[i].type, columns[i].type->oid));
			break;
		case ORM_LINK_NONE:
			break;
	}
}

/* Many to many: the join table stands beside the target. */
static void
add_join_table(OrmLevelBuild *build)
{
	const OrmRelationship *relationship = build->relationship;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, " JOIN ");
	orm_sql_relation(&sql, relationship->join_relid);
	appendStringInfoString(&sql, " AS j");
	for (int i = 0; i < relationship->njoin; i++)
	{
		Column target = column_of(relationship->target_relid, relationship->target_key[i], build->scope->alias);
		Column join = column_of(relationship->join_relid, relationship->join_target[i], "j");

		appendStringInfoString(&sql, i == 0 ? " ON " : " AND ");
		orm_sql_comparison(&sql, relationship->join_operators[i], target.sql, target.declared,
						   under_collation(&join, target.collation), join.declared);
	}
	build->joined = sql.data;
}

/* The position of a parent's column among the columns of its level. */
static int
parent_position(OrmLevelBuild *build, const LinkColumn *column)
{
	return orm_query_column(&build->columns, cast_to_link(&column->parent, column->type), column->type->oid);
}

/* Says how a link's rows are found, and adds its column and conditions. */
static void
finish_link(OrmLevelBuild *build, const LinkColumn *columns, int n, bool indexed)
{
	OrmLink *link = &build->level->link;

	link->form = choose_form(build, columns, n);
	build->level->statement.planning = choose_planning(link->form, indexed);
	build->windowed = link->form == ORM_LINK_LATERAL && !indexed && build->distinct == NIL;
	add_link(build, columns, n);
}

void
orm_query_link(OrmLevelBuild *build)
{
	const OrmRelationship *relationship = build->relationship;
	OrmLevelBuild *parent = build->parent;
	OrmLink *link = &build->level->link;
	int n = relationship->nkeys;
	LinkColumn *columns = palloc(sizeof(LinkColumn) * n);

	link->nkeys = n;
	link->types = palloc(sizeof(OrmType *) * n);
	link->parent = palloc(sizeof(int) * n);
	for (int i = 0; i < n; i++)
	{
		columns[i] = link_column(parent->level->model, parent->scope->alias, relationship, build->scope->alias, i);
		link->types[i] = columns[i].type;
		link->parent[i] = parent_position(parent, &columns[i]);
	}
	if (relationship->kind == ORM_MANY_TO_MANY)
		add_join_table(build);
	finish_link(build, columns, n, is_indexed(build->level->model, relationship));
	if (build->level->recursion == 0)
		return;
	link->own = palloc(sizeof(int) * n);
	for (int i = 0; i < n; i++)
	{
		LinkColumn own = link_column(build->level->model, build->scope->alias, relationship, build->scope->alias, i);

		link->own[i] = parent_position(build, &own);
	}
}

void
orm_query_link_keys(OrmLevelBuild *build)
{
	const OrmModel *model = build->level->model;
	const OrmKey *key = orm_model_need_key(model);
	OrmLink *link = &build->level->link;
	LinkColumn *columns = palloc0(sizeof(LinkColumn) * key->nattributes);

	build->level->single = true;
	link->nkeys = key->nattributes;
	link->types = palloc(sizeof(OrmType *) * key->nattributes);
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];
		LinkColumn *column = &columns[i];

		orm_query_need_equality(model, attribute);
		column->child = column_of(model->relid, attribute->attnum, build->scope->alias);
		column->type = orm_type_make(column->child.type, -1, column->child.collation);
		column->operator= attribute->equality;
		link->types[i] = column->type;
	}
	finish_link(build, columns, key->nattributes, model->attributes[key->attributes[0]].leads_index);
}
