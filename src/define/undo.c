/*
 * undo.c - see undo.h.
 */
#include "postgres.h"

#include "parser/parse_coerce.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "base/document.h"
#include "base/names.h"
#include "base/sql.h"
#include "define/declare.h"
#include "define/drop.h"
#include "define/migrate_check.h"
#include "define/migrate_lock.h"
#include "define/owner.h"
#include "define/planning.h"
#include "define/register.h"
#include "define/set_aside.h"
#include "define/undo.h"
#include "exec/execute.h"
#include "model/canonical.h"
#include "model/data_step.h"
#include "model/enum.h"
#include "model/follow.h"
#include "model/once.h"
#include "model/renaming.h"
#include "registry/history.h"

/* The work of an undo. */
typedef struct Undo
{
	const OrmMigrateOptions *options;
	OrmApplied *applied;
	OrmHistory *row;
	List *kept;	   /* of char *: models that had a table before */
	List *made;	   /* of char *: models that had none */
	List *drops;   /* of OrmStep *: tables that the migration has made, */
	List *returns; /* and columns that were kept */
} Undo;

/* Finds the migration; raises 42704 and 55000. */
static OrmHistory *
find_migration(int64 id)
{
	OrmHistory *row = orm_history_find(id);

	if (row == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("migration " INT64_FORMAT " does not exist", id),
				errhint("Table orm.migration lists them."));
	if (strcmp(row->state, ORM_HISTORY_UNDONE) == 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("migration " INT64_FORMAT " is undone already", id));
	if (strcmp(row->state, ORM_HISTORY_PLANNED) == 0 || strcmp(row->state, ORM_HISTORY_REPLACED) == 0)
		ereport(
			ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			errmsg("migration " INT64_FORMAT " is not applied", id),
			errdetail("It is an online one, and its state is \"%s\".", row->state),
			errhint(
				"CALL orm.run_migration completes one that is planned; to give it up declare the models as they were "
				"and migrate."));
	if (strcmp(row->action, "migrate") != 0 && strcmp(row->action, "undo") != 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("migration " INT64_FORMAT " cannot be undone", id),
				errdetail("Its action is \"%s\": it has changed declarations and no table.", row->action),
				errhint("Declare the models as they are to be."));
	return row;
}

/* The latest migration of a model behind this one, among all; 0: there is none. */
static int64
later_migration(const List *all, const OrmHistory *row, const char *model)
{
	ListCell *cell;

	foreach(cell, all)
	{
		const OrmHistory *other = lfirst(cell);

		if (other->id > row->id && strcmp(other->state, ORM_HISTORY_DONE) == 0 &&
			orm_name_is_among(other->models, model))
			return other->id;
	}
	return 0;
}

/* Is a model declared as a migration has left it? */
static bool
is_as_left(const OrmHistory *history, const char *model, const OrmRegistered *row)
{
	OrmDeclaration *after = orm_applied_declaration(history->after, model);

	if (after == NULL || row == NULL)
		return after == NULL && row == NULL;
	return strcmp(orm_canonical_text(after), orm_canonical_text(orm_register_declaration(row))) == 0;
}

/* Raises 55000 with the models that have changed since. */
static void
check_models(const OrmHistory *history)
{
	StringInfoData changed;
	List *all = NIL; /* read for the first model that has changed */
	ListCell *cell;

	initStringInfo(&changed);
	foreach(cell, history->models)
	{
		const char *model = lfirst(cell);
		OrmRegistered *row = orm_registry_find(model);
		int64 later;

		if (row != NULL)
			orm_owner_check(row);
		if (is_as_left(history, model, row))
			continue;
		if (all == NIL)
			all = orm_history_all();
		later = later_migration(all, history, model);
		appendStringInfo(&changed, "%smodel \"%s\"", changed.len ? "\n" : "", model);
		if (later > 0)
			appendStringInfo(&changed, ": migration " INT64_FORMAT, later);
	}
	if (changed.len > 0)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("models have changed since migration " INT64_FORMAT, history->id),
				errdetail_internal("%s", changed.data),
				errhint("Undo the later migrations first, the latest first, or declare the models as they were."));
}

/* The member of a step in orm.migration, as a text; NULL: null. */
static char *
step_member(OrmJson step, const char *key)
{
	OrmJson value;

	if (!orm_json_member(step, key, &value) || orm_json_kind(value) != ORM_JSON_STRING)
		return NULL;
	return orm_json_string(value);
}

/* Has an earlier step added the column that a step fills? */
static bool
is_of_new_column(OrmJson steps, const char *object)
{
	OrmJsonWalk walk = orm_json_walk(steps);

	while (orm_json_next(&walk))
	{
		char *action = step_member(walk.value, "action");
		char *other = step_member(walk.value, "object");

		if (action != NULL && other != NULL && strcmp(action, "add") == 0 && strcmp(other, object) == 0)
			return true;
	}
	return false;
}

