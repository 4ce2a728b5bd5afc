/*
 * reflection_check.c - the options of orm.reflect against the catalogs.
 */
#include "postgres.h"

#include "base/error.h"
#include "base/names.h"
#include "base/nearest.h"
#include "define/reflection_check.h"
#include "model/declaration.h"

/* A table of the options, with its relation. */
typedef struct Checked
{
	const OrmCatalog *catalog;
	const OrmReflectionTable *table;
	const OrmCatalogRelation *relation;
} Checked;

/* The relation of that name in the schema, or NULL. */
static const OrmCatalogRelation *
find_relation(const OrmCatalog *catalog, const char *name)
{
	ListCell *cell;

	foreach(cell, catalog->relations)
		if (strcmp(((OrmCatalogRelation *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	return NULL;
}

/* Raises 42P01 with the nearest table. */
static void
raise_no_table(const OrmCatalog *catalog, const char *name)
{
	const char **names = palloc(sizeof(char *) * Max(list_length(catalog->relations), 1));
	OrmReflectionPlace place;
	ListCell *cell;

	foreach(cell, catalog->relations)
		names[foreach_current_index(cell)] = ((OrmCatalogRelation *) lfirst(cell))->name;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"%s\" does not exist", orm_error_clip(name)),
			orm_error_place(orm_reflection_options_place(&place, name, NULL, NULL, NULL)),
			orm_nearest_hint("relation", name, names, list_length(catalog->relations)));
}

/* Raises 42703 with the nearest column unless the table has it. */
static void
check_column(const Checked *c, const char *name, const OrmPath *place)
{
	const List *columns = c->relation->columns;
	const char **names;
	ListCell *cell;

	if (orm_catalog_column(c->relation, name) != NULL)
		return;
	names = palloc(sizeof(char *) * Max(list_length(columns), 1));
	foreach(cell, columns)
		names[foreach_current_index(cell)] = ((OrmCatalogColumn *) lfirst(cell))->name;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("column \"%s\" of relation \"%s\" does not exist", orm_error_clip(name), c->relation->name),
			orm_error_place(place), orm_nearest_hint("column", name, names, list_length(columns)));
}

/* Checks "key". */
static void
check_key(const Checked *c)
{
	const OrmCatalogKey *first = c->relation->keys != NIL ? linitial(c->relation->keys) : NULL;
	OrmReflectionPlace space;
	const OrmPath *place = orm_reflection_options_place(&space, c->table->table, "key", NULL, NULL);
	ListCell *cell;

	if (c->table->key != NIL && first != NULL && first->primary)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("relation \"%s\" has a primary key", c->relation->name), orm_error_place(place),
				errhint("Leave out \"key\", which is for relations without one."));
	foreach(cell, c->table->key)
	{
		OrmPath here = orm_path_index(place, foreach_current_index(cell));

		check_column(c, lfirst(cell), &here);
		for (int i = 0; i < foreach_current_index(cell); i++)
			if (strcmp(list_nth(c->table->key, i), lfirst(cell)) == 0)
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("column \"%s\" appears twice in a key", (char *) lfirst(cell)), orm_error_place(&here));
	}
}

/* The attribute that a column has by the options, else by its name. */
static const char *
attribute_of(const Checked *c, const char *column)
{
	ListCell *cell;

	foreach(cell, c->table->attributes)
	{
		const OrmReflectionAttribute *attribute = lfirst(cell);

		if (strcmp(attribute->column, column) == 0)
			return attribute->attribute;
	}
	return orm_declaration_attribute_name(column);
}

/* Checks "attributes". */
static void
check_attributes(const Checked *c)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, c->table->attributes)
	{
		const OrmReflectionAttribute *attribute = lfirst(cell);
		OrmReflectionPlace space;
		const OrmPath *place = orm_reflection_options_place(&space, c->table->table, "attributes", attribute->column,
															NULL);

		check_column(c, attribute->column, place);
		foreach(other, c->relation->columns)
		{
			const char *column = ((OrmCatalogColumn *) lfirst(other))->name;

			if (strcmp(column, attribute->column) != 0 && strcmp(attribute_of(c, column), attribute->attribute) == 0)
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("attribute \"%s\" is given twice", attribute->attribute),
						errdetail("At %s. It is that of column \"%s\" as well.", orm_path_text(place), column));
		}
	}
}

