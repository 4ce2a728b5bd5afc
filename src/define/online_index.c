/*
 * online_index.c - see online_index.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/index.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parse_utilcmd.h"
#include "parser/parser.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/settings.h"
#include "base/sql.h"
#include "define/online_index.h"
#include "define/owner.h"
#include "exec/execute.h"

/* How often a process has the lock of a table that building an index takes. */
#define BUILDS \
	"SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks l WHERE l.pid OPERATOR(pg_catalog.=) %d" \
	" AND l.database OPERATOR(pg_catalog.=) %u AND l.relation OPERATOR(pg_catalog.=) %u" \
	" AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock'"

/* The index of the table that a step is about, or InvalidOid. */
static Oid
find_index(const OrmMigrationStep *step)
{
	Oid relid = orm_online_relation(step);
	Oid index = OidIsValid(relid) ? get_relname_relid(step->target, get_rel_namespace(relid)) : InvalidOid;

	return OidIsValid(index) && IndexGetRelation(index, true) == relid ? index : InvalidOid;
}

/* Is it a valid index? */
static bool
is_valid(Oid index)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool valid = false;

	if (HeapTupleIsValid(tuple))
	{
		valid = ((Form_pg_index) GETSTRUCT(tuple))->indisvalid;
		ReleaseSysCache(tuple);
	}
	return valid;
}

/* Raises 55P03 while the process that began the step works on. */
static void
check_builder(const OrmMigrationStep *step)
{
	if (step->pid == MyProcPid || BackendPidGetProc(step->pid) == NULL ||
		orm_execute_count(psprintf(BUILDS, step->pid, MyDatabaseId, orm_online_relation(step)), NULL) == 0)
		return;
	ereport(ERROR, errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("could not run step %d of the migration", step->step),
			errdetail("Process %d is running it: %s", step->pid, step->sql));
}

OrmOnlineIndex
orm_online_index_look(const OrmMigrationStep *step)
{
	bool creates = strcmp(step->kind, ORM_STEP_CREATE_INDEX) == 0;
	Oid index = find_index(step);

	if (step->pid == 0)
		return ORM_ONLINE_INDEX_RUN;
	check_builder(step);
	if (!creates)
		return OidIsValid(index) ? ORM_ONLINE_INDEX_RUN : ORM_ONLINE_INDEX_DONE;
	if (!OidIsValid(index))
		return ORM_ONLINE_INDEX_RUN;
	return is_valid(index) ? ORM_ONLINE_INDEX_DONE : ORM_ONLINE_INDEX_DROP;
}

char *
orm_online_index_drop(const OrmMigrationStep *step)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "DROP INDEX CONCURRENTLY ");
	orm_sql_qualified(&sql, get_namespace_name(get_rel_namespace(orm_online_relation(step))), step->target);
	return sql.data;
}

/* The statement of a text. */
static Node *
parse(const char *sql)
{
	List *statements = raw_parser(sql, RAW_PARSE_DEFAULT);

	return list_length(statements) == 1 ? ((RawStmt *) linitial(statements))->stmt : NULL;
}

/* The statement that creates the index, analysed as the owner of the table. */
static Node *
read_create(const OrmMigrationStep *step, IndexStmt *statement, Oid relid, const char *sql)
{
	OrmIdentity identity;

	LockRelationOid(relid, ShareUpdateExclusiveLock);
	identity = orm_owner_begin_pinned(orm_online_owner(step), step->schema);
	statement = transformIndexStmt(relid, statement, sql);
	orm_owner_end(identity);
	return (Node *) statement;
}

/* Is it a statement that creates an index, or drops one of the table? */
static bool
is_of_step(const OrmMigrationStep *step, Node *statement, Oid relid)
{
	if (statement == NULL || !OidIsValid(relid))
		return false;
	if (IsA(statement, IndexStmt))
		return ((IndexStmt *) statement)->concurrent && ((IndexStmt *) statement)->relation != NULL;
	return IsA(statement, DropStmt) && ((DropStmt *) statement)->concurrent &&
		((DropStmt *) statement)->removeType == OBJECT_INDEX && OidIsValid(find_index(step));
}

/* The statement of a text; raises unless it is one of the step. */
static Node *
parse_checked(const OrmMigrationStep *step, const char *sql)
{
	Node *statement = parse(sql);

	(void) orm_online_owner(step);
	if (!is_of_step(step, statement, orm_online_relation(step)))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("step %d of the migration cannot be run", step->step), errdetail_internal("%s", step->sql),
				errhint("Plan it again: SELECT * FROM orm.migrate('{\"online\": true}')."));
	return statement;
}

void
orm_online_index_check(const OrmMigrationStep *step, const char *sql)
{
	(void) parse_checked(step, sql);
}

Node *
orm_online_index_read(const OrmMigrationStep *step, const char *sql)
{
	Node *statement = parse_checked(step, sql);

	if (IsA(statement, IndexStmt))
		statement = read_create(step, (IndexStmt *) statement, orm_online_relation(step), sql);
	(void) orm_settings_pin(step->schema);
	return statement;
}

bool
orm_online_index_has_expressions(const OrmMigrationStep *step)
{
	Node *statement = parse(step->sql);
	ListCell *cell;

	if (statement == NULL || !IsA(statement, IndexStmt))
		return false;
	foreach(cell, ((IndexStmt *) statement)->indexParams)
		if (((IndexElem *) lfirst(cell))->expr != NULL || ((IndexElem *) lfirst(cell))->opclass != NIL)
			return true;
	return ((IndexStmt *) statement)->whereClause != NULL;
}
