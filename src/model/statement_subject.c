/*
 * statement_subject.c - see statement_subject.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic_ext.h"
#include "commands/sequence.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "model/statement_subject.h"

/* The relation that statistics are of; InvalidOid: there are none of that name. */
static Oid
relation_of_statistics(const OrmTableStatement *statement)
{
	HeapTuple tuple = SearchSysCache2(STATEXTNAMENSP, CStringGetDatum(statement->name),
									  ObjectIdGetDatum(get_namespace_oid(statement->schema, true)));
	Oid relid = HeapTupleIsValid(tuple) ? ((Form_pg_statistic_ext) GETSTRUCT(tuple))->stxrelid : InvalidOid;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return relid;
}

/* The table that an index or a sequence is of; InvalidOid: it is of none. */
static Oid
table_of(Oid relation)
{
	Oid table = InvalidOid;
	int32 column;

	switch (get_rel_relkind(relation))
	{
		case RELKIND_INDEX:
		case RELKIND_PARTITIONED_INDEX:
			return IndexGetRelation(relation, true);
		case RELKIND_SEQUENCE:
			if (sequenceIsOwned(relation, DEPENDENCY_AUTO, &table, &column) ||
				sequenceIsOwned(relation, DEPENDENCY_INTERNAL, &table, &column))
				return table;
			break;
	}
	return InvalidOid;
}

void
orm_statement_subject_check(const OrmTableStatement *statement, Oid relid)
{
	Oid found;
	Oid table;

	if (statement->subject == ORM_STATEMENT_TABLE)
		return;
	found = statement->subject == ORM_STATEMENT_STATISTICS
		? relation_of_statistics(statement)
		: get_relname_relid(statement->name, get_namespace_oid(statement->schema, true));
	table = statement->subject == ORM_STATEMENT_STATISTICS ? found : table_of(found);
	if (OidIsValid(found) && table != relid)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("statement is about \"%s\", which is not of table \"%s\"",
					   orm_name_compose(statement->schema, statement->name), get_rel_name(relid)));
}
