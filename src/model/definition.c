/*
 * definition.c - constraints and indexes given as SQL.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"

#include "base/names.h"
#include "base/sql.h"
#include "model/definition.h"

/* The kinds of constraints by the parser's. */
static const struct
{
	ConstrType type;
	OrmConstraintKind kind;
} constraint_types[] = {
	{CONSTR_PRIMARY, ORM_CONSTRAINT_PRIMARY_KEY}, {CONSTR_UNIQUE, ORM_CONSTRAINT_UNIQUE},
	{CONSTR_CHECK, ORM_CONSTRAINT_CHECK},		  {CONSTR_EXCLUSION, ORM_CONSTRAINT_EXCLUDE},
	{CONSTR_FOREIGN, ORM_CONSTRAINT_FOREIGN_KEY}, {CONSTR_NOTNULL, ORM_CONSTRAINT_CHECK},
};

/* The text as the only constraint of ALTER TABLE ADD, or NULL. */
static Constraint *
parse_constraint(const char *definition)
{
	AlterTableStmt *alter = (AlterTableStmt *) orm_sql_parse_spliced("ALTER TABLE t ADD CONSTRAINT c ", definition,
																	 "\n", NULL);
	AlterTableCmd *command;

	if (alter == NULL || !IsA(alter, AlterTableStmt) || list_length(alter->cmds) != 1)
		return NULL;
	command = linitial_node(AlterTableCmd, alter->cmds);
	return command->subtype == AT_AddConstraint ? castNode(Constraint, command->def) : NULL;
}

/* Names in a raw parse tree as a List of char *. */
static List *
name_list(const List *names)
{
	List *list = NIL;
	ListCell *cell;

	foreach(cell, names)
		list = lappend(list, strVal(lfirst(cell)));
	return list;
}

void
orm_definition_read_constraint(OrmDeclaredConstraint *constraint)
{
	Constraint *parsed = parse_constraint(constraint->definition);

	if (parsed == NULL)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("definition must be one constraint and nothing else: \"%s\"", constraint->definition));
	if (parsed->indexname != NULL)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("definition of constraint \"%s\" cannot use an existing index", constraint->name));
	for (int i = 0; i < (int) lengthof(constraint_types); i++)
		if (constraint_types[i].type == parsed->contype)
			constraint->kind = constraint_types[i].kind;
	Assert(constraint->kind != ORM_CONSTRAINT_VERBATIM);
	constraint->columns = name_list(parsed->contype == CONSTR_FOREIGN ? parsed->fk_attrs : parsed->keys);
	if (parsed->contype != CONSTR_FOREIGN)
		return;
	constraint->target = orm_name_compose(parsed->pktable->schemaname, parsed->pktable->relname);
	constraint->target_columns = name_list(parsed->pk_attrs);
}

/* The text as one CREATE INDEX. */
static IndexStmt *
parse_index(const char *definition)
{
	IndexStmt *index = (IndexStmt *) orm_sql_parse_spliced("", definition, "\n", NULL);

	if (index == NULL || !IsA(index, IndexStmt) || index->concurrent || index->if_not_exists)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("definition must be one CREATE INDEX and nothing else: \"%s\"", definition),
				errdetail("CONCURRENTLY and IF NOT EXISTS are not allowed."));
	return index;
}

/* Raises 42P16 for an index of another table. */
static void
check_table(const OrmDeclaration *declaration, const RangeVar *table)
{
	bool other_schema = table->schemaname != NULL && declaration->schema != NULL &&
		strcmp(table->schemaname, declaration->schema) != 0;

	if (table->catalogname != NULL || other_schema || strcmp(table->relname, declaration->relation) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("definition of an index of model \"%s\" is for table \"%s\"", declaration->model,
					   orm_name_compose(table->schemaname, table->relname)),
				errhint("Define the index on table \"%s\".", declaration->relation));
}

void
orm_definition_read_index(const OrmDeclaration *declaration, OrmDeclaredConstraint *index)
{
	IndexStmt *parsed = parse_index(index->definition);
	ListCell *cell;

	check_table(declaration, parsed->relation);
	index->name = parsed->idxname;
	index->is_unique = parsed->unique ? ORM_YES : ORM_NOT_GIVEN;
	index->is_partial = parsed->whereClause != NULL;
	index->method = parsed->accessMethod;
	foreach(cell, parsed->indexParams)
	{
		IndexElem *element = lfirst_node(IndexElem, cell);

		if (element->name == NULL)
			break;
		index->leading = lappend(index->leading, element->name);
	}
}

char *
orm_definition_index_statement(const OrmDeclaration *declaration, const char *definition)
{
	RangeVar *table = parse_index(definition)->relation;
	StringInfoData sql;

	check_table(declaration, table);
	initStringInfo(&sql);
	appendBinaryStringInfo(&sql, definition, table->location);
	if (table->schemaname == NULL)
	{
		orm_sql_name(&sql, declaration->schema);
		appendStringInfoChar(&sql, '.');
	}
	appendStringInfoString(&sql, definition + table->location);
	return sql.data;
}

char *
orm_definition_without_schema(const char *statement)
{
	RangeVar *table = parse_index(statement)->relation;
	StringInfoData schema;

	initStringInfo(&schema);
	orm_sql_name(&schema, table->schemaname);
	return psprintf("%.*s%s", table->location, statement, statement + table->location + schema.len + 1);
}
