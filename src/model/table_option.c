/*
 * table_option.c - see table_option.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/table_option.h"

/* CREATE TABLE with a text behind it, or NULL for anything else. */
static CreateStmt *
parse_table(const char *before, const char *text, const char *after)
{
	CreateStmt *create = (CreateStmt *) orm_sql_parse_spliced(before, text, after, NULL);

	return create != NULL && IsA(create, CreateStmt) && create->tablespacename == NULL &&
			create->oncommit == ONCOMMIT_NOOP && create->accessMethod == NULL
		? create
		: NULL;
}

List *
orm_table_option_parameters(const char *text)
{
	CreateStmt *create = parse_table("CREATE TABLE t () WITH (", text, "\n)");

	if (create == NULL)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("storage parameters must be parameters and nothing else: \"%s\"", text));
	return create->options;
}

PartitionSpec *
orm_table_option_partition(const char *text)
{
	CreateStmt *create = parse_table("CREATE TABLE t () PARTITION BY ", text, "\n");

	if (create == NULL || create->options != NIL)
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("\"%s\" must be a strategy with its columns and nothing else: \"%s\"", "partition_by", text));
	return create->partspec;
}

void
orm_table_option_append(StringInfo out, Datum stored, const char *prefix)
{
	Datum *options;
	int n;

	deconstruct_array(DatumGetArrayTypeP(stored), TEXTOID, -1, false, TYPALIGN_INT, &options, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		char *name = TextDatumGetCString(options[i]);
		char *value = strchr(name, '=');

		/* a server's own, which dumps leave out, too */
		if (strncmp(name, "pg_", 3) == 0)
			continue;
		*value++ = '\0';
		appendStringInfo(out, "%s%s", out->len > 0 ? ", " : "", prefix);
		orm_sql_name(out, name);
		appendStringInfoChar(out, '=');
		orm_sql_literal(out, value);
	}
}

/* Appends the storage parameters of a relation. */
static void
append_parameters(StringInfo out, Oid relid, const char *prefix)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool isnull;
	Datum stored;

	if (!HeapTupleIsValid(tuple))
		return;
	stored = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &isnull);
	if (!isnull)
		orm_table_option_append(out, stored, prefix);
	ReleaseSysCache(tuple);
}

/* All storage parameters of a relation; NULL: none. */
static char *
parameters_of(Relation relation)
{
	StringInfoData text;

	initStringInfo(&text);
	append_parameters(&text, RelationGetRelid(relation), "");
	if (OidIsValid(relation->rd_rel->reltoastrelid))
		append_parameters(&text, relation->rd_rel->reltoastrelid, "toast.");
	return text.len > 0 ? text.data : NULL;
}

/* The access method of a relation; NULL: the default of the server, or none. */
static char *
method_of(Relation relation)
{
	char *method = OidIsValid(relation->rd_rel->relam) ? get_am_name(relation->rd_rel->relam) : NULL;

	return method != NULL && strcmp(method, default_table_access_method) != 0 ? method : NULL;
}

OrmDeclaredTable *
orm_table_option_read(Relation relation)
{
	Form_pg_class form = relation->rd_rel;
	OrmDeclaredTable *table;

	if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_PARTITIONED_TABLE)
		return NULL;
	table = palloc0(sizeof(OrmDeclaredTable));
	table->unlogged = form->relpersistence == RELPERSISTENCE_UNLOGGED ? ORM_YES : ORM_NOT_GIVEN;
	table->method = method_of(relation);
	table->tablespace = OidIsValid(form->reltablespace) ? get_tablespace_name(form->reltablespace) : NULL;
	table->parameters = parameters_of(relation);
	if (form->relkind == RELKIND_PARTITIONED_TABLE)
		table->partition_by = TextDatumGetCString(
			DirectFunctionCall1(pg_get_partkeydef, ObjectIdGetDatum(RelationGetRelid(relation))));
	return table->unlogged == ORM_YES || table->method || table->tablespace || table->parameters || table->partition_by
		? table
		: NULL;
}
