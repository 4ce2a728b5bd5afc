/*
 * join_table.c - join tables of many_to_many.
 *
 * A relationship uses an existing table or model as its join table, or a created one,
 * named by "through" or by the two tables in alphabetical order.  The inverse, which is
 * the relationship declared on the other model, uses the same join table.  A created
 * join table is a declaration without a model:
 *
 *     posts_tags (post_id, tag_id)   primary key (post_id, tag_id), an index on (tag_id),
 *                                    foreign keys ON DELETE CASCADE
 *
 * The columns referencing the alphabetically first table come first.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "base/inflect.h"
#include "base/names.h"
#include "ddl/ddl.h"
#include "ddl/join_table.h"
#include "ddl/target.h"
#include "model/type.h"

/* One end of a join table. */
typedef struct Side
{
	const OrmTarget *target;
	const char *model;					   /* name for the foreign key's target */
	OrmDeclaredRelationship *relationship; /* declared at this end; NULL: none */
	List *columns;						   /* referencing columns of the join table */
} Side;

/* A join table that is not a table or model of the run. */
typedef struct Join
{
	char *schema;
	char *relation;
	OrmPlanned *owner; /* table of the first relationship */
	Side own;		   /* end of the first relationship */
	Side other;
	bool made; /* the table does not exist */
} Join;

static bool
same_table(const OrmTarget *a, const OrmTarget *b)
{
	return strcmp(a->relation, b->relation) == 0 && strcmp(a->schema, b->schema) == 0;
}

/* Is the first table alphabetically before the second, or equal to it? */
static bool
comes_first(const OrmTarget *a, const OrmTarget *b)
{
	int order = strcmp(a->relation, b->relation);

	return order < 0 || (order == 0 && strcmp(a->schema, b->schema) <= 0);
}

/* The name of the join table of a relationship. */
static void
name_of_join(const OrmPlanned *planned, const OrmDeclaredRelationship *relationship, const OrmTarget *target,
			 char **schema, char **relation)
{
	const OrmTarget *first = comes_first(&planned->target, target) ? &planned->target : target;
	const OrmTarget *second = first == target ? &planned->target : target;

	if (relationship->through != NULL)
	{
		orm_name_split(relationship->through, schema, relation);
		if (*schema == NULL)
			*schema = planned->table.schema;
		return;
	}
	*schema = first->schema;
	*relation = orm_name_join(first->relation, second->relation);
}

/* The join table of that name, or NULL. */
static Join *
find_join(List *joins, const char *schema, const char *relation)
{
	ListCell *cell;

	foreach(cell, joins)
	{
		Join *join = lfirst(cell);

		if (strcmp(join->relation, relation) == 0 && strcmp(join->schema, schema) == 0)
			return join;
	}
	return NULL;
}

/* Raises 42710 for two relationships with one join table that are not inverses. */
static void
raise_shared(const OrmPlanned *planned, const OrmDeclaredRelationship *relationship, const Join *join)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
			errmsg("relationships \"%s\" of model \"%s\" and \"%s\" of model \"%s\" would share the join table \"%s\"",
				   join->own.relationship->name, join->owner->table.declaration->model, relationship->name,
				   planned->table.declaration->model, join->relation),
			orm_error_place(orm_declaration_place(&place, relationship->position, "many_to_many", NULL)),
			errhint("Give one of them a table of its own, through => ..., "
					"or say that they are inverses, back_populates => ..."));
}

/* Is the relationship the inverse of the first one of the join table? */
static bool
is_inverse(const OrmPlanned *planned, const OrmDeclaredRelationship *relationship, const OrmTarget *target,
		   const Join *join)
{
	const OrmDeclaredRelationship *first = join->own.relationship;

	if (join->other.relationship != NULL || !same_table(&planned->target, join->other.target) ||
		!same_table(target, join->own.target))
		return false;
	return planned != join->owner ||
		(first->back_populates != NULL && strcmp(first->back_populates, relationship->name) == 0) ||
		(relationship->back_populates != NULL && strcmp(relationship->back_populates, first->name) == 0);
}