/* Raises 55000 with the steps that nothing takes back: values were written. */
static void
check_fills(const Undo *undo)
{
	OrmJson steps = orm_document_root(orm_document_parse(undo->row->steps, strlen(undo->row->steps)));
	OrmJsonWalk walk = orm_json_walk(steps);
	StringInfoData list;

	initStringInfo(&list);
	while (orm_json_next(&walk))
	{
		char *action = step_member(walk.value, "action");
		char *object = step_member(walk.value, "object");
		char *sql = step_member(walk.value, "sql");

		if (action != NULL && object != NULL && sql != NULL &&
			((strcmp(action, "fill") == 0 && !is_of_new_column(steps, object)) ||
			 strcmp(action, ORM_DATA_STEP_ACTION) == 0))
			appendStringInfo(&list, "%s%s", list.len ? "\n" : "", sql);
	}
	if (list.len > 0 && !undo->options->destroy_all)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("migration " INT64_FORMAT " has steps without a reverse", undo->row->id),
				errdetail_internal("%s", list.data),
				errhint("The option {\"allow_destructive\": true} undoes the others, and leaves these values."));
}

/* The step that drops a table. */
static void
add_drop(Undo *undo, const char *model, const char *about, Oid relid)
{
	StringInfoData name;
	OrmStep *step;

	initStringInfo(&name);
	orm_sql_relation(&name, relid);
	step = orm_step_add(&undo->drops, ORM_PHASE_DROP, model, "drop", psprintf("table %s", name.data),
						psprintf("DROP TABLE %s", name.data), NULL);
	step->about = about;
	step->lock = "ACCESS EXCLUSIVE";
	step->relid = relid;
	step->owner = orm_registry_table_owner(relid);
	step->lost = psprintf("SELECT pg_catalog.count(*) FROM %s", name.data);
	step->lost_name = pstrdup(model != NULL ? model : get_rel_name(relid));
}

/* Is a join table named by the declaration that one of the models had before? */
static bool
was_joined(const Undo *undo, const char *through)
{
	ListCell *cell;
	ListCell *inner;

	foreach(cell, undo->row->models)
	{
		const OrmDeclaration *before = orm_applied_declaration(undo->row->before, lfirst(cell));

		foreach(inner, before != NULL ? before->relationships : NIL)
			if (orm_name_is_same(((const OrmDeclaredRelationship *) lfirst(inner))->through, through))
				return true;
	}
	return false;
}

/* Is the table dropped already? */
static bool
is_dropped(const Undo *undo, Oid relid)
{
	ListCell *cell;

	foreach(cell, undo->drops)
		if (((const OrmStep *) lfirst(cell))->relid == relid)
			return true;
	return false;
}

/* The join tables that a migration has made for a model. */
static void
add_join_tables(Undo *undo, const OrmRegistered *row)
{
	const OrmDeclaration *declaration = orm_register_declaration(row);
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);
		Oid relid;

		if (relationship->made != ORM_YES || was_joined(undo, relationship->through))
			continue;
		relid = orm_planning_join(declaration, relationship);
		if (OidIsValid(relid) && orm_registry_table_owner(relid) == orm_registry_owner(row) && !is_dropped(undo, relid))
			add_drop(undo, NULL, row->name, relid);
	}
}

/* The model that a model of the migration was before; NULL: it was not renamed. */
static char *
former_name(const Undo *undo, const char *model)
{
	const OrmDeclaration *declared = orm_applied_declaration(undo->row->declared, model);
	const OrmDeclaredRename *rename = declared != NULL ? orm_renaming_model(declared) : NULL;

	if (rename == NULL || orm_applied_declaration(undo->row->before, model) != NULL ||
		orm_applied_declaration(undo->row->before, rename->name) == NULL)
		return NULL;
	return rename->name;
}

/* The model that a model of the migration has become; NULL: it was not renamed. */
static char *
present_name(const Undo *undo, const char *model)
{
	ListCell *cell;

	foreach(cell, undo->row->models)
		if (orm_name_is_same(former_name(undo, lfirst(cell)), model))
			return lfirst(cell);
	return NULL;
}

/* Which models stay, and what is dropped. */
static void
plan(Undo *undo)
{
	ListCell *cell;

	foreach(cell, undo->row->models)
	{
		OrmRegistered *row = orm_registry_find(lfirst(cell));

		if (row != NULL && row->mapped)
			add_join_tables(undo, row);
	}
	foreach(cell, undo->row->models)
	{
		OrmRegistered *row = orm_registry_find(lfirst(cell));

		if (orm_applied_declaration(undo->row->before, lfirst(cell)) != NULL)
			undo->kept = lappend(undo->kept, lfirst(cell));
		else if (row != NULL && former_name(undo, lfirst(cell)) == NULL)
			undo->made = lappend(undo->made, lfirst(cell));
		if (row != NULL && row->mapped && list_member_ptr(undo->made, lfirst(cell)))
			add_drop(undo, row->name, row->name, row->relid);
	}
	orm_difference_count(undo->drops);
	orm_migrate_check_steps(undo->drops, undo->options);
}

