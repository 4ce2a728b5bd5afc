/*
 * join_table.c - the join tables that many_to_many needs.
 *
 * A relationship is through a table or model that is there, or through one that
 * is made: under the name that "through" gives, or that of the two tables in
 * alphabetical order.  Its inverse, the same relationship declared from the
 * other side, is through the same one.  A table that is made is a declaration
 * like any other, without a model:
 *
 *     posts_tags (post_id, tag_id)   primary key (post_id, tag_id), an index on (tag_id),
 *                                    foreign keys ON DELETE CASCADE
 *
 * The side whose table comes first in the alphabet has the first columns.
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
	const char *model;					   /* by which name it is found again */
	OrmDeclaredRelationship *relationship; /* declared here; NULL: only at the other end */
	List *columns;						   /* of the join table, pointing here */
} Side;

/* A join table that is made. */
typedef struct Join
{
	char *schema;
	char *relation;
	OrmPlanned *owner; /* whose relationship came first */
	Side own;		   /* that end */
	Side other;
	bool made; /* there is no such table yet */
} Join;

/* Are these the same table? */
static bool
same_table(const OrmTarget *a, const OrmTarget *b)
{
	return strcmp(a->relation, b->relation) == 0 && strcmp(a->schema, b->schema) == 0;
}

/* Does a table come first in the alphabet? */
static bool
comes_first(const OrmTarget *a, const OrmTarget *b)
{
	int order = strcmp(a->relation, b->relation);

	return order < 0 || (order == 0 && strcmp(a->schema, b->schema) <= 0);
}

/* The name of the join table that a relationship asks for. */
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

/* Raises 42710: two relationships would be through one table, and are not each other's inverse. */
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

/* Is a relationship the inverse of the one that came first? */
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

/* A relationship through a join table that another one has asked for. */
static void
join_again(const OrmPlanned *planned, OrmDeclaredRelationship *relationship, const OrmTarget *target, Join *join)
{
	if (is_inverse(planned, relationship, target, join))
		join->other.relationship = relationship;
	else if (planned == join->owner || !same_table(&planned->target, join->own.target) ||
			 !same_table(target, join->other.target))
		raise_shared(planned, relationship, join);
}

/* Raises 42P10 when the model that declares a relationship has no key for the join table to refer to. */
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

/* Finds out through what a relationship is; the join table, if it has to be made, goes to the list. */
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

/* The columns that point at one end: as its relationship names them, else <singular>_id. */
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

/* Have two lists a name in common? */
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

/* Appends the columns that point at one end. */
static void
declare_columns(OrmDeclaration *declaration, const Side *side)
{
	ListCell *cell;

	foreach(cell, side->columns)
	{
		const OrmKeyColumn *key = &side->target->keys[foreach_current_index(cell)];
		OrmDeclaredColumn *column = palloc0(sizeof(OrmDeclaredColumn));

		column->name = lfirst(cell);
		column->type = orm_type_name(key->type, key->typmod);
		column->type_oid = key->type;
		column->typmod = key->typmod;
		column->primary_key = column->nullable = column->is_unique = column->indexed = ORM_NOT_GIVEN;
		if (key->collation != get_typcollation(key->type))
		{
			column->collation_oid = key->collation;
			column->collation = orm_type_collation_name(key->collation);
		}
		declaration->columns = lappend(declaration->columns, column);
	}
}

/* Appends a key. */
static OrmDeclaredConstraint *
declare_constraint(OrmDeclaration *declaration, OrmConstraintKind kind, List *columns)
{
	OrmDeclaredConstraint *constraint = palloc0(sizeof(OrmDeclaredConstraint));

	constraint->kind = kind;
	constraint->columns = columns;
	constraint->is_unique = ORM_NOT_GIVEN;
	declaration->constraints = lappend(declaration->constraints, constraint);
	return constraint;
}

/* Appends the foreign key to one end. */
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

/* Notes at both ends that the table is made, and goes with theirs. */
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

	/* of a table that is joined with itself nothing else tells which end is which */
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

/* Finds out what is joined through what, then adds the tables. */
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