/* Has one of two relationships of a model a filter, so that they show different rows of one join table? */
static bool
is_narrower(const OrmPlanned *planned, const OrmDeclaredRelationship *relationship, const OrmTarget *target,
			const Join *join)
{
	return planned == join->owner && (relationship->filter != NULL || join->own.relationship->filter != NULL) &&
		!same_table(&planned->target, target);
}

/* Adds a relationship to a join table; raises 42710 unless it is an inverse, narrower, or of another model there. */
static void
join_again(const OrmPlanned *planned, OrmDeclaredRelationship *relationship, const OrmTarget *target, Join *join)
{
	if (is_inverse(planned, relationship, target, join))
		join->other.relationship = relationship;
	else if ((planned == join->owner && !is_narrower(planned, relationship, target, join)) ||
			 !same_table(&planned->target, join->own.target) || !same_table(target, join->other.target))
		raise_shared(planned, relationship, join);
}

/* Raises 42P10 when the declaring model has no primary key. */
static void
need_own_key(OrmDdlRun *run, const OrmPlanned *planned, const OrmDeclaredRelationship *relationship)
{
	OrmElementPlace place;

	orm_target_resolve_key(run, &planned->target);
	if (planned->target.nkeys == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("model \"%s\" has no primary key for relationship \"%s\"", planned->table.declaration->model,
					   relationship->name),
				orm_error_place(orm_declaration_place(&place, relationship->position, "many_to_many", NULL)));
}

/* Determines the join table of a relationship, and adds it to the list unless it is a table or model of the run. */
static List *
add_relationship(OrmDdlRun *run, OrmPlanned *planned, OrmDeclaredRelationship *relationship, List *joins)
{
	OrmElementPlace place;
	const OrmTarget *target = orm_target_need(
		run, planned, relationship->model,
		orm_declaration_place(&place, relationship->position, "many_to_many", "model"));
	Join *join;
	char *schema;
	char *relation;

	relationship->made = ORM_NOT_GIVEN;
	if (relationship->through != NULL && orm_target_find(run, planned, relationship->through) != NULL)
		return joins;
	need_own_key(run, planned, relationship);
	name_of_join(planned, relationship, target, &schema, &relation);
	relationship->through = orm_name_compose(schema, relation);
	join = find_join(joins, schema, relation);
	if (join != NULL)
		join_again(planned, relationship, target, join);
	if (join != NULL || orm_ddl_find_table(run, schema, relation) != NULL)
		return joins;
	join = palloc0(sizeof(Join));
	join->schema = schema;
	join->relation = relation;
	join->owner = planned;
	join->made = !run->catalog->exists(schema, relation, run->catalog->arg);
	join->own = (Side){&planned->target, planned->table.declaration->model, relationship, NIL};
	join->other = (Side){target, relationship->model, NULL, NIL};
	return lappend(joins, join);
}

/* The columns referencing one end: "foreign_key" of its relationship, or the default, <singular>_id. */
static List *
columns_of_side(const Side *side, const char *prefix)
{
	char *singular = psprintf("%s%s", prefix, orm_inflect_singular(side->target->relation));
	List *given = side->relationship != NULL ? side->relationship->foreign_key : NIL;
	OrmElementPlace place;

	if (given != NIL && list_length(given) != side->target->nkeys)
		ereport(ERROR, errcode(ERRCODE_INVALID_FOREIGN_KEY),
				errmsg("number of referencing and referenced columns for foreign key disagree"),
				orm_error_place(
					orm_declaration_place(&place, side->relationship->position, "many_to_many", "foreign_key")));
	return given != NIL ? given : orm_target_default_columns(singular, side->target);
}

/* Do two lists have a name in common? */
static bool
overlap(const List *a, const List *b)
{
	ListCell *left;
	ListCell *right;

	foreach(left, a)
		foreach(right, b)
			if (strcmp(lfirst(left), lfirst(right)) == 0)
				return true;
	return false;
}