/* The renames of the migration, turned round. */
static void
turn_renames(OrmDeclaration *before, const OrmDeclaration *declared, Oid relid)
{
	ListCell *cell;

	foreach(cell, declared != NULL ? declared->columns : NIL)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		OrmDeclaredColumn *old = NULL;

		if (column->renamed_from != NULL)
			old = orm_declaration_column(before, column->renamed_from);
		if (old != NULL && get_attnum(relid, column->name) > 0 && get_attnum(relid, old->name) <= 0)
			old->renamed_from = column->name;
	}
}

/* The constraint or index of that name, or NULL. */
static OrmDeclaredConstraint *
constraint_named(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->constraints)
		if (orm_name_is_same(((OrmDeclaredConstraint *) lfirst(cell))->name, name))
			return lfirst(cell);
	return NULL;
}

/* The same of constraints and indexes. */
static void
turn_constraints(OrmDeclaration *before, const OrmDeclaration *declared)
{
	ListCell *cell;

	foreach(cell, declared != NULL ? declared->constraints : NIL)
	{
		const OrmDeclaredConstraint *constraint = lfirst(cell);
		OrmDeclaredConstraint *old = NULL;

		if (constraint->renamed_from != NULL && constraint->name != NULL)
			old = constraint_named(before, constraint->renamed_from);
		if (old != NULL && constraint_named(before, constraint->name) == NULL)
			old->renamed_from = constraint->name;
	}
}

