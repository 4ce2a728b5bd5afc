/*
 * reflection_names.c - names that are made from a catalog.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/error.h"
#include "base/inflect.h"
#include "base/names.h"
#include "define/reflection_names.h"

/* The name of a model: singular of the table's, in capitals. */
static char *
model_name(const OrmReflectionOptions *options, const char *table)
{
	const char *prefix = options->strip_prefix;
	Size length = prefix != NULL ? strlen(prefix) : 0;

	if (length > 0 && strncmp(table, prefix, length) == 0 && table[length] != '\0')
		table += length;
	return orm_name_pascal(orm_inflect_singular(orm_name_snake(table)));
}

/* Gives a new model the name that the options say. */
static void
give_name(OrmReflectionPlan *plan, OrmReflectedModel *model, char *name)
{
	OrmReflectionPlace place;

	if (orm_name_is_among(plan->names, name))
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("model \"%s\" already exists", name),
				orm_error_place(orm_reflection_options_place(&place, model->relation->name, "name", NULL, NULL)));
	model->name = name;
	plan->names = lappend(plan->names, name);
}

/* Makes a name for a new model, or skips it. */
static void
make_name(OrmReflectionPlan *plan, OrmReflectedModel *model)
{
	char *name = model_name(plan->options, model->relation->name);

	if (orm_name_is_among(plan->names, name))
	{
		model->action = ORM_REFLECTION_SKIPPED;
		model->detail = orm_reflection_plan_detail(
			ERRCODE_DUPLICATE_OBJECT,
			psprintf("model \"%s\" already exists; option {\"models\": {\"%s\": {\"name\": ...}}} gives another name",
					 name, model->relation->name));
		return;
	}
	model->name = name;
	plan->names = lappend(plan->names, name);
}

/* What the options say about the table of a model. */
static const OrmReflectionTable *
options_of(const OrmReflectionPlan *plan, const OrmReflectedModel *model)
{
	return model->in_scope ? orm_reflection_options_table(plan->options, model->relation->name) : NULL;
}

void
orm_reflection_names_models(OrmReflectionPlan *plan, const List *models)
{
	ListCell *cell;

	foreach(cell, models)
	{
		const OrmReflectionTable *given = options_of(plan, lfirst(cell));

		if (given != NULL && given->name != NULL)
			give_name(plan, lfirst(cell), given->name);
	}
	foreach(cell, models)
		if (((OrmReflectedModel *) lfirst(cell))->name == NULL)
			make_name(plan, lfirst(cell));
}

/* The attribute that the options give to a column, or NULL. */
static char *
given_attribute(const OrmReflectionTable *given, const char *column)
{
	ListCell *cell;

	foreach(cell, given != NULL ? given->attributes : NIL)
	{
		const OrmReflectionAttribute *attribute = lfirst(cell);

		if (strcmp(attribute->column, column) == 0)
			return attribute->attribute;
	}
	return NULL;
}

List *
orm_reflection_names_columns(const OrmReflectionPlan *plan, const OrmReflectedModel *model)
{
	const OrmReflectionTable *given = options_of(plan, model);
	List *taken = NIL;
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, model->relation->columns)
	{
		char *name = ((OrmCatalogColumn *) lfirst(cell))->name;
		char *attribute = given_attribute(given, name);

		taken = lappend(taken, attribute != NULL ? attribute : orm_declaration_attribute_name(name));
	}
	foreach(cell, model->relation->columns)
	{
		char *name = ((OrmCatalogColumn *) lfirst(cell))->name;
		char *attribute = given_attribute(given, name);

		if (attribute == NULL && plan->options->camel)
			attribute = orm_name_camel(name);
		if (attribute == NULL || strcmp(attribute, name) == 0)
			continue;
		if (given_attribute(given, name) == NULL)
		{
			if (orm_name_is_among(taken, attribute) ||
				strcmp(orm_declaration_attribute_name(attribute), attribute) != 0)
				continue;
			taken = lappend(taken, attribute);
		}
		columns = lappend(columns, orm_declaration_make_column(name, attribute, 0));
	}
	return columns;
}

