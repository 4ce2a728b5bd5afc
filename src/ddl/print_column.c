/*
 * print_column.c - columns in CREATE TABLE, and the statements about them.
 *
 *     CREATE SEQUENCE public.posts_number_seq AS integer
 *     number integer DEFAULT pg_catalog.nextval('public.posts_number_seq'::pg_catalog.regclass) NOT NULL
 *     ALTER SEQUENCE public.posts_number_seq OWNED BY public.posts.number
 *     ALTER TABLE public.posts ALTER COLUMN title SET STORAGE EXTERNAL
 *     COMMENT ON COLUMN public.posts.title IS 'in the language of the author'
 */
#include "postgres.h"

#include "commands/defrem.h"

#include "base/sql.h"
#include "ddl/print_column.h"

/* SQL keywords of the words in declarations. */
static const struct
{
	const char *word;
	const char *sql;
} words[] = {
	{"plain", "PLAIN"}, {"external", "EXTERNAL"}, {"extended", "EXTENDED"}, {"main", "MAIN"},
	{"pglz", "pglz"},	{"lz4", "lz4"},			  {"always", "ALWAYS"},		{"by default", "BY DEFAULT"},
};

/* Appends the SQL keyword of a word; nothing for NULL and words not in the table. */
static void
append_word(StringInfo sql, const char *before, const char *word, const char *after)
{
	for (int i = 0; word != NULL && i < (int) lengthof(words); i++)
		if (strcmp(words[i].word, word) == 0)
			appendStringInfo(sql, "%s%s%s", before, words[i].sql, after);
}

/* Is this a serial column? */
static bool
is_serial(const OrmDdlColumn *column)
{
	return column->identity != NULL && strcmp(column->identity, "serial") == 0;
}

/* Appends the qualified name of the sequence of an identity or a serial column. */
static void
append_sequence_name(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column)
{
	const char *name = column->declared->sequence_name;

	orm_sql_qualified(sql, table->schema, name != NULL ? name : makeObjectName(table->relation, column->name, "seq"));
}

/* Appends GENERATED ... AS IDENTITY (SEQUENCE NAME ... options) */
void
orm_print_column_identity(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column)
{
	const OrmDeclaredColumn *declared = column->declared;

	append_word(sql, " GENERATED ", column->identity, " AS IDENTITY");
	if (declared == NULL || (declared->sequence_name == NULL && declared->sequence_options == NULL))
		return;
	appendStringInfoString(sql, " (");
	if (declared->sequence_name != NULL)
	{
		appendStringInfoString(sql, "SEQUENCE NAME ");
		append_sequence_name(sql, table, column);
	}
	if (declared->sequence_options != NULL)
		appendStringInfo(sql, "%s%s\n", declared->sequence_name != NULL ? " " : "", declared->sequence_options);
	appendStringInfoChar(sql, ')');
}

void
orm_print_column_nextval(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column)
{
	StringInfoData name;

	initStringInfo(&name);
	append_sequence_name(&name, table, column);
	appendStringInfoString(sql, "pg_catalog.nextval(");
	orm_sql_literal(sql, name.data);
	appendStringInfoString(sql, "::pg_catalog.regclass)");
}

void
orm_print_column_type(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column)
{
	if (OidIsValid(column->type))
	{
		orm_sql_type(sql, column->type, column->typmod);
		return;
	}
	Assert(column->declared != NULL && column->declared->enumeration != NULL);
	orm_sql_name(sql, table->schema);
	appendStringInfo(sql, ".%s", column->declared->type);
}

void
orm_print_column_append(StringInfo sql, const OrmDdlTable *table, const OrmDdlColumn *column)
{
	const OrmDeclaredColumn *declared = column->declared;

	orm_sql_name(sql, column->name);
	appendStringInfoChar(sql, ' ');
	orm_print_column_type(sql, table, column);
	if (OidIsValid(column->collation))
	{
		appendStringInfoString(sql, " COLLATE ");
		orm_sql_collation(sql, column->collation);
	}
	if (is_serial(column))
	{
		appendStringInfoString(sql, " DEFAULT ");
		orm_print_column_nextval(sql, table, column);
	}
	else if (column->identity != NULL)
		orm_print_column_identity(sql, table, column);
	if (column->not_null)
		appendStringInfoString(sql, " NOT NULL");
	if (column->is_version && (declared == NULL || declared->server_default == NULL))
		appendStringInfoString(sql, " DEFAULT 1");
	if (declared == NULL)
		return;
	if (declared->server_default != NULL)
	{
		appendStringInfoString(sql, " DEFAULT ");
		orm_sql_fragment(sql, declared->server_default);
	}
	if (declared->generated != NULL)
	{
		appendStringInfoString(sql, " GENERATED ALWAYS AS ");
		orm_sql_fragment(sql, declared->generated);
		appendStringInfoString(sql, " STORED");
	}
	if (declared->check_expr != NULL)
	{
		appendStringInfoString(sql, " CHECK ");
		orm_sql_fragment(sql, declared->check_expr);
	}
}

