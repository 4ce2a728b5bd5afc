/*
 * element_form.c - which keys of an element go together; see element_form.h.
 */
#include "postgres.h"

#include "model/declaration.h"
#include "model/element_form.h"

/* Was a key of the table given? */
static bool
was_given(const OrmMemberTable *table, uint64 given, const char *name)
{
	for (int i = 0; i < table->n; i++)
		if (strcmp(orm_members_record(table, i)->key, name) == 0)
			return (given & (UINT64CONST(1) << i)) != 0;
	return false;
}

/* Raises 22023 for keys of an index beside its definition. */
static void
check_definition_alone(const OrmMemberTable *table, uint64 given, const OrmPath *path)
{
	for (int i = 0; i < table->n; i++)
	{
		const char *key = orm_members_record(table, i)->key;
		OrmPath here = orm_path_key(path, key);

		if ((given & (UINT64CONST(1) << i)) && strcmp(key, "definition") != 0 && strcmp(key, "comment") != 0)
			orm_members_raise_not_allowed(table->noun, key, &here, "The definition says everything of the index.");
	}
}

void
orm_element_form_check_constraint(const OrmMemberTable *table, int kind, uint64 given, const OrmPath *path)
{
	bool columns = was_given(table, given, "columns");
	bool column_name = was_given(table, given, "column_name");
	bool definition = kind == ORM_CONSTRAINT_INDEX && was_given(table, given, "definition");
	OrmPath here = orm_path_key(path, "column_name");

	if (columns && column_name)
		orm_members_raise_not_allowed(table->noun, "column_name", &here, "Give \"columns\" or \"column_name\".");
	if (definition)
		check_definition_alone(table, given, path);
	else if (!columns && !column_name && (kind == ORM_CONSTRAINT_UNIQUE || kind == ORM_CONSTRAINT_INDEX))
		orm_members_raise_missing(table->noun, "columns", path, NULL);
}

void
orm_element_form_check_removal(uint64 given, const OrmPath *path)
{
	if (given == 0 || (given & (given - 1)) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("element \"%s\" must have one key: \"column\", \"constraint\" or \"index\"", "removed"),
				orm_error_place(path));
}
