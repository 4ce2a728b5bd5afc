/*
 * reflect_statement.c - see reflect_statement.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_statistic_ext.h"
#include "commands/comment.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/reflect_privilege.h"
#include "model/reflect_statement.h"
#include "model/reflect_trigger.h"
#include "model/table_option.h"
#include "model/table_statement.h"
#include "model/type.h"

/* The name of the table in statements. */
static char *
table_name(const OrmReflectState *r)
{
	return orm_sql_quoted(RelationGetRelationName(r->relation));
}

/* Adds ALTER TABLE with a command. */
static void
add_alter(OrmReflectState *r, const char *command)
{
	orm_reflect_state_add_statement(r, psprintf("ALTER TABLE %s %s", table_name(r), command));
}

/* ... IS 'text' */
static char *
with_text(const char *before, const char *text)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s IS ", before);
	orm_sql_literal(&sql, text);
	return sql.data;
}

void
orm_reflect_statement_comment(OrmReflectState *r, Oid catalog, Oid oid, const char *object)
{
	char *comment = GetComment(oid, catalog, 0);

	if (comment != NULL)
		orm_reflect_state_add_statement(r, with_text(psprintf("COMMENT ON %s", object), comment));
}

/* Adds the type of a typed table, row-level security. */
static void
reflect_flags(OrmReflectState *r)
{
	Form_pg_class form = r->relation->rd_rel;

	if (OidIsValid(form->reloftype))
		add_alter(r, psprintf("OF %s", orm_type_name(form->reloftype, -1)));
	if (form->relrowsecurity)
		add_alter(r, "ENABLE ROW LEVEL SECURITY");
	if (form->relforcerowsecurity)
		add_alter(r, "FORCE ROW LEVEL SECURITY");
}

/* The index of the table for which one of these marks is set; NULL: none. */
static char *
find_marked(const OrmReflectState *r, bool clustered)
{
	char *found = NULL;
	ListCell *cell;

	foreach(cell, RelationGetIndexList(r->relation))
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (clustered ? index->rd_index->indisclustered : index->rd_index->indisreplident)
			found = orm_sql_quoted(RelationGetRelationName(index));
		index_close(index, AccessShareLock);
	}
	return found;
}

/* Adds the replica identity and the index that the table is clustered on. */
static void
reflect_marks(OrmReflectState *r)
{
	char *clustered = find_marked(r, true);
	char *identity = find_marked(r, false);

	switch (r->relation->rd_rel->relreplident)
	{
		case REPLICA_IDENTITY_FULL:
			add_alter(r, "REPLICA IDENTITY FULL");
			break;
		case REPLICA_IDENTITY_NOTHING:
			add_alter(r, "REPLICA IDENTITY NOTHING");
			break;
		case REPLICA_IDENTITY_INDEX:
			if (identity != NULL)
				add_alter(r, psprintf("REPLICA IDENTITY USING INDEX %s", identity));
			break;
	}
	if (clustered != NULL)
		add_alter(r, psprintf("CLUSTER ON %s", clustered));
}

/* The statistics target of a column; negative: the default. */
static int
statistics_target(Oid relid, AttrNumber number)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(number));
	bool isnull = true;
	Datum target = 0;

	if (!HeapTupleIsValid(tuple))
		return -1;
	target = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attstattarget, &isnull);
	ReleaseSysCache(tuple);
	return isnull ? -1 : DatumGetInt16(target);
}

/* The options of a column as a list in SQL; NULL: none. */
static char *
column_options(Oid relid, AttrNumber number)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(number));
	StringInfoData list;
	bool isnull = true;
	Datum stored = 0;

	initStringInfo(&list);
	if (!HeapTupleIsValid(tuple))
		return NULL;
	stored = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attoptions, &isnull);
	if (!isnull)
		orm_table_option_append(&list, stored, "");
	ReleaseSysCache(tuple);
	return list.len > 0 ? list.data : NULL;
}

/* Adds the statistics targets and options of columns. */
static void
reflect_columns(OrmReflectState *r)
{
	TupleDesc descriptor = RelationGetDescr(r->relation);

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);
		int target = statistics_target(RelationGetRelid(r->relation), column->attnum);
		char *options = column_options(RelationGetRelid(r->relation), column->attnum);
		char *name = orm_sql_quoted(NameStr(column->attname));

		if (column->attisdropped)
			continue;
		if (target >= 0)
			add_alter(r, psprintf("ALTER COLUMN %s SET STATISTICS %d", name, target));
		if (options != NULL)
			add_alter(r, psprintf("ALTER COLUMN %s SET (%s)", name, options));
	}
}

/* Adds the statistics targets of columns of indexes. */
static void
reflect_indexes(OrmReflectState *r)
{
	ListCell *cell;

	foreach(cell, RelationGetIndexList(r->relation))
	{
		Oid index = lfirst_oid(cell);
		Relation relation = index_open(index, AccessShareLock);
		int n = RelationGetNumberOfAttributes(relation);

		index_close(relation, NoLock);
		for (int i = 1; i <= n; i++)
		{
			int target = statistics_target(index, i);

			if (target >= 0)
				orm_reflect_state_add_statement(r,
												psprintf("ALTER INDEX %s ALTER COLUMN %d SET STATISTICS %d",
														 orm_sql_quoted(get_rel_name(index)), i, target));
		}
	}
}

