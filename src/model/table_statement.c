/*
 * table_statement.c - see table_statement.h.
 *
 * A reader for each node of the parser says whether the statement is allowed, what its subject and
 * its label are, and how it is undone.  A name with a place in the text gets its schema there; COMMENT
 * and SECURITY LABEL, whose names have none, are printed anew.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"

#include "base/names.h"
#include "base/sql.h"
#include "model/table_statement.h"

/* A statement that is being read. */
typedef struct StatementReading
{
	const OrmDeclaration *declaration; /* NULL: of any table */
	const char *definition;
	OrmTableStatement *statement;
	RangeVar *subject; /* in the tree; NULL: printed anew, or statistics */
} StatementReading;

/* Makes the name of the subject, which is about "kind", known and complete; false: it is in another database. */
static bool
take_subject(StatementReading *r, OrmStatementSubject kind, RangeVar *name)
{
	const char *schema = r->declaration != NULL ? r->declaration->schema : NULL;

	if (name == NULL || name->catalogname != NULL)
		return false;
	r->statement->subject = kind;
	if (r->declaration != NULL &&
		((kind == ORM_STATEMENT_TABLE && strcmp(name->relname, r->declaration->relation) != 0) ||
		 (name->schemaname != NULL && schema != NULL && strcmp(name->schemaname, schema) != 0)))
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("statement of model \"%s\" is about \"%s\"", r->declaration->model,
					   orm_name_compose(name->schemaname, name->relname)),
				errhint("Say it of table \"%s\".", r->declaration->relation));
	r->statement->schema = name->schemaname != NULL ? name->schemaname : unconstify(char *, schema);
	r->statement->name = name->relname;
	return true;
}

/* The same of a name with a place in the text, which is qualified in the tree. */
static bool
take_relation(StatementReading *r, OrmStatementSubject kind, RangeVar *name)
{
	if (!take_subject(r, kind, name))
		return false;
	r->subject = copyObject(name);
	name->schemaname = r->statement->schema;
	name->inh = true;
	return true;
}

/* A relation from the first n names of a list (of String); NULL: they are too many. */
static RangeVar *
relation_of_names(const List *names, int n)
{
	if (n == 1)
		return makeRangeVar(NULL, strVal(linitial(names)), -1);
	return n == 2 ? makeRangeVar(strVal(linitial(names)), strVal(lsecond(names)), -1) : NULL;
}

/* The qualified name of the subject in SQL. */
static char *
subject_name(const StatementReading *r)
{
	StringInfoData sql;

	initStringInfo(&sql);
	if (r->statement->schema != NULL)
		orm_sql_qualified(&sql, r->statement->schema, r->statement->name);
	else
		orm_sql_name(&sql, r->statement->name);
	return sql.data;
}

/* Sets label and stage, and says that it is allowed. */
static bool
accept(StatementReading *r, OrmStatementStage stage, char *label, char *undo)
{
	r->statement->stage = stage;
	r->statement->label = label;
	r->statement->undo = undo;
	return true;
}

/* CREATE TRIGGER: its function is qualified, as the server prints it. */
static bool
read_trigger(StatementReading *r)
{
	CreateTrigStmt *tree = castNode(CreateTrigStmt, r->statement->tree);
	Oid function = LookupFuncName(tree->funcname, 0, NULL, true);

	if (!take_relation(r, ORM_STATEMENT_TABLE, tree->relation))
		return false;
	tree->replace = false;
	if (OidIsValid(function))
		tree->funcname = list_make2(makeString(get_namespace_name(get_func_namespace(function))),
									makeString(get_func_name(function)));
	return accept(r, ORM_STATEMENT_OBJECT, psprintf("trigger %s", tree->trigname),
				  psprintf("DROP TRIGGER %s ON %s", orm_sql_quoted(tree->trigname), subject_name(r)));
}