/* Adds a statement to the table. */
static void
add_statement(OrmDdlTable *table, StringInfo sql)
{
	table->statements = lappend(table->statements, sql->data);
}

/* Starts a statement about the table: "before" and its qualified name. */
static void
start_statement(StringInfo sql, const OrmDdlTable *table, const char *before)
{
	initStringInfo(sql);
	appendStringInfoString(sql, before);
	orm_sql_qualified(sql, table->schema, table->relation);
}

/* COMMENT ON COLUMN */
static void
print_comment(OrmDdlTable *table, const OrmDdlColumn *column)
{
	StringInfoData sql;

	if (column->declared == NULL || column->declared->comment == NULL)
		return;
	start_statement(&sql, table, "COMMENT ON COLUMN ");
	appendStringInfoChar(&sql, '.');
	orm_sql_name(&sql, column->name);
	appendStringInfoString(&sql, " IS ");
	orm_sql_literal(&sql, column->declared->comment);
	add_statement(table, &sql);
}

/* ALTER TABLE ... SET STORAGE, SET COMPRESSION; CREATE TABLE takes STORAGE only since PostgreSQL 16. */
static void
print_storage(OrmDdlTable *table, const OrmDdlColumn *column)
{
	const OrmDeclaredColumn *declared = column->declared;
	StringInfoData sql;

	if (declared == NULL || (declared->storage == NULL && declared->compression == NULL))
		return;
	start_statement(&sql, table, "ALTER TABLE ");
	if (declared->storage != NULL)
	{
		appendStringInfoString(&sql, " ALTER COLUMN ");
		orm_sql_name(&sql, column->name);
		append_word(&sql, " SET STORAGE ", declared->storage, declared->compression != NULL ? "," : "");
	}
	if (declared->compression != NULL)
	{
		appendStringInfoString(&sql, " ALTER COLUMN ");
		orm_sql_name(&sql, column->name);
		append_word(&sql, " SET COMPRESSION ", declared->compression, "");
	}
	add_statement(table, &sql);
}

/* CREATE SEQUENCE of a serial column, of the column's type unless there are options. */
static void
print_sequence(OrmDdlTable *table, const OrmDdlColumn *column)
{
	const char *options = is_serial(column) ? column->declared->sequence_options : NULL;
	const OrmDeclaredTable *whole = orm_declaration_table(table->declaration);
	bool unlogged = whole != NULL && whole->unlogged == ORM_YES;
	StringInfoData sql;

	if (!is_serial(column))
		return;
	initStringInfo(&sql);
	appendStringInfoString(&sql, unlogged ? "CREATE UNLOGGED SEQUENCE " : "CREATE SEQUENCE ");
	append_sequence_name(&sql, table, column);
	if (options == NULL)
	{
		appendStringInfoString(&sql, " AS ");
		orm_sql_type(&sql, column->type, -1);
	}
	appendStringInfo(&sql, " %s", options != NULL ? options : "");
	add_statement(table, &sql);
}

/* ALTER SEQUENCE ... OWNED BY of a serial column. */
static void
print_sequence_owner(OrmDdlTable *table, const OrmDdlColumn *column)
{
	StringInfoData sql;

	if (!is_serial(column))
		return;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "ALTER SEQUENCE ");
	append_sequence_name(&sql, table, column);
	appendStringInfoString(&sql, " OWNED BY ");
	orm_sql_qualified(&sql, table->schema, table->relation);
	appendStringInfoChar(&sql, '.');
	orm_sql_name(&sql, column->name);
	add_statement(table, &sql);
}

void
orm_print_column_before(OrmDdlTable *table, const OrmDdlColumn *column)
{
	print_sequence(table, column);
}

void
orm_print_column_after(OrmDdlTable *table, const OrmDdlColumn *column)
{
	print_sequence_owner(table, column);
	print_storage(table, column);
	print_comment(table, column);
}