/* The names that attributes and relationships of a model have. */
static List *
taken_names(const OrmReflectedModel *model)
{
	List *names = NIL;
	ListCell *cell;
	ListCell *other;

	for (int i = 0; model->existing != NULL && i < model->existing->nattributes; i++)
		names = lappend(names, model->existing->attributes[i].name);
	for (int i = 0; model->existing != NULL && i < model->existing->nrelationships; i++)
		if (!orm_name_is_among(model->pruned, model->existing->relationships[i].name))
			names = lappend(names, model->existing->relationships[i].name);
	if (model->existing != NULL)
		return names;
	foreach(cell, model->relation->columns)
	{
		char *name = ((OrmCatalogColumn *) lfirst(cell))->name;
		char *attribute = orm_declaration_attribute_name(name);

		foreach(other, model->columns)
			if (strcmp(((OrmDeclaredColumn *) lfirst(other))->name, name) == 0)
				attribute = ((OrmDeclaredColumn *) lfirst(other))->attribute;
		names = lappend(names, attribute);
	}
	return names;
}

/* The only column of a key without _id, or NULL. */
static char *
name_of_column(const OrmReflectedEnd *end)
{
	char *name;
	int length;

	if (end->key->n != 1)
		return NULL;
	name = orm_name_snake(linitial(orm_catalog_names(end->model->relation, end->key->columns, 1)));
	length = strlen(name) - strlen("_id");
	if (length <= 0 || strcmp(name + length, "_id") != 0)
		return NULL;
	name[length] = '\0';
	return name;
}

/* The name of an end as it would be if there were no other. */
static char *
plain_name(const OrmReflectedEnd *end)
{
	bool itself = end->model == end->target;
	char *target = orm_name_snake(end->target->name);
	char *of_column;

	switch (end->kind)
	{
		case ORM_BELONGS_TO:
			of_column = itself ? NULL : name_of_column(end);
			return itself ? pstrdup("parent") : of_column != NULL ? of_column : target;
		case ORM_HAS_ONE:
			return itself ? pstrdup("child") : target;
		case ORM_HAS_MANY:
			return itself ? pstrdup("children") : orm_inflect_plural(target);
		case ORM_MANY_TO_MANY:
		case ORM_RELATED:
			break;
	}
	return orm_inflect_plural(target);
}

/* A made name in the case that is asked for. */
static char *
in_case(const OrmReflectionPlan *plan, char *name)
{
	return plan->options->camel ? orm_name_camel(name) : name;
}

/* The same with the columns of its key. */
static char *
name_by_columns(const OrmReflectionPlan *plan, const OrmReflectedEnd *end)
{
	const OrmCatalogRelation *holder = orm_catalog_relation(plan->catalog, end->key->holder);
	StringInfoData name;
	ListCell *cell;

	initStringInfo(&name);
	appendStringInfo(&name, "%s_by", plain_name(end));
	foreach(cell, orm_catalog_names(holder, end->key->columns, end->key->n))
		appendStringInfo(&name, "_%s", (char *) lfirst(cell));
	return orm_name_snake(name.data);
}

/* Can a relationship have the name? */
static bool
is_free(const List *taken, const char *name)
{
	return !orm_name_is_among(taken, name) && strcmp(orm_declaration_attribute_name(name), name) == 0;
}

/* Would another end of the model have the same name, without or with the columns of its key? */
static bool
stands_twice(const OrmReflectedEnd *end, bool by_columns)
{
	ListCell *cell;

	foreach(cell, end->model->ends)
	{
		const OrmReflectedEnd *other = lfirst(cell);

		if (other == end || (other->given && other->action == ORM_REFLECTION_MAPPED))
			continue;
		if (strcmp(by_columns ? other->by_columns : other->plain, by_columns ? end->by_columns : end->plain) == 0)
			return true;
	}
	return false;
}

/* The name that is made for an end, as far as others leave it. */
static char *
made_name(const OrmReflectionPlan *plan, const OrmReflectedEnd *end, const List *taken)
{
	if (is_free(taken, end->plain) && !stands_twice(end, false))
		return end->plain;
	if (end->join == NULL || (is_free(taken, end->by_columns) && !stands_twice(end, true)))
		return end->by_columns;
	return in_case(plan, orm_name_snake(psprintf("%s_by_%s", plain_name(end), end->join->relation->name)));
}

