/*
 * table_statement.h - statements about a table, given as SQL.
 *
 *     {"statement": {"definition": "CREATE POLICY own ON posts USING (author = CURRENT_USER)"}}
 *     {"statement": {"definition": "GRANT SELECT ON posts TO reader"}}
 *
 * A definition must be parsed by the server as one statement of a kind that table_statement.c
 * lists, and be about the table of the model, or an index, a sequence or statistics of it.
 * Their names may be unqualified; the schema of the table is added.  Statistics have a schema of
 * their own, and their names must be qualified.
 */
#ifndef ORM_MODEL_TABLE_STATEMENT_H
#define ORM_MODEL_TABLE_STATEMENT_H

#include "model/declaration.h"
#include "nodes/parsenodes.h"

/* What a statement is about. */
typedef enum OrmStatementSubject
{
	ORM_STATEMENT_TABLE,
	ORM_STATEMENT_INDEX,
	ORM_STATEMENT_SEQUENCE,
	ORM_STATEMENT_STATISTICS
} OrmStatementSubject;

/* The order in which statements are run. */
typedef enum OrmStatementStage
{
	ORM_STATEMENT_OPTION,	 /* options of the table, its columns and indexes */
	ORM_STATEMENT_OBJECT,	 /* objects of the table: triggers, policies... */
	ORM_STATEMENT_STATE,	 /* states of these, comments */
	ORM_STATEMENT_OWNER,	 /* the owner of the table, */
	ORM_STATEMENT_PRIVILEGE, /* then privileges */
} OrmStatementStage;

typedef struct OrmTableStatement
{
	char *label; /* what it makes or sets, "trigger audit": two of one label say that differently */
	OrmStatementStage stage;
	OrmStatementSubject subject;
	char *schema; /* of the subject; NULL: not known yet */
	char *name;
	Node *tree; /* parsed, its names qualified */
	char *sql;	/* the same as text */
	char *undo; /* the statement that drops what it makes, or puts it back; NULL: none */
} OrmTableStatement;

/*
 * Parses a definition.  Raises 42601 unless it is one statement of a kind that is allowed, and
 * 42P16 for another table.
 */
extern OrmTableStatement *orm_table_statement_read(const OrmDeclaration *declaration, const char *definition);

/* Reads and checks all statements of a declaration.  Raises also 42710, 42704; with the place. */
extern void orm_table_statement_check(const OrmDeclaration *declaration);

/* The statements of a declaration in the order in which they are run (List of OrmTableStatement *). */
extern List *orm_table_statement_all(const OrmDeclaration *declaration);

/* What a definition makes or sets; the definition itself if it is not a statement that is allowed. */
extern char *orm_table_statement_label(const char *definition);

/* Do two statements say the same? */
extern bool orm_table_statement_is_same(const OrmTableStatement *a, const OrmTableStatement *b);

/* A definition: a deparsed statement without the schema of its table. */
extern char *orm_table_statement_without_schema(const OrmDeclaration *declaration, const char *sql);

#endif
