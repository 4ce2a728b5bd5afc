/*
 * link.c - how the rows of a level find their parents: the forms of OrmLink.
 *
 *     kind of relationship    the key in the parents' rows    in the children's
 *     belongs_to              the foreign key                 the referenced key
 *     has_many, has_one       the referenced key              the foreign key
 *     many_to_many            the referenced key              the foreign key, in the join table
 *
 * The parents' keys come as values of the referenced column's type, the base
 * type where it is a domain, without modifiers, and the children's are read as
 * such.  Where the operator takes two types and the referencing one is the
 * wider, as values of that: not every one of them is a value of the other.
 * Where it takes neither column's type as it is, as values of its input type.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "model/join.h"
#include "query/compile.h"

/* One column of a link. */
typedef struct LinkColumn
{
	OrmJoinSide parent;
	OrmJoinSide child;	 /* of the children's table, or the join table */
	const OrmType *type; /* what is compared; under the collation of the referenced column */
	Oid operator;
	bool turned; /* the operator takes the key on its left, the child's column on its right */
} LinkColumn;

/* Can every value of one type be one of the other, but not the other way round? */
static bool
is_wider(Oid type, Oid other)
{
	return can_coerce_type(1, &other, &type, COERCION_IMPLICIT) &&
		!can_coerce_type(1, &type, &other, COERCION_IMPLICIT);
}

/* The type as whose values the keys of a join are compared. */
static Oid
compared_type(Oid operator, Oid referenced, Oid referencing)
{
	Oid left;
	Oid right;

	op_input_types(operator, & left, &right);
	if (left != right)
		return is_wider(referencing, referenced) ? referencing : referenced;
	return IsPolymorphicType(left) || orm_type_equality(referenced) == operator? referenced : left;
}

/* Finds the operator between the child's column and a value of the link's type. */
static void
find_operator(LinkColumn *column, Oid given, bool child_is_referenced)
{
	Oid left;
	Oid right;

	op_input_types(given, &left, &right);
	column->operator= given;
	column->turned = false;
	if (left == right || (child_is_referenced && getBaseType(column->child.type) != column->type->oid))
		return;
	column->operator= getBaseType(column->child.type) == column->type->oid ? orm_type_equality(column->type->oid)
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
	bool local = relationship->key_is_local;
	OrmJoin join = orm_join_of(model, relationship);
	OrmJoinSide referenced = orm_join_column(local ? child_alias : parent_alias, join.referenced,
											 join.referenced_columns[i]);
	OrmJoinSide referencing = orm_join_column(local		 ? parent_alias
												  : many ? "j"
														 : child_alias,
											  join.referencing, join.referencing_columns[i]);
	LinkColumn column = {.parent = local ? referencing : referenced, .child = local ? referenced : referencing};

	column.type = orm_type_make(
		compared_type(join.operators[i], getBaseType(referenced.type), getBaseType(referencing.type)), -1,
		referenced.collation);
	find_operator(&column, join.operators[i], local);
	return column;
}

/* A column as a value of the link's type. */
static const char *
cast_to_link(const OrmJoinSide *column, const OrmType *type)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, column->sql);
	if (column->type != type->oid)
	{
		appendStringInfoString(&sql, "::");
		orm_sql_type(&sql, type->oid, -1);
	}
	return sql.data;
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

/* Can the keys of all parents be a FROM item?  Of an array of rows unnest makes the rows' columns. */
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

/* Adds the condition that the child's column has the value of a text. */
static void
add_condition(OrmLevelBuild *build, const LinkColumn *column, const char *key)
{
	OrmJoinSide side = {.sql = key, .collation = column->type->collation, .is_value = true};
	StringInfoData sql;
	Oid left;
	Oid right;

	/* the key is of the type that the operator takes: a cast would have to be one of an array */
	op_input_types(column->operator, & left, &right);
	side.type = column->turned ? left : right;
	if (IsPolymorphicType(side.type) || getBaseType(column->child.type) == column->type->oid)
		side.type = column->type->oid;
	initStringInfo(&sql);
	if (column->turned)
		orm_join_compare_under(&sql, column->operator, side, column->child, column->type->collation);
	else
		orm_join_compare_under(&sql, column->operator, column->child, side, column->type->collation);
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

/* Many to many: the join table is joined with the target. */
static void
add_join_table(OrmLevelBuild *build)
{
	const OrmRelationship *relationship = build->relationship;
	OrmJoin join = orm_join_of_target(relationship);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, " JOIN ");
	orm_sql_relation(&sql, relationship->join_relid);
	appendStringInfoString(&sql, " AS j ON ");
	orm_join_append(&sql, &join, orm_join_table_end(build->scope->alias), orm_join_table_end("j"));
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
		column->child = orm_join_column(build->scope->alias, model->relid, attribute->attnum);
		column->type = orm_type_make(getBaseType(column->child.type), -1, column->child.collation);
		column->operator= attribute->equality;
		link->types[i] = column->type;
	}
	finish_link(build, columns, key->nattributes, model->attributes[key->attributes[0]].leads_index);
}
