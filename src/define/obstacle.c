/*
 * obstacle.c - see obstacle.h.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "utils/lsyscache.h"

#include "define/obstacle.h"
#include "differ/step.h"
#include "model/computed.h"
#include "registry/proc.h"

/* Classes of objects that stop a step. */
static const Oid classes[] = {RewriteRelationId, ProcedureRelationId, PolicyRelationId, TriggerRelationId};

/* Is an object one of these, and not made loose by the migration itself? */
static bool
is_in_the_way(Form_pg_depend row, const List *computed)
{
	if (row->classid == ProcedureRelationId && list_member_oid(computed, row->objid))
		return false;
	for (int i = 0; i < (int) lengthof(classes); i++)
		if (row->classid == classes[i] && row->deptype == DEPENDENCY_NORMAL)
			return true;
	return false;
}

/* Does an earlier step drop such an object of the table? */
static bool
is_dropped_before(const List *steps, const OrmStep *step, const char *what)
{
	ListCell *cell;

	foreach(cell, steps)
	{
		const OrmStep *other = lfirst(cell);

		if (other == step)
			return false;
		if (other->relid == step->relid && strcmp(other->action, "drop") == 0 &&
			strncmp(other->object, what, strlen(what)) == 0)
			return true;
	}
	return false;
}

/* How a dependent object is called: of a view, not of its rule. */
static char *
describe(Form_pg_depend row)
{
	static const char prefix[] = "rule _RETURN on ";
	ObjectAddress address;
	char *text;

	ObjectAddressSet(address, row->classid, row->objid);
	text = getObjectDescription(&address, true);
	if (text != NULL && strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		text += sizeof(prefix) - 1;
	return text;
}

/* Appends the objects that depend on the column of a step. */
static void
list_dependents(StringInfo list, const List *steps, const OrmStep *step)
{
	List *computed = orm_computed_functions(step->relid);
	ListCell *cell;

	foreach(cell, orm_proc_depend_rows(RelationRelationId, step->relid, step->number))
	{
		Form_pg_depend row = lfirst(cell);
		char *text = is_in_the_way(row, computed) ? describe(row) : NULL;

		if (text == NULL || (row->classid == TriggerRelationId && is_dropped_before(steps, step, "trigger")) ||
			(row->classid == PolicyRelationId && is_dropped_before(steps, step, "policy")) ||
			(list->len > 0 && strstr(list->data, text) != NULL))
			continue;
		appendStringInfo(list, "%s%s", list->len > 0 ? "\n" : "", text);
	}
}

void
orm_obstacle_check(const List *steps)
{
	ListCell *cell;

	foreach(cell, steps)
	{
		const OrmStep *step = lfirst(cell);
		bool drop = strcmp(step->action, "drop") == 0;
		StringInfoData list;

		if (step->number <= 0)
			continue;
		initStringInfo(&list);
		list_dependents(&list, steps, step);
		if (list.len > 0)
			ereport(ERROR, errcode(drop ? ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST : ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg(drop ? "%s cannot be dropped: other objects depend on it"
								: "type of %s cannot be changed: other objects depend on it",
						   step->object),
					errdetail_internal("%s", list.data),
					errhint("Drop them, migrate, and make them again; nothing is dropped with CASCADE."));
	}
}
