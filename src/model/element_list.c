/*
 * element_list.c - see element_list.h.
 */
#include "postgres.h"

#include "model/element_list.h"
#include "model/hook.h"
#include "model/table_statement.h"
#include "model/validation.h"

/* The names or columns of a constraint, as one text. */
static char *
constraint_label(const OrmDeclaredConstraint *constraint)
{
	StringInfoData label;
	ListCell *cell;

	if (constraint->name != NULL)
		return constraint->name;
	initStringInfo(&label);
	foreach(cell, constraint->columns)
		appendStringInfo(&label, "%s%s", label.len ? ", " : "", (char *) lfirst(cell));
	return label.data;
}

const char *
orm_element_list_label(OrmElementList list, const void *element)
{
	const OrmDeclaredRemoval *removal = element;
	const OrmDeclaredTimestamps *times = element;

	switch (list)
	{
		case ORM_LIST_COLUMNS:
		case ORM_LIST_COMPUTED:
			return ((const OrmDeclaredColumn *) element)->name;
		case ORM_LIST_CONSTRAINTS:
			return constraint_label(element);
		case ORM_LIST_RELATIONSHIPS:
			return ((const OrmDeclaredRelationship *) element)->name;
		case ORM_LIST_ENUMS:
			return ((const OrmDeclaredEnum *) element)->name;
		case ORM_LIST_SCOPES:
			return ((const OrmDeclaredScope *) element)->name;
		case ORM_LIST_VALIDATIONS:
			return ((const OrmDeclaredValidation *) element)->attribute;
		case ORM_LIST_HOOKS:
			return orm_hook_name(element);
		case ORM_LIST_PUBLICATIONS:
			return ((const OrmDeclaredPublication *) element)->channel;
		case ORM_LIST_COUNTERS:
			return ((const OrmDeclaredCounter *) element)->column;
		case ORM_LIST_POSITIONS:
			return ((const OrmDeclaredPosition *) element)->column;
		case ORM_LIST_TIMESTAMPS:
			return times->created_at ? times->created_at : times->updated_at ? times->updated_at : "";
		case ORM_LIST_STAMPS:
			return ((const OrmDeclaredStamp *) element)->column;
		case ORM_LIST_SOFT_DELETES:
			return ((const OrmDeclaredSoftDelete *) element)->column;
		case ORM_LIST_VERSIONS:
			return ((const OrmDeclaredVersion *) element)->column;
		case ORM_LIST_REMOVALS:
			return removal->column ? removal->column : removal->constraint ? removal->constraint : removal->index;
		case ORM_LIST_STATEMENTS:
			return orm_table_statement_label(((const OrmDeclaredStatement *) element)->definition);
		case ORM_LIST_USES:
			return ((const OrmDeclaredUse *) element)->name;
		case ORM_LIST_NAMINGS:
			return ((const OrmDeclaredNaming *) element)->style;
		case ORM_LIST_DATA_STEPS:
			return ((const OrmDeclaredDataStep *) element)->name;
		case ORM_LIST_RENAMES:
		case ORM_LIST_TABLE_RENAMES:
			return ((const OrmDeclaredRename *) element)->name;
		case ORM_LIST_TABLES:
		case ORM_LIST_COMMENT:
		case ORM_LIST_ACCESSORS:
			break;
	}
	return "";
}

int
orm_element_list_kind(OrmElementList list, const void *element)
{
	const OrmDeclaredRemoval *removal = element;

	switch (list)
	{
		case ORM_LIST_CONSTRAINTS:
			return ((const OrmDeclaredConstraint *) element)->kind;
		case ORM_LIST_RELATIONSHIPS:
			return ((const OrmDeclaredRelationship *) element)->kind;
		case ORM_LIST_VALIDATIONS:
			return orm_validation_set(element);
		case ORM_LIST_REMOVALS:
			return removal->column ? 0 : removal->constraint ? 1 : 2;
		default:
			return 0;
	}
}

List **
orm_element_list_of(OrmDeclaration *declaration, OrmElementList list)
{
	List **lists[] = {
		[ORM_LIST_COLUMNS] = &declaration->columns,
		[ORM_LIST_CONSTRAINTS] = &declaration->constraints,
		[ORM_LIST_RELATIONSHIPS] = &declaration->relationships,
		[ORM_LIST_ENUMS] = &declaration->enums,
		[ORM_LIST_COMPUTED] = &declaration->computed,
		[ORM_LIST_SCOPES] = &declaration->scopes,
		[ORM_LIST_VALIDATIONS] = &declaration->validations,
		[ORM_LIST_HOOKS] = &declaration->hooks,
		[ORM_LIST_PUBLICATIONS] = &declaration->publications,
		[ORM_LIST_COUNTERS] = &declaration->counters,
		[ORM_LIST_POSITIONS] = &declaration->positions,
		[ORM_LIST_TIMESTAMPS] = &declaration->timestamps,
		[ORM_LIST_STAMPS] = &declaration->stamps,
		[ORM_LIST_SOFT_DELETES] = &declaration->soft_deletes,
		[ORM_LIST_VERSIONS] = &declaration->versions,
		[ORM_LIST_TABLES] = &declaration->tables,
		[ORM_LIST_STATEMENTS] = &declaration->statements,
		[ORM_LIST_REMOVALS] = &declaration->removals,
		[ORM_LIST_USES] = &declaration->uses,
		[ORM_LIST_NAMINGS] = &declaration->namings,
		[ORM_LIST_DATA_STEPS] = &declaration->data_steps,
		[ORM_LIST_RENAMES] = &declaration->renames,
		[ORM_LIST_TABLE_RENAMES] = &declaration->table_renames,
		[ORM_LIST_COMMENT] = NULL,
		[ORM_LIST_ACCESSORS] = NULL,
	};

	return lists[list];
}

ListCell *
orm_element_list_like(List *elements, OrmElementList list, const void *element)
{
	ListCell *cell;

	foreach(cell, elements)
		if (orm_element_list_kind(list, lfirst(cell)) == orm_element_list_kind(list, element) &&
			(list == ORM_LIST_VERSIONS || list == ORM_LIST_SOFT_DELETES || list == ORM_LIST_TIMESTAMPS ||
			 list == ORM_LIST_NAMINGS || list == ORM_LIST_RENAMES || list == ORM_LIST_TABLE_RENAMES ||
			 strcmp(orm_element_list_label(list, lfirst(cell)), orm_element_list_label(list, element)) == 0))
			return cell;
	return NULL;
}

int *
orm_element_list_position(OrmElementList list, void *element)
{
	switch (list)
	{
		case ORM_LIST_COLUMNS:
			return &((OrmDeclaredColumn *) element)->position;
		case ORM_LIST_CONSTRAINTS:
			return &((OrmDeclaredConstraint *) element)->position;
		case ORM_LIST_RELATIONSHIPS:
			return &((OrmDeclaredRelationship *) element)->position;
		case ORM_LIST_USES:
			return &((OrmDeclaredUse *) element)->position;
		default:
			return NULL;
	}
}