/* CREATE RULE, but one that makes a view of the table. */
static bool
read_rule(StatementReading *r)
{
	RuleStmt *tree = castNode(RuleStmt, r->statement->tree);

	if (tree->event == CMD_SELECT || !take_relation(r, ORM_STATEMENT_TABLE, tree->relation))
		return false;
	tree->replace = false;
	return accept(r, ORM_STATEMENT_OBJECT, psprintf("rule %s", tree->rulename),
				  psprintf("DROP RULE %s ON %s", orm_sql_quoted(tree->rulename), subject_name(r)));
}

/* CREATE POLICY */
static bool
read_policy(StatementReading *r)
{
	CreatePolicyStmt *tree = castNode(CreatePolicyStmt, r->statement->tree);

	return take_relation(r, ORM_STATEMENT_TABLE, tree->table) &&
		accept(r, ORM_STATEMENT_OBJECT, psprintf("policy %s", tree->policy_name),
			   psprintf("DROP POLICY %s ON %s", orm_sql_quoted(tree->policy_name), subject_name(r)));
}

/* The qualified name of statistics; NULL: it is not qualified. */
static char *
statistics_name(const List *names)
{
	StringInfoData sql;

	if (list_length(names) != 2)
		return NULL;
	initStringInfo(&sql);
	orm_sql_qualified(&sql, strVal(linitial(names)), strVal(lsecond(names)));
	return sql.data;
}

/* CREATE STATISTICS */
static bool
read_statistics(StatementReading *r)
{
	CreateStatsStmt *tree = castNode(CreateStatsStmt, r->statement->tree);
	char *name = statistics_name(tree->defnames);

	return name != NULL && !tree->if_not_exists && list_length(tree->relations) == 1 &&
		IsA(linitial(tree->relations), RangeVar) && take_relation(r, ORM_STATEMENT_TABLE, linitial(tree->relations)) &&
		accept(r, ORM_STATEMENT_OBJECT, psprintf("statistics %s", name), psprintf("DROP STATISTICS %s", name));
}

/* Takes statistics as the subject. */
static char *
take_statistics(StatementReading *r, List *names)
{
	char *name = statistics_name(names);

	if (name != NULL)
	{
		r->statement->subject = ORM_STATEMENT_STATISTICS;
		r->statement->schema = strVal(linitial(names));
		r->statement->name = strVal(lsecond(names));
	}
	return name;
}

/* ALTER STATISTICS ... SET STATISTICS */
static bool
read_statistics_target(StatementReading *r)
{
	AlterStatsStmt *tree = castNode(AlterStatsStmt, r->statement->tree);
	char *name = take_statistics(r, tree->defnames);

	return name != NULL && !tree->missing_ok &&
		accept(r, ORM_STATEMENT_STATE, psprintf("target of statistics %s", name), NULL);
}

