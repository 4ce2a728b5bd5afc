/*
 * written_statements.c - see written_statements.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "utils/rel.h"

#include "base/settings.h"
#include "define/written_statements.h"
#include "model/reflect.h"
#include "model/table_statement.h"

/* The statement in a list that makes or sets what another one does; NULL: there is none. */
static const OrmDeclaredStatement *
find_label(const OrmDeclaration *declaration, const List *statements, const OrmTableStatement *statement)
{
	ListCell *cell;

	foreach(cell, statements)
	{
		const OrmDeclaredStatement *other = lfirst(cell);

		if (strcmp(orm_table_statement_read(declaration, other->definition)->label, statement->label) == 0)
			return other;
	}
	return NULL;
}

void
orm_written_statements_settle(OrmDeclaration *declaration, Oid relid)
{
	Relation relation;
	List *actual;
	ListCell *cell;
	int level;

	if (declaration->statements == NIL || !OidIsValid(relid))
		return;
	level = orm_settings_pin(declaration->schema);
	relation = relation_open(relid, AccessShareLock);
	actual = orm_reflect_statements(relation, NULL, InvalidOid);
	relation_close(relation, NoLock);
	foreach(cell, declaration->statements)
	{
		OrmDeclaredStatement *declared = lfirst(cell);
		const OrmTableStatement *statement = orm_table_statement_read(declaration, declared->definition);
		const OrmDeclaredStatement *found = statement->stage != ORM_STATEMENT_PRIVILEGE
			? find_label(declaration, actual, statement)
			: NULL;

		if (found != NULL)
			declared->definition = found->definition;
	}
	orm_settings_leave(level);
}

void
orm_written_statements_complete(OrmDeclaration *declaration, const OrmDeclaration *full)
{
	List *declared = list_copy(declaration->statements);
	ListCell *cell;

	if (declaration->tables == NIL)
		declaration->tables = full->tables;
	foreach(cell, full->statements)
	{
		OrmDeclaredStatement *statement = lfirst(cell);

		if (find_label(declaration, declared, orm_table_statement_read(full, statement->definition)) == NULL)
			declaration->statements = lappend(declaration->statements, statement);
	}
}