/* Adds statistics of several columns or expressions. */
static void
reflect_statistics(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor)
{
	Form_pg_statistic_ext form = (Form_pg_statistic_ext) GETSTRUCT(tuple);
	char *sql = pg_get_statisticsobjdef_string(form->oid);
	bool isnull;
	Datum target = heap_getattr(tuple, Anum_pg_statistic_ext_stxstattarget, descriptor, &isnull);
	StringInfoData name;

	initStringInfo(&name);
	orm_sql_qualified(&name, get_namespace_name(form->stxnamespace), NameStr(form->stxname));
	orm_reflect_state_add_statement(r, orm_table_statement_without_schema(r->declaration, sql));
	if (!isnull && DatumGetInt16(target) >= 0)
		orm_reflect_state_add_statement(
			r, psprintf("ALTER STATISTICS %s SET STATISTICS %d", name.data, DatumGetInt16(target)));
	orm_reflect_statement_comment(r, StatisticExtRelationId, form->oid, psprintf("STATISTICS %s", name.data));
}

/* Adds what the sequences of columns have of their own. */
static void
reflect_sequences(OrmReflectState *r)
{
	ListCell *cell;

	foreach(cell, getOwnedSequences(RelationGetRelid(r->relation)))
	{
		Oid sequence = lfirst_oid(cell);
		char persistence = get_rel_persistence(sequence);
		char *name = orm_sql_quoted(get_rel_name(sequence));

		if (persistence != r->relation->rd_rel->relpersistence)
			orm_reflect_state_add_statement(r,
											psprintf("ALTER SEQUENCE %s SET %s", name,
													 persistence == RELPERSISTENCE_UNLOGGED ? "UNLOGGED" : "LOGGED"));
		orm_reflect_statement_comment(r, RelationRelationId, sequence, psprintf("SEQUENCE %s", name));
	}
}

/* Adds the membership in a publication. */
static void
reflect_publication(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor)
{
	Form_pg_publication_rel form = (Form_pg_publication_rel) GETSTRUCT(tuple);
	StringInfoData sql;
	bool isnull;
	Datum columns;
	Datum condition;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER PUBLICATION %s ADD TABLE ONLY %s",
					 orm_sql_quoted(get_publication_name(form->prpubid, false)), table_name(r));
	columns = heap_getattr(tuple, Anum_pg_publication_rel_prattrs, descriptor, &isnull);
	if (!isnull)
	{
		const int2vector *vector = (const int2vector *) PG_DETOAST_DATUM(columns);

		for (int i = 0; i < vector->dim1; i++)
			appendStringInfo(&sql, "%s%s", i == 0 ? " (" : ", ",
							 orm_sql_quoted(get_attname(RelationGetRelid(r->relation), vector->values[i], false)));
		appendStringInfoChar(&sql, ')');
	}
	condition = heap_getattr(tuple, Anum_pg_publication_rel_prqual, descriptor, &isnull);
	if (!isnull)
		appendStringInfo(&sql, " WHERE (%s)", orm_reflect_state_print(r, TextDatumGetCString(condition)));
	orm_reflect_state_add_statement(r, sql.data);
}

/* Adds a security label on the table or a column. */
static void
reflect_label(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor)
{
	const FormData_pg_seclabel *form = (const FormData_pg_seclabel *) GETSTRUCT(tuple);
	bool isnull;
	char *provider = TextDatumGetCString(heap_getattr(tuple, Anum_pg_seclabel_provider, descriptor, &isnull));
	char *label = TextDatumGetCString(heap_getattr(tuple, Anum_pg_seclabel_label, descriptor, &isnull));
	char *object = psprintf("TABLE %s", table_name(r));

	if (form->classoid != RelationRelationId)
		return;
	if (form->objsubid != 0)
		object = psprintf("COLUMN %s.%s", table_name(r),
						  orm_sql_quoted(get_attname(RelationGetRelid(r->relation), form->objsubid, false)));
	orm_reflect_state_add_statement(
		r, with_text(psprintf("SECURITY LABEL FOR %s ON %s", orm_sql_quoted(provider), object), label));
}

/* Adds the privileges of the table, its columns and sequences. */
static void
reflect_privileges(OrmReflectState *r, Oid owner)
{
	ListCell *cell;

	orm_reflect_privilege_owner(r, owner);
	orm_reflect_privilege_relation(r, RelationGetRelid(r->relation), OBJECT_TABLE, owner);
	orm_reflect_privilege_columns(r);
	foreach(cell, getOwnedSequences(RelationGetRelid(r->relation)))
		orm_reflect_privilege_relation(r, lfirst_oid(cell), OBJECT_SEQUENCE, owner);
}

void
orm_reflect_statement_all(OrmReflectState *r, Oid owner)
{
	Oid relid = RelationGetRelid(r->relation);
	char relkind = r->relation->rd_rel->relkind;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		return;
	reflect_flags(r);
	reflect_marks(r);
	reflect_columns(r);
	reflect_indexes(r);
	orm_reflect_state_scan(r, StatisticExtRelationId, StatisticExtRelidIndexId, Anum_pg_statistic_ext_stxrelid, relid,
						   reflect_statistics);
	orm_reflect_trigger_rules(r);
	orm_reflect_trigger_all(r);
	orm_reflect_trigger_policies(r);
	reflect_sequences(r);
	orm_reflect_state_scan(r, PublicationRelRelationId, PublicationRelPrrelidPrpubidIndexId,
						   Anum_pg_publication_rel_prrelid, relid, reflect_publication);
	orm_reflect_state_scan(r, SecLabelRelationId, SecLabelObjectIndexId, Anum_pg_seclabel_objoid, relid, reflect_label);
	reflect_privileges(r, owner);
}
