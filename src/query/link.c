/*
 * link.c - linking the rows of a level to their parents: the forms of OrmLink.
 *
 *     kind of relationship    the key in the parents' rows    in the children's
 *     belongs_to              the foreign key                 the referenced key
 *     has_many, has_one       the referenced key              the foreign key
 *     many_to_many            the referenced key              the foreign key, in the join table
 *     over a path, related    the primary key                 that of the parent, read again
 *
 * The keys of parents and children are compared as values of the referenced column's base
 * type, without modifier.  If the operator is a cross-type one and the referencing type is
 * wider, that type is used, as not all of its values fit the other.  If the operator takes
 * neither column's type, its input type is used.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "model/join.h"
#include "model/key.h"
#include "query/compile.h"
#include "query/derived.h"

/* One column of a link. */
typedef struct LinkColumn
{
	OrmJoinSide parent;
	OrmJoinSide child;	 /* of the children's table, or the join table */
	const OrmType *type; /* type of the compared values, with the collation of the referenced column */
	Oid operator;
	bool turned; /* the key is the left operand, the child's column the right one */
} LinkColumn;

/* Does the other type cast implicitly to this one, but not vice versa? */
static bool
is_wider(Oid type, Oid other)
{
	return can_coerce_type(1, &other, &type, COERCION_IMPLICIT) &&
		!can_coerce_type(1, &type, &other, COERCION_IMPLICIT);
}

/* The type in which the keys of a join are compared. */
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

/* Sets the operator between the child's column and a value of the link's type. */
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

/* The i-th column of the link of a relationship, with the aliases of parents and children. */
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

/* A column cast to the link's type. */
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

/* The type of the slot with all parents' keys; InvalidOid: there is no array type. */
static Oid
keys_type(const LinkColumn *column)
{
	return get_array_type(column->type->oid);
}

/* Are the rows of each parent looked at by themselves: for a limit, offset or distinct, or by window functions? */
static bool
limits_children(const OrmLevelBuild *build)
{
	return build->limit != NULL || build->offset != NULL || build->distinct != NIL ||
		build->scope->builder->nwindows > 0;
}

/* Can the keys of all parents be unnested?  Not for composite types, which unnest() expands to columns. */
static bool
can_unnest(const LinkColumn *columns, int n)
{
	for (int i = 0; i < n; i++)
		if (!OidIsValid(keys_type(&columns[i])) || type_is_rowtype(columns[i].type->oid))
			return false;
	return true;
}

/* The form of a link; see query.h. */
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

/* Can an index be used to look up the children of a key? */
static bool
is_indexed(const OrmModel *model, const OrmRelationship *relationship)
{
	int attribute;

	if (relationship->kind == ORM_MANY_TO_MANY)
		return relationship->join_indexed;
	attribute = orm_model_attribute_over(model, relationship->remote[0]);
	return attribute >= 0 && model->attributes[attribute].leads_index;
}

/* Planning of a link's statement: a generic plan of ANY without an index compares every row with every key. */
static OrmQueryPlanning
choose_planning(OrmLinkForm form, bool indexed)
{
	if (indexed)
		return ORM_PLANNED_GENERIC;
	return form == ORM_LINK_ANY ? ORM_PLANNED_CUSTOM : ORM_PLANNED_AUTO;
}

/* Adds the condition that the child's column equals a key, given as SQL. */
static void
add_condition(OrmLevelBuild *build, const LinkColumn *column, const char *key)
{
	OrmJoinSide side = {.sql = key, .collation = column->type->collation, .is_value = true};
	StringInfoData sql;
	Oid left;
	Oid right;

	/* treat the key as of the operator's input type, as a cast would have to be on the array */
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

/* Adds the parents' keys as a FROM item: ROWS FROM (pg_catalog.unnest($1), ...) WITH ORDINALITY AS k(k1, ..., n) */
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

/* Many to many: joins the join table with the target. */
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

/* Sets the form and planning of a link, and adds its column and conditions. */
static void
finish_link(OrmLevelBuild *build, const LinkColumn *columns, int n, bool indexed)
{
	OrmLink *link = &build->level->link;

	link->form = choose_form(build, columns, n);
	build->level->statement.planning = choose_planning(link->form, indexed);
	build->windowed = link->form == ORM_LINK_LATERAL && !indexed && build->distinct == NIL &&
		build->scope->builder->nwindows == 0;
	add_link(build, columns, n);
}

/*
 * The columns of the link of a relationship without a key of its own: the primary key of
 * the parent, read again in the statement of the level.
 */
static LinkColumn *
derived_columns(OrmLevelBuild *build)
{
	const OrmLevelBuild *parent = build->parent;
	const OrmModel *model = parent->level->model;
	const OrmKey *key = orm_model_need_key(model);
	OrmScope *row = orm_query_scope(build->scope->builder, model);
	LinkColumn *columns = palloc0(sizeof(LinkColumn) * key->nattributes);
	const char *alias;

	row->alias = psprintf("t%d", build->scope->builder->naliases++);
	build->scope->item = orm_derived_source(row, build->relationship, build->scope, &alias);
	for (int i = 0; i < key->nattributes; i++)
	{
		AttrNumber attnum = model->attributes[key->attributes[i]].attnum;

		columns[i].parent = orm_join_column(parent->scope->alias, model->relid, attnum);
		columns[i].child = orm_join_column(row->alias, model->relid, attnum);
		if (alias == NULL)
			columns[i].child.sql = psprintf("d.a%d", i);
		columns[i].type = orm_type_make(getBaseType(columns[i].child.type), -1, columns[i].child.collation);
		columns[i].operator= orm_key_equality(model, key->attributes[i]);
	}
	build->level->link.nkeys = key->nattributes;
	return columns;
}

/* Links a level by the primary key of its parents. */
static void
link_derived(OrmLevelBuild *build)
{
	OrmLink *link = &build->level->link;
	LinkColumn *columns = derived_columns(build);
	int n = link->nkeys;

	link->types = palloc(sizeof(OrmType *) * n);
	link->parent = palloc(sizeof(int) * n);
	for (int i = 0; i < n; i++)
	{
		link->types[i] = columns[i].type;
		link->parent[i] = parent_position(build->parent, &columns[i]);
	}
	finish_link(build, columns, n, true);
	if (build->level->recursion == 0)
		return;
	link->own = palloc(sizeof(int) * n);
	for (int i = 0; i < n; i++)
	{
		const OrmModel *model = build->level->model;
		AttrNumber attnum = model->attributes[model->primary_key->attributes[i]].attnum;

		columns[i].parent = orm_join_column(build->scope->alias, model->relid, attnum);
		link->own[i] = parent_position(build, &columns[i]);
	}
}

void
orm_query_link(OrmLevelBuild *build)
{
	const OrmRelationship *relationship = build->relationship;
	OrmLevelBuild *parent = build->parent;
	OrmLink *link = &build->level->link;
	int n = relationship->nkeys;
	LinkColumn *columns = palloc(sizeof(LinkColumn) * n);

	if (orm_model_is_derived(relationship))
	{
		link_derived(build);
		return;
	}
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

		column->child = orm_join_column(build->scope->alias, model->relid, attribute->attnum);
		column->type = orm_type_make(getBaseType(column->child.type), -1, column->child.collation);
		column->operator= orm_key_equality(model, key->attributes[i]);
		link->types[i] = column->type;
	}
	finish_link(build, columns, key->nattributes, model->attributes[key->attributes[0]].leads_index);
}
