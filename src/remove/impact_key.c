/*
 * impact_key.c - the foreign keys that reference a table, and the statements
 * that follow them; see impact_key.h.
 *
 * Foreign keys are found by the table's triggers.  A delete fires the triggers
 * of a constraint on each partition, and constraints that are not enforced have
 * none.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/join.h"
#include "remove/impact_key.h"

static const struct
{
	char action; /* of pg_constraint */
	OrmImpactEffect effect;
} actions[] = {
	{FKCONSTR_ACTION_CASCADE, ORM_IMPACT_DELETED},		{FKCONSTR_ACTION_SETNULL, ORM_IMPACT_UNLINKED},
	{FKCONSTR_ACTION_SETDEFAULT, ORM_IMPACT_DEFAULTED}, {FKCONSTR_ACTION_RESTRICT, ORM_IMPACT_BLOCKING},
	{FKCONSTR_ACTION_NOACTION, ORM_IMPACT_BLOCKING},
};

/* Appends a table for FROM, without its inheritance children, which foreign keys ignore. */
static void
append_table(StringInfo sql, Oid relid, const char *alias)
{
	if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
		appendStringInfoString(sql, "ONLY ");
	orm_sql_relation(sql, relid);
	appendStringInfo(sql, " AS %s", alias);
}

/*
 * SELECT c.tableoid, c.ctid FROM ONLY "s"."child" AS c, ONLY "s"."parent" AS p
 * WHERE p.ctid OPERATOR(pg_catalog.=) ANY ($1) AND p.tableoid OPERATOR(pg_catalog.=) $2
 * AND p."id" OPERATOR(pg_catalog.=) c."parent_id"
 */
static char *
make_statement(const OrmImpactTable *table, HeapTuple constraint)
{
	Oid child = ((Form_pg_constraint) GETSTRUCT(constraint))->conrelid;
	AttrNumber columns[INDEX_MAX_KEYS];
	AttrNumber referenced[INDEX_MAX_KEYS];
	Oid operators[INDEX_MAX_KEYS];
	int n;
	StringInfoData sql;

	DeconstructFkConstraintRow(constraint, &n, columns, referenced, operators, NULL, NULL, NULL, NULL);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT c.tableoid, c.ctid FROM ");
	append_table(&sql, child, "c");
	appendStringInfoString(&sql, ", ");
	append_table(&sql, table->source, "p");
	appendStringInfoString(&sql,
						   " WHERE p.ctid OPERATOR(pg_catalog.=) ANY ($1)"
						   " AND p.tableoid OPERATOR(pg_catalog.=) $2");
	for (int i = 0; i < n; i++)
	{
		AttrNumber column = referenced[i];

		if (table->source != table->relid)
			column = get_attnum(table->source, get_attname(table->relid, column, false));
		appendStringInfoString(&sql, " AND ");
		orm_join_compare_action(&sql, operators[i], orm_join_column("p", table->source, column),
								orm_join_column("c", child, columns[i]));
	}
	return sql.data;
}

/* The name of a constraint, or of its outermost parent on a partitioned table. */
static char *
constraint_name(Oid constraint)
{
	for (;;)
	{
		HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
		Form_pg_constraint form = HeapTupleIsValid(tuple) ? (Form_pg_constraint) GETSTRUCT(tuple) : NULL;
		char *name = form ? pstrdup(NameStr(form->conname)) : "";

		constraint = form ? form->conparentid : InvalidOid;
		if (form != NULL)
			ReleaseSysCache(tuple);
		if (!OidIsValid(constraint))
			return name;
	}
}

/* Adds the foreign key of a constraint, unless it was dropped concurrently. */
static void
add_edge(OrmImpactTable *table, Oid child, Oid constraint)
{
	OrmImpactEdge *edge = palloc0(sizeof(OrmImpactEdge));
	HeapTuple tuple;

	LockRelationOid(child, AccessShareLock);
	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	if (!HeapTupleIsValid(tuple))
		return;
	for (int i = 0; i < lengthof(actions); i++)
		if (actions[i].action == ((Form_pg_constraint) GETSTRUCT(tuple))->confdeltype)
			edge->effect = actions[i].effect;
	edge->relid = child;
	edge->name = constraint_name(constraint);
	edge->sql = make_statement(table, tuple);
	ReleaseSysCache(tuple);
	table->edges = lappend(table->edges, edge);
}

void
orm_impact_key_find(OrmImpactTable *table)
{
	Relation relation = table_open(table->relid, AccessShareLock);
	TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	table_close(relation, NoLock);
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_DELETE(trigger->tgtype) && trigger->tgenabled != TRIGGER_DISABLED &&
			RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_PK)
			add_edge(table, trigger->tgconstrrelid, trigger->tgconstraint);
	}
}