/* Names an end, or skips it. */
static void
name_end(const OrmReflectionPlan *plan, OrmReflectedEnd *end, List **taken)
{
	end->name = made_name(plan, end, *taken);
	if (is_free(*taken, end->name))
	{
		*taken = lappend(*taken, end->name);
		return;
	}
	end->action = ORM_REFLECTION_SKIPPED;
	end->detail = orm_reflection_plan_detail(
		ERRCODE_DUPLICATE_COLUMN,
		psprintf("attribute or relationship \"%s\" of model \"%s\" already exists", end->name, end->model->name));
}

/* Names the ends of a model, the given ones first. */
static void
name_ends_of(const OrmReflectionPlan *plan, const OrmReflectedModel *model)
{
	List *taken = taken_names(model);
	ListCell *cell;

	foreach(cell, model->ends)
	{
		OrmReflectedEnd *end = lfirst(cell);

		end->plain = in_case(plan, plain_name(end));
		end->by_columns = in_case(plan, name_by_columns(plan, end));
		if (end->action != ORM_REFLECTION_MAPPED || !end->given)
			continue;
		if (orm_name_is_among(taken, end->name))
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
					errmsg("attribute or relationship \"%s\" of model \"%s\" already exists", end->name, model->name),
					errdetail("It is given in the options to foreign key \"%s\".", end->key->name));
		taken = lappend(taken, end->name);
	}
	foreach(cell, model->ends)
	{
		OrmReflectedEnd *end = lfirst(cell);

		if (end->action == ORM_REFLECTION_MAPPED && !end->given)
			name_end(plan, end, &taken);
	}
}

/* Gives an end a name of the options; one that exists keeps its own. */
static void
give_end_name(OrmReflectedEnd *end, char *name)
{
	if (end == NULL || name == NULL || end->action != ORM_REFLECTION_MAPPED)
		return;
	if (end->given && strcmp(end->name, name) != 0)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
				errmsg("foreign key \"%s\" gives two names to a relationship of model \"%s\"", end->key->name,
					   end->model->name),
				errdetail("They are \"%s\" and \"%s\".", end->name, name));
	end->given = true;
	end->name = name;
}

/* The end of a model for a foreign key: the side that holds it, or the other. */
static OrmReflectedEnd *
find_end(const OrmReflectedModel *model, const OrmForeignKey *key)
{
	bool holds = key->holder == model->relation->relid;
	ListCell *cell;

	foreach(cell, model->ends)
	{
		OrmReflectedEnd *end = lfirst(cell);

		if (end->key == key && holds == (end->kind == ORM_BELONGS_TO))
			return end;
	}
	return NULL;
}

/* Gives the ends of a model, and their inverses, the names of the options. */
static void
take_given_names(const OrmReflectionPlan *plan, const OrmReflectedModel *model)
{
	const OrmReflectionTable *given = options_of(plan, model);
	ListCell *cell;

	foreach(cell, given != NULL ? given->relationships : NIL)
	{
		const OrmReflectionRelationship *relationship = lfirst(cell);
		OrmReflectedEnd *end = find_end(model, relationship->foreign_key);

		give_end_name(end, relationship->name);
		give_end_name(end != NULL ? end->inverse : NULL, relationship->inverse);
	}
}

/* An inverse that exists may say the name of the end that is to be added. */
static void
take_names_of_inverses(const OrmReflectedModel *model)
{
	ListCell *cell;

	foreach(cell, model->ends)
	{
		OrmReflectedEnd *end = lfirst(cell);
		const OrmReflectedEnd *inverse = end->inverse;
		const OrmRelationship *existing = inverse != NULL && inverse->action == ORM_REFLECTION_KEPT
			? orm_model_relationship(inverse->model->existing, inverse->name)
			: NULL;

		if (end->action == ORM_REFLECTION_MAPPED && existing != NULL && existing->back_populates != NULL &&
			!orm_name_is_among(taken_names(model), existing->back_populates))
		{
			end->name = existing->back_populates;
			end->given = true;
		}
	}
}

void
orm_reflection_names_ends(OrmReflectionPlan *plan)
{
	ListCell *cell;

	foreach(cell, plan->models)
		take_names_of_inverses(lfirst(cell));
	foreach(cell, plan->models)
		take_given_names(plan, lfirst(cell));
	foreach(cell, plan->models)
	{
		CHECK_FOR_INTERRUPTS();
		name_ends_of(plan, lfirst(cell));
	}
}