/* Commands of ALTER TABLE, INDEX and SEQUENCE; %s is the name in the command. */
static const struct
{
	AlterTableType type;
	ObjectType object;
	OrmStatementStage stage;
	const char *label;
	const char *undo;
} commands[] = {
	{AT_AddOf, OBJECT_TABLE, ORM_STATEMENT_OPTION, "type of the table", "NOT OF"},
	{AT_ReplicaIdentity, OBJECT_TABLE, ORM_STATEMENT_OPTION, "replica identity", "REPLICA IDENTITY DEFAULT"},
	{AT_ClusterOn, OBJECT_TABLE, ORM_STATEMENT_OPTION, "clustering", "SET WITHOUT CLUSTER"},
	{AT_SetStatistics, OBJECT_TABLE, ORM_STATEMENT_OPTION, "statistics target of column %s",
	 "ALTER COLUMN %s SET STATISTICS -1"},
	{AT_SetOptions, OBJECT_TABLE, ORM_STATEMENT_OPTION, "options of column %s", NULL},
	{AT_SetStatistics, OBJECT_INDEX, ORM_STATEMENT_OPTION, "statistics target of index", NULL},
	{AT_SetUnLogged, OBJECT_SEQUENCE, ORM_STATEMENT_OPTION, "persistence of sequence", "SET LOGGED"},
	{AT_SetLogged, OBJECT_SEQUENCE, ORM_STATEMENT_OPTION, "persistence of sequence", "SET UNLOGGED"},
	{AT_EnableRowSecurity, OBJECT_TABLE, ORM_STATEMENT_OPTION, "row-level security", "DISABLE ROW LEVEL SECURITY"},
	{AT_ForceRowSecurity, OBJECT_TABLE, ORM_STATEMENT_OPTION, "forced row-level security",
	 "NO FORCE ROW LEVEL SECURITY"},
	{AT_EnableAlwaysTrig, OBJECT_TABLE, ORM_STATEMENT_STATE, "state of trigger %s", "ENABLE TRIGGER %s"},
	{AT_EnableReplicaTrig, OBJECT_TABLE, ORM_STATEMENT_STATE, "state of trigger %s", "ENABLE TRIGGER %s"},
	{AT_DisableTrig, OBJECT_TABLE, ORM_STATEMENT_STATE, "state of trigger %s", "ENABLE TRIGGER %s"},
	{AT_EnableAlwaysRule, OBJECT_TABLE, ORM_STATEMENT_STATE, "state of rule %s", "ENABLE RULE %s"},
	{AT_EnableReplicaRule, OBJECT_TABLE, ORM_STATEMENT_STATE, "state of rule %s", "ENABLE RULE %s"},
	{AT_DisableRule, OBJECT_TABLE, ORM_STATEMENT_STATE, "state of rule %s", "ENABLE RULE %s"},
	{AT_ChangeOwner, OBJECT_TABLE, ORM_STATEMENT_OWNER, "owner", NULL},
};

/* Does a command only set back to its default what the catalogs then do not have? */
static bool
is_default(const AlterTableCmd *command)
{
	if (command->subtype == AT_ReplicaIdentity)
		return castNode(ReplicaIdentityStmt, command->def)->identity_type == REPLICA_IDENTITY_DEFAULT;
	return command->subtype == AT_SetStatistics &&
		(command->def == NULL || !IsA(command->def, Integer) || intVal(command->def) < 0);
}

/* Puts the name of a command, quoted or not, into a pattern with at most one %s; "pattern" may be NULL. */
static char *
fill_in(const char *pattern, const char *name)
{
	const char *at = pattern != NULL ? strstr(pattern, "%s") : NULL;

	if (at == NULL)
		return pattern != NULL ? pstrdup(pattern) : NULL;
	return psprintf("%.*s%s%s", (int) (at - pattern), pattern, name, at + 2);
}

/* What the subjects of commands are called. */
static OrmStatementSubject
subject_of(ObjectType object)
{
	if (object == OBJECT_TABLE)
		return ORM_STATEMENT_TABLE;
	return object == OBJECT_INDEX ? ORM_STATEMENT_INDEX : ORM_STATEMENT_SEQUENCE;
}

/* ALTER TABLE, INDEX or SEQUENCE, with one command. */
static bool
read_alter(StatementReading *r)
{
	AlterTableStmt *tree = castNode(AlterTableStmt, r->statement->tree);
	AlterTableCmd *command = list_length(tree->cmds) == 1 ? linitial(tree->cmds) : NULL;
	int i = 0;
	char *label;
	char *undo;

	while (command != NULL && i < (int) lengthof(commands) &&
		   (commands[i].type != command->subtype || commands[i].object != tree->objtype))
		i++;
	if (command == NULL || i == (int) lengthof(commands) || tree->missing_ok || is_default(command) ||
		!take_relation(r, subject_of(tree->objtype), tree->relation))
		return false;
	label = fill_in(commands[i].label, command->name);
	undo = fill_in(commands[i].undo, command->name != NULL ? orm_sql_quoted(command->name) : NULL);
	if (tree->objtype == OBJECT_SEQUENCE)
		label = psprintf("%s %s", label, tree->relation->relname);
	if (tree->objtype == OBJECT_INDEX)
		label = psprintf("%s %s, column %d", label, tree->relation->relname, command->num);
	if (undo != NULL)
		undo = psprintf("ALTER %s %s %s", tree->objtype == OBJECT_TABLE ? "TABLE" : "SEQUENCE", subject_name(r), undo);
	return accept(r, commands[i].stage, label, undo);
}