/* Declares the columns referencing one end. */
static void
declare_columns(OrmDeclaration *declaration, const Side *side)
{
	ListCell *cell;

	foreach(cell, side->columns)
	{
		const OrmKeyColumn *key = &side->target->keys[foreach_current_index(cell)];
		OrmDeclaredColumn *column = orm_declaration_make_column(lfirst(cell), NULL, 0);

		column->type = orm_type_name(key->type, key->typmod);
		column->type_oid = key->type;
		column->typmod = key->typmod;
		if (key->collation != get_typcollation(key->type))
		{
			column->collation_oid = key->collation;
			column->collation = orm_type_collation_name(key->collation);
		}
		declaration->columns = lappend(declaration->columns, column);
	}
}

/* Declares a key or index. */
static OrmDeclaredConstraint *
declare_constraint(OrmDeclaration *declaration, OrmConstraintKind kind, List *columns)
{
	OrmDeclaredConstraint *constraint = orm_declaration_make_constraint(kind, NULL, columns);

	constraint->leading = columns;
	declaration->constraints = lappend(declaration->constraints, constraint);
	return constraint;
}

/* Declares the foreign key to one end. */
static void
declare_foreign_key(OrmDeclaration *declaration, const Side *side)
{
	OrmDeclaredConstraint *constraint = declare_constraint(declaration, ORM_CONSTRAINT_FOREIGN_KEY, side->columns);

	constraint->target = pstrdup(side->model);
	constraint->on_delete = "cascade";
}

/* The declaration of a join table. */
static OrmDeclaration *
declare_join(const Join *join, const Side *first, const Side *second)
{
	OrmDeclaration *declaration = palloc0(sizeof(OrmDeclaration));

	declaration->schema = join->schema;
	declaration->relation = join->relation;
	declare_columns(declaration, first);
	declare_columns(declaration, second);
	declare_constraint(declaration, ORM_CONSTRAINT_PRIMARY_KEY, list_concat_copy(first->columns, second->columns));
	declare_constraint(declaration, ORM_CONSTRAINT_INDEX, second->columns);
	declare_foreign_key(declaration, first);
	declare_foreign_key(declaration, second);
	return declaration;
}

/* Sets "made" at both ends: the join table is dropped with the tables. */
static void
note_made(const Join *join)
{
	join->own.relationship->made = ORM_YES;
	if (join->other.relationship != NULL)
		join->other.relationship->made = ORM_YES;
}

/* Adds a join table to the run. */
static void
add_join(OrmDdlRun *run, Join *join)
{
	Side *first = comes_first(join->own.target, join->other.target) ? &join->own : &join->other;
	Side *second = first == &join->own ? &join->other : &join->own;

	first->columns = columns_of_side(first, "");
	second->columns = columns_of_side(second, "");
	if (overlap(first->columns, second->columns))
		second->columns = columns_of_side(second, "related_");

	/* the two ends of a self-reference differ in the columns only */
	if (same_table(first->target, second->target))
	{
		join->own.relationship->foreign_key = join->own.columns;
		if (join->other.relationship != NULL)
			join->other.relationship->foreign_key = join->other.columns;
	}
	if (join->made)
		note_made(join);
	orm_ddl_add_table(run, declare_join(join, first, second));
}

void
orm_join_table_add_all(OrmDdlRun *run)
{
	List *joins = NIL;
	ListCell *cell;
	ListCell *item;

	foreach(cell, run->tables)
	{
		OrmPlanned *planned = lfirst(cell);

		foreach(item, planned->table.declaration->relationships)
		{
			OrmDeclaredRelationship *relationship = lfirst(item);

			if (relationship->kind == ORM_MANY_TO_MANY)
				joins = add_relationship(run, planned, relationship, joins);
		}
	}
	foreach(cell, joins)
		add_join(run, lfirst(cell));
}
