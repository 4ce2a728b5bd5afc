/*
 * sharing.c - making and dropping triggers that see all rows of a statement; see sharing.h.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/error.h"
#include "base/sql.h"
#include "define/owner.h"
#include "define/report.h"
#include "define/sharing.h"
#include "exec/execute.h"

/* The name of a trigger in results. */
static char *
shown(const char *trigger, Oid relid)
{
	return psprintf("%s on %s", orm_sql_quoted(trigger), orm_report_relation(relid));
}

void
orm_sharing_drop(const OrmSharedTrigger *trigger, List **changes)
{
	Oid owner = orm_registry_table_owner(trigger->relid);
	char *name = shown(trigger->name, trigger->relid);
	OrmIdentity identity;
	StringInfoData sql;

	if (!OidIsValid(owner))
		return;
	identity = orm_owner_begin(owner);
	initStringInfo(&sql);
	appendStringInfo(&sql, "DROP TRIGGER %s ON ", orm_sql_quoted(trigger->name));
	orm_sql_relation(&sql, trigger->relid);
	orm_execute_statement(sql.data);
	orm_owner_end(identity);
	orm_report_add(changes, trigger->model, "dropped", "trigger", name);
}

bool
orm_sharing_check(const OrmModel *model, Oid relid, const char *builder, const OrmPath *path, bool strict)
{
	char relkind = get_rel_relkind(relid);
	bool is_table = relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE;

	if (is_table && has_privs_of_role(model->owner, orm_registry_table_owner(relid)))
		return true;
	if (!strict)
		return false;
	if (!is_table)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" cannot be given for \"%s\"", builder, get_rel_name(relid)),
				errdetail("At %s. It is kept by a trigger, and \"%s\" is not a table.", orm_path_text(path),
						  get_rel_name(relid)));
	ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of table %s", get_rel_name(relid)),
			errdetail("At %s. Role \"%s\", the owner of model \"%s\", is not.", orm_path_text(path),
					  GetUserNameFromId(model->owner, false), model->name));
	return false;
}

/* Is the trigger of an event on a table there? */
static bool
has_trigger(OrmKeeping keeping, OrmSharedEvent event, Oid relid, const OrmModel *model, const char *relationship)
{
	ListCell *cell;

	foreach(cell, orm_shared_trigger_of(keeping, relid))
	{
		const OrmSharedTrigger *trigger = lfirst(cell);

		if (trigger->event == event && strcmp(trigger->model, model->name) == 0 &&
			strcmp(trigger->relationship, relationship) == 0)
			return true;
	}
	return false;
}

bool
orm_sharing_make(OrmKeeping keeping, OrmSharedEvent event, Oid relid, const OrmModel *model, const char *relationship,
				 const char *columns, List **changes)
{
	OrmIdentity identity;
	char *name;

	if (has_trigger(keeping, event, relid, model, relationship))
		return false;
	name = orm_shared_trigger_name(keeping, event, relid, model->name, relationship);
	identity = orm_owner_begin(orm_registry_table_owner(relid));
	orm_execute_statement(
		orm_shared_trigger_statement(keeping, event, name, relid, model->name, relationship, columns));
	orm_owner_end(identity);
	orm_report_add(changes, model->name, "created", "trigger", shown(name, relid));
	return true;
}

bool
orm_sharing_is_left_over(const OrmSharedTrigger *trigger)
{
	return orm_registry_find(trigger->model) == NULL;
}