/* Appends a literal, or NULL. */
static void
append_literal(StringInfo sql, const char *text)
{
	if (text != NULL)
		orm_sql_literal(sql, text);
	else
		appendStringInfoString(sql, "NULL");
}

/* Objects of a table that comments are about, by the words of the statement. */
static const struct
{
	ObjectType type;
	const char *words;
	const char *noun;
	bool of_table; /* COMMENT ON ... name ON table */
	OrmStatementSubject subject;
} commented[] = {
	{OBJECT_TRIGGER, "TRIGGER", "trigger", true, ORM_STATEMENT_TABLE},
	{OBJECT_RULE, "RULE", "rule", true, ORM_STATEMENT_TABLE},
	{OBJECT_POLICY, "POLICY", "policy", true, ORM_STATEMENT_TABLE},
	{OBJECT_SEQUENCE, "SEQUENCE", "sequence", false, ORM_STATEMENT_SEQUENCE},
	{OBJECT_STATISTIC_EXT, "STATISTICS", "statistics", false, ORM_STATEMENT_STATISTICS},
};

/* COMMENT ON */
static bool
read_comment(StatementReading *r)
{
	CommentStmt *tree = castNode(CommentStmt, r->statement->tree);
	List *names = IsA(tree->object, List) ? (List *) tree->object : NIL;
	int n = list_length(names);
	char *object;
	StringInfoData sql;
	int i = 0;

	while (i < (int) lengthof(commented) && commented[i].type != tree->objtype)
		i++;
	if (i == (int) lengthof(commented) || tree->comment == NULL || n == 0)
		return false;
	if (commented[i].subject == ORM_STATEMENT_STATISTICS
			? take_statistics(r, names) == NULL
			: !take_subject(r, commented[i].subject, relation_of_names(names, commented[i].of_table ? n - 1 : n)))
		return false;
	object = commented[i].of_table ? orm_sql_quoted(strVal(llast(names))) : subject_name(r);
	initStringInfo(&sql);
	appendStringInfo(&sql, "COMMENT ON %s %s", commented[i].words, object);
	if (commented[i].of_table)
		appendStringInfo(&sql, " ON %s", subject_name(r));
	appendStringInfoString(&sql, " IS ");
	append_literal(&sql, tree->comment);
	r->statement->sql = sql.data;
	object = strVal(llast(names));
	return accept(r, ORM_STATEMENT_STATE, psprintf("comment on %s %s", commented[i].noun, object), NULL);
}

/* SECURITY LABEL ON TABLE or COLUMN */
static bool
read_security_label(StatementReading *r)
{
	SecLabelStmt *tree = castNode(SecLabelStmt, r->statement->tree);
	List *names = IsA(tree->object, List) ? (List *) tree->object : NIL;
	bool column = tree->objtype == OBJECT_COLUMN;
	StringInfoData sql;
	char *object;

	if ((!column && tree->objtype != OBJECT_TABLE) || tree->provider == NULL || tree->label == NULL ||
		!take_subject(r, ORM_STATEMENT_TABLE, relation_of_names(names, list_length(names) - (column ? 1 : 0))))
		return false;
	object = column ? psprintf("COLUMN %s.%s", subject_name(r), orm_sql_quoted(strVal(llast(names))))
					: psprintf("TABLE %s", subject_name(r));
	initStringInfo(&sql);
	appendStringInfo(&sql, "SECURITY LABEL FOR %s ON %s IS ", orm_sql_quoted(tree->provider), object);
	append_literal(&sql, tree->label);
	r->statement->sql = sql.data;
	return accept(r, ORM_STATEMENT_STATE,
				  psprintf("security label of %s on %s", tree->provider, column ? strVal(llast(names)) : "the table"),
				  NULL);
}