/* Is the table one end of the key, and the key meant by this text? */
typedef bool (*KeyTest)(const OrmCatalogRelation *holder, const OrmForeignKey *fk, const char *text);

/* Has the constraint that name? */
static bool
is_constraint(const OrmCatalogRelation *holder, const OrmForeignKey *fk, const char *text)
{
	return strcmp(fk->name, text) == 0;
}

/* Is this the table and the only column of the key? */
static bool
is_table_and_column(const OrmCatalogRelation *holder, const OrmForeignKey *fk, const char *text)
{
	char *table;
	char *column;

	return fk->n == 1 && orm_name_is_table(text, &table, &column) && table != NULL &&
		strcmp(table, holder->name) == 0 && strcmp(linitial(orm_catalog_names(holder, fk->columns, 1)), column) == 0;
}

/* The foreign keys that one end of is the table and that pass a test. */
static List *
find_keys(const Checked *c, KeyTest test, const char *text)
{
	List *found = NIL;
	ListCell *cell;
	ListCell *inner;

	foreach(cell, c->relation->foreign_keys)
		if (test(c->relation, lfirst(cell), text))
			found = lappend(found, lfirst(cell));
	if (found != NIL)
		return found;
	foreach(cell, c->catalog->relations)
		foreach(inner, ((OrmCatalogRelation *) lfirst(cell))->foreign_keys)
		{
			const OrmForeignKey *fk = lfirst(inner);

			if (fk->referenced == c->relation->relid && test(lfirst(cell), fk, text))
				found = lappend(found, lfirst(inner));
		}
	return found;
}

/* Raises 42704 with the nearest foreign key. */
static void
raise_no_key(const Checked *c, const char *text, const OrmPath *place)
{
	const char **names = palloc(sizeof(char *) * Max(list_length(c->relation->foreign_keys), 1));
	ListCell *cell;

	foreach(cell, c->relation->foreign_keys)
		names[foreach_current_index(cell)] = ((OrmForeignKey *) lfirst(cell))->name;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("foreign key \"%s\" of relation \"%s\" does not exist", orm_error_clip(text), c->relation->name),
			orm_error_place(place),
			orm_nearest_hint("constraint", text, names, list_length(c->relation->foreign_keys)));
}

/* Finds the foreign keys that "relationships" names. */
static void
find_foreign_keys(const Checked *c)
{
	ListCell *cell;

	foreach(cell, c->table->relationships)
	{
		OrmReflectionRelationship *relationship = lfirst(cell);
		OrmReflectionPlace space;
		const OrmPath *place = orm_reflection_options_place(&space, c->table->table, "relationships", relationship->key,
															NULL);
		List *found = find_keys(c, is_constraint, relationship->key);

		if (found == NIL)
			found = find_keys(c, is_table_and_column, relationship->key);
		if (found == NIL)
			raise_no_key(c, relationship->key, place);
		if (list_length(found) > 1)
			ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_COLUMN),
					errmsg("foreign key \"%s\" of relation \"%s\" is ambiguous", relationship->key, c->relation->name),
					orm_error_place(place), errhint("Name the constraint, below the table that holds it."));
		relationship->foreign_key = linitial(found);
	}
}

/* Raises 42710 for a name that two models would have. */
static void
check_model_names(const OrmReflectionOptions *options)
{
	ListCell *cell;
	ListCell *other;

	foreach(cell, options->tables)
	{
		const OrmReflectionTable *table = lfirst(cell);
		OrmReflectionPlace place;

		for_each_from(other, options->tables, foreach_current_index(cell) + 1)
		{
			const OrmReflectionTable *later = lfirst(other);

			if (table->name != NULL && later->name != NULL && strcmp(table->name, later->name) == 0)
				ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("model \"%s\" is given twice", later->name),
						orm_error_place(orm_reflection_options_place(&place, later->table, "name", NULL, NULL)));
		}
	}
}

void
orm_reflection_check_options(const OrmReflectionOptions *options, const OrmCatalog *catalog)
{
	ListCell *cell;

	foreach(cell, options->tables)
	{
		Checked checked = {catalog, lfirst(cell), NULL};

		checked.relation = find_relation(catalog, checked.table->table);
		if (checked.relation == NULL)
			raise_no_table(catalog, checked.table->table);
		check_key(&checked);
		check_attributes(&checked);
		find_foreign_keys(&checked);
	}
	check_model_names(options);
}