/* The enum of that name, or NULL. */
static OrmDeclaredEnum *
enum_named(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->enums)
		if (strcmp(((OrmDeclaredEnum *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	return NULL;
}

/* The same of the labels of an enum. */
static void
turn_labels(OrmDeclaredEnum *before, const OrmDeclaredEnum *declared)
{
	OrmJsonWalk walk = orm_json_walk(orm_document_root(declared->renamed_labels));
	StringInfoData turned;

	initStringInfo(&turned);
	while (orm_json_next(&walk))
	{
		char *from = orm_json_string(walk.key);
		char *to = orm_json_string(walk.value);

		if (!orm_name_is_among(before->labels, from) || orm_name_is_among(before->labels, to))
			continue;
		appendStringInfoString(&turned, turned.len ? ", " : "{");
		escape_json(&turned, to);
		appendStringInfoString(&turned, ": ");
		escape_json(&turned, from);
	}
	if (turned.len == 0)
		return;
	appendStringInfoChar(&turned, '}');
	before->renamed_labels = orm_document_parse(turned.data, turned.len);
}

/* The same of the labels of all enums. */
static void
turn_enums(OrmDeclaration *before, const OrmDeclaration *declared)
{
	ListCell *cell;

	foreach(cell, declared != NULL ? declared->enums : NIL)
	{
		const OrmDeclaredEnum *enumeration = lfirst(cell);
		OrmDeclaredEnum *old = enum_named(before, enumeration->name);

		if (enumeration->renamed_labels != NULL && old != NULL)
			turn_labels(old, enumeration);
	}
}

/* Appends the step that renames a column back that is kept, if there is one of that name. */
static void
add_kept(Undo *undo, const OrmRegistered *row, const char *column)
{
	char *kept = get_attnum(row->relid, column) <= 0 ? orm_set_aside_find(row->relid, column) : NULL;
	StringInfoData table;
	OrmStep *step;

	if (kept == NULL)
		return;
	initStringInfo(&table);
	orm_sql_relation(&table, row->relid);
	step = orm_step_add(
		&undo->returns, ORM_PHASE_RENAME, row->name, "rename",
		psprintf("column %s.%s", table.data, orm_sql_quoted(kept)),
		psprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", table.data, orm_sql_quoted(kept), orm_sql_quoted(column)),
		NULL);
	step->about = row->name;
	step->lock = "ACCESS EXCLUSIVE";
	step->relid = row->relid;
	step->owner = orm_registry_table_owner(row->relid);
}

/* Columns that are kept come back with their values, also those of a belongs_to. */
static void
return_kept(Undo *undo)
{
	OrmDifference difference = {NIL, NIL, NIL};
	ListCell *cell;
	ListCell *inner;
	ListCell *name;

	foreach(cell, undo->kept)
	{
		const char *present = present_name(undo, lfirst(cell));
		const OrmRegistered *row = orm_registry_find(present != NULL ? present : lfirst(cell));
		const OrmDeclaration *before = orm_applied_declaration(undo->row->before, lfirst(cell));

		if (row == NULL || !row->mapped)
			continue;
		foreach(inner, before->columns)
			add_kept(undo, row, ((const OrmDeclaredColumn *) lfirst(inner))->name);
		foreach(inner, before->relationships)
			if (((const OrmDeclaredRelationship *) lfirst(inner))->kind == ORM_BELONGS_TO)
				foreach(name, ((const OrmDeclaredRelationship *) lfirst(inner))->foreign_key)
					add_kept(undo, row, lfirst(name));
	}
	difference.steps = undo->returns;
	if (undo->returns != NIL)
		orm_migrate_lock_all(&difference, undo->options);
	foreach(cell, undo->returns)
	{
		const OrmStep *step = lfirst(cell);
		OrmIdentity identity = orm_owner_begin(step->owner);

		orm_execute_statement(step->sql);
		orm_owner_end(identity);
	}
}

/* How values become the type of a column again, where no cast does it: by their texts. */
static void
turn_conversions(OrmDeclaration *before, Oid relid)
{
	ListCell *cell;

	foreach(cell, before->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);
		AttrNumber number = get_attnum(relid, column->renamed_from != NULL ? column->renamed_from : column->name);
		Oid function;

		orm_enum_resolve(before, column);
		if (number <= 0 || !OidIsValid(column->type_oid) || column->generated != NULL ||
			find_coercion_pathway(column->type_oid, get_atttype(relid, number), COERCION_ASSIGNMENT, &function) !=
				COERCION_PATH_NONE)
			continue;
		column->using_expr = psprintf("%s::pg_catalog.text::%s", orm_sql_quoted(column->name), column->type);
	}
}

/* The rename of the table of the migration, turned round. */
static void
turn_table_rename(OrmDeclaration *before, Oid relid)
{
	if (strcmp(get_rel_name(relid), before->relation) != 0 &&
		strcmp(get_namespace_name(get_rel_namespace(relid)), before->schema) == 0)
		orm_renaming_set_table(before, get_rel_name(relid));
}

/* Declares a model as it was. */
static void
restore(const Undo *undo, const char *model)
{
	char *present = present_name(undo, model);
	OrmRegistered *row = orm_registry_find(present != NULL ? present : model);
	OrmDeclaration *before = orm_applied_prepare(orm_applied_declaration(undo->row->before, model));

	if (present != NULL)
		orm_renaming_set_model(before, present);
	if (row != NULL && row->mapped)
	{
		const OrmDeclaration *declared = orm_applied_declaration(undo->row->declared, row->name);

		turn_renames(before, declared, row->relid);
		turn_constraints(before, declared);
		turn_enums(before, declared);
		turn_conversions(before, row->relid);
		turn_table_rename(before, row->relid);
	}
	orm_applied_declare(before);
}

/* Drops what the migration has made. */
static void
drop_made(const Undo *undo)
{
	ListCell *cell;

	(void) orm_drop_named(undo->made);
	foreach(cell, undo->drops)
	{
		const OrmStep *step = lfirst(cell);
		OrmIdentity identity;

		if (get_rel_relkind(step->relid) == '\0')
			continue; /* with the table of its model */
		identity = orm_owner_begin(step->owner);
		orm_execute_statement(step->sql);
		orm_owner_end(identity);
	}
	foreach(cell, undo->made)
	{
		List *changes = NIL;

		orm_declare_unmap(lfirst(cell), &changes);
	}
}

List *
orm_undo_run(const OrmMigrateOptions *options, OrmApplied *applied)
{
	OrmMigrateOptions inner = *options;
	Undo undo = {.options = &inner, .applied = applied};
	List *steps = NIL;
	ListCell *cell;

	undo.row = find_migration(options->undo);
	orm_migrate_lock_models(undo.row->models, options);
	undo.row = find_migration(options->undo);
	check_models(undo.row);
	check_fills(&undo);
	inner.not_renamed = true;
	inner.models = NIL;
	plan(&undo);
	applied->action = "undo";
	applied->undoes = options->undo;
	applied->note = "values of columns and tables that were dropped do not come back";
	foreach(cell, undo.row->models)
		orm_applied_note_model(applied, lfirst(cell), true);
	return_kept(&undo);
	foreach(cell, undo.kept)
	{
		restore(&undo, lfirst(cell));
		orm_applied_note_declared(applied, lfirst(cell));
	}
	inner.models = undo.kept;
	if (undo.kept != NIL)
		steps = orm_migrate_apply(&inner, applied);
	drop_made(&undo);
	orm_history_set_state(undo.row->id, ORM_HISTORY_UNDONE);
	if (undo.row->undoes != 0)
		orm_history_set_state(undo.row->undoes, ORM_HISTORY_DONE);
	return list_concat(list_concat(undo.returns, steps), undo.drops);
}