/* GRANT and REVOKE, as the owner */
static bool
read_grant(StatementReading *r)
{
	GrantStmt *tree = castNode(GrantStmt, r->statement->tree);

	return tree->targtype == ACL_TARGET_OBJECT && tree->grantor == NULL && list_length(tree->objects) == 1 &&
		(tree->objtype == OBJECT_TABLE || tree->objtype == OBJECT_SEQUENCE) &&
		take_relation(r, tree->objtype == OBJECT_TABLE ? ORM_STATEMENT_TABLE : ORM_STATEMENT_SEQUENCE,
					  linitial(tree->objects)) &&
		accept(r, ORM_STATEMENT_PRIVILEGE, pstrdup(r->definition), NULL);
}

/* ALTER PUBLICATION ... ADD TABLE */
static bool
read_publication(StatementReading *r)
{
	AlterPublicationStmt *tree = castNode(AlterPublicationStmt, r->statement->tree);
	PublicationObjSpec *object = list_length(tree->pubobjects) == 1 ? linitial(tree->pubobjects) : NULL;

	return object != NULL && tree->action == AP_AddObjects && object->pubobjtype == PUBLICATIONOBJ_TABLE &&
		take_relation(r, ORM_STATEMENT_TABLE, object->pubtable->relation) &&
		accept(r, ORM_STATEMENT_OBJECT, psprintf("publication %s", tree->pubname),
			   psprintf("ALTER PUBLICATION %s DROP TABLE %s", orm_sql_quoted(tree->pubname), subject_name(r)));
}

/* The statements that are allowed. */
static const struct
{
	NodeTag tag;
	bool (*read)(StatementReading *r);
} readers[] = {
	{T_CreateTrigStmt, read_trigger},
	{T_RuleStmt, read_rule},
	{T_CreatePolicyStmt, read_policy},
	{T_CreateStatsStmt, read_statistics},
	{T_AlterStatsStmt, read_statistics_target},
	{T_AlterTableStmt, read_alter},
	{T_CommentStmt, read_comment},
	{T_SecLabelStmt, read_security_label},
	{T_GrantStmt, read_grant},
	{T_AlterPublicationStmt, read_publication},
};

/* Is the statement allowed?  Reads it. */
static bool
read_tree(StatementReading *r)
{
	for (int i = 0; r->statement->tree != NULL && i < (int) lengthof(readers); i++)
		if (nodeTag(r->statement->tree) == readers[i].tag)
			return readers[i].read(r);
	return false;
}

/* The text with the schema of its subject. */
static char *
qualified_text(const StatementReading *r)
{
	StringInfoData sql;

	if (r->subject == NULL || r->subject->schemaname != NULL || r->statement->schema == NULL)
		return pstrdup(r->definition);
	initStringInfo(&sql);
	appendBinaryStringInfo(&sql, r->definition, r->subject->location);
	orm_sql_name(&sql, r->statement->schema);
	appendStringInfo(&sql, ".%s", r->definition + r->subject->location);
	return sql.data;
}

/* Parses a definition; NULL: it is not a statement that is allowed. */
static OrmTableStatement *
parse_statement(StatementReading *r)
{
	r->statement = palloc0(sizeof(OrmTableStatement));
	r->statement->tree = orm_sql_parse_spliced("", r->definition, "\n", NULL);
	if (!read_tree(r))
		return NULL;
	if (r->statement->sql == NULL)
		r->statement->sql = qualified_text(r);
	return r->statement;
}

