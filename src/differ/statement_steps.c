/*
 * statement_steps.c - see statement_steps.h.
 *
 * A statement is compared with the statements that orm_reflect_statements makes of the catalogs: with the
 * one of its label, as parse trees.  Whether privileges are held is looked up instead.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "differ/statement_steps.h"
#include "model/reflect.h"
#include "model/reflect_privilege.h"
#include "model/statement_subject.h"
#include "model/table_statement.h"

/* The statements that make of the table what it is (List of OrmTableStatement *). */
static List *
actual_statements(const OrmDiffer *differ)
{
	OrmDeclaration actual = {.model = differ->table->declaration->model,
							 .schema = differ->table->schema,
							 .relation = differ->table->relation};

	actual.statements = orm_reflect_statements(differ->relation, differ->table->declaration, InvalidOid);
	return orm_table_statement_all(&actual);
}

/* The statement of this label, or NULL. */
static const OrmTableStatement *
find_label(const List *statements, const OrmTableStatement *statement)
{
	ListCell *cell;

	foreach(cell, statements)
		if (strcmp(((const OrmTableStatement *) lfirst(cell))->label, statement->label) == 0)
			return lfirst(cell);
	return NULL;
}

/* The grants among declared statements that are about the subject of this one (List of GrantStmt *). */
static List *
grants_like(const List *declared, const OrmTableStatement *statement)
{
	List *grants = NIL;
	ListCell *cell;

	foreach(cell, declared)
	{
		const OrmTableStatement *other = lfirst(cell);

		if (other->stage == ORM_STATEMENT_PRIVILEGE && castNode(GrantStmt, other->tree)->is_grant &&
			strcmp(other->name, statement->name) == 0)
			grants = lappend(grants, other->tree);
	}
	return grants;
}

/* Are the privileges as a statement says? */
static bool
is_granted(const OrmDiffer *differ, const List *declared, const OrmTableStatement *statement)
{
	Oid relid = statement->subject == ORM_STATEMENT_TABLE
		? RelationGetRelid(differ->relation)
		: get_relname_relid(statement->name, RelationGetNamespace(differ->relation));

	return OidIsValid(relid) &&
		orm_reflect_privilege_holds(castNode(GrantStmt, statement->tree), grants_like(declared, statement), relid);
}

/* Appends the steps for a statement that does not hold; "actual": what is there instead, or NULL. */
static void
add_steps(const OrmDiffer *differ, const OrmTableStatement *statement, const OrmTableStatement *actual)
{
	bool is_object = statement->stage == ORM_STATEMENT_OBJECT;
	bool is_privilege = statement->stage == ORM_STATEMENT_PRIVILEGE;
	char *object = is_privilege ? psprintf("privileges on %s", differ->name)
								: psprintf("%s of %s", statement->label, differ->name);
	char *reverse = actual != NULL && !is_object ? actual->sql : statement->undo;

	orm_statement_subject_check(statement, RelationGetRelid(differ->relation));
	if (actual != NULL && is_object)
		orm_differ_step(differ, ORM_PHASE_UNKEY, "drop", object, actual->undo, actual->sql, ORM_LOCK_FULL);
	orm_differ_step(differ, ORM_PHASE_STATEMENT,
					actual == NULL	? "add"
						: is_object ? "create"
									: "alter",
					object, statement->sql, reverse, is_privilege ? ORM_LOCK_LIGHT : ORM_LOCK_FULL);
}

/* Rows of what no statement says. */
static void
list_unmanaged(const OrmDiffer *differ, const List *declared, const List *actual)
{
	ListCell *cell;

	foreach(cell, differ->strict ? actual : NIL)
	{
		const OrmTableStatement *statement = lfirst(cell);

		if (statement->stage == ORM_STATEMENT_OBJECT && find_label(declared, statement) == NULL)
			orm_differ_unmanaged(differ, psprintf("%s of %s", statement->label, differ->name));
	}
}

void
orm_statement_steps_compare(OrmDiffer *differ)
{
	List *declared;
	List *actual;
	ListCell *cell;

	if (differ->model == NULL || (differ->table->declaration->statements == NIL && !differ->strict))
		return;
	declared = orm_table_statement_all(differ->table->declaration);
	actual = actual_statements(differ);
	foreach(cell, declared)
	{
		const OrmTableStatement *statement = lfirst(cell);
		bool is_privilege = statement->stage == ORM_STATEMENT_PRIVILEGE;
		const OrmTableStatement *found = is_privilege ? NULL : find_label(actual, statement);

		if (is_privilege ? is_granted(differ, declared, statement)
						 : found != NULL && orm_table_statement_is_same(statement, found))
			continue;
		add_steps(differ, statement, found);
	}
	list_unmanaged(differ, declared, actual);
}