OrmTableStatement *
orm_table_statement_read(const OrmDeclaration *declaration, const char *definition)
{
	StatementReading r = {.declaration = declaration, .definition = definition};
	OrmTableStatement *statement = parse_statement(&r);

	if (statement == NULL)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("definition must be one statement about the table and nothing else: \"%s\"", definition),
				errhint("Allowed are CREATE TRIGGER, RULE, POLICY and STATISTICS with a qualified name, some of "
						"ALTER TABLE, COMMENT, SECURITY LABEL, GRANT, REVOKE, and ALTER PUBLICATION ... ADD TABLE."));
	return statement;
}

char *
orm_table_statement_label(const char *definition)
{
	StatementReading r = {.definition = definition};
	OrmTableStatement *statement = parse_statement(&r);

	return statement != NULL ? statement->label : pstrdup(definition);
}

/* Has a list of statements one of this label? */
static bool
has_label(const List *statements, const char *label)
{
	ListCell *cell;

	foreach(cell, statements)
		if (strcmp(((const OrmTableStatement *) lfirst(cell))->label, label) == 0)
			return true;
	return false;
}

/* Reads a statement, and checks it with those before it. */
static OrmTableStatement *
check_statement(const OrmDeclaration *declaration, const char *definition, const List *before)
{
	OrmTableStatement *statement = orm_table_statement_read(declaration, definition);
	StringInfoData name;

	if (has_label(before, statement->label))
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("%s is declared more than once", statement->label));
	if (statement->subject != ORM_STATEMENT_STATISTICS)
		return statement;
	initStringInfo(&name);
	orm_sql_qualified(&name, statement->schema, statement->name);
	if (!has_label(before, psprintf("statistics %s", name.data)))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("statistics %s are not declared before", name.data));
	return statement;
}

/* The same; errors have the place. */
static OrmTableStatement *
check_at_place(const OrmDeclaration *declaration, const OrmDeclaredStatement *declared, const List *before)
{
	MemoryContext caller = CurrentMemoryContext;
	OrmTableStatement *volatile statement = NULL;
	OrmElementPlace place;

	PG_TRY();
	{
		statement = check_statement(declaration, declared->definition, before);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_declaration_place(&place, declared->position, "statement", "definition"), caller);
	}
	PG_END_TRY();
	return statement;
}

void
orm_table_statement_check(const OrmDeclaration *declaration)
{
	List *statements = NIL;
	ListCell *cell;

	foreach(cell, declaration->statements)
		statements = lappend(statements, check_at_place(declaration, lfirst(cell), statements));
}

List *
orm_table_statement_all(const OrmDeclaration *declaration)
{
	List *all = NIL;
	ListCell *cell;

	for (OrmStatementStage stage = ORM_STATEMENT_OPTION; stage <= ORM_STATEMENT_PRIVILEGE; stage++)
		foreach(cell, declaration->statements)
		{
			OrmTableStatement *statement = orm_table_statement_read(
				declaration, ((const OrmDeclaredStatement *) lfirst(cell))->definition);

			if (statement->stage == stage)
				all = lappend(all, statement);
		}
	return all;
}

bool
orm_table_statement_is_same(const OrmTableStatement *a, const OrmTableStatement *b)
{
	return strcmp(a->label, b->label) == 0 && (equal(a->tree, b->tree) || strcmp(a->sql, b->sql) == 0);
}

char *
orm_table_statement_without_schema(const OrmDeclaration *declaration, const char *sql)
{
	StatementReading r = {.declaration = declaration, .definition = sql};
	OrmTableStatement *statement = parse_statement(&r);
	StringInfoData schema;

	if (statement == NULL || r.subject == NULL || r.subject->schemaname == NULL)
		return pstrdup(sql);
	initStringInfo(&schema);
	orm_sql_name(&schema, r.subject->schemaname);
	return psprintf("%.*s%s", r.subject->location, sql, sql + r.subject->location + schema.len + 1);
}
