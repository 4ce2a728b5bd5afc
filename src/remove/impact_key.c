/*
 * impact_key.c - the foreign keys that reference a table, and the statements
 * that follow them; see impact_key.h.
 *
 * Foreign keys are found by the triggers of the table, or of its partitions, which
 * fire them.  The triggers of partitions belong to constraints of their own, below
 * the constraint of the partitioned table.  Constraints that are not enforced have
 * none.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
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

/* The number of the key's column, or -1. */
static int
key_column(const OrmRowKey *key, AttrNumber attnum)
{
	for (int i = 0; i < key->columns.n; i++)
		if (key->attnums[i] == attnum)
			return i;
	return -1;
}

/* Appends the keys: ROWS FROM (...) AS k(k0, k1), or (SELECT $1 AS k0, $2 AS k1) AS k */
static void
append_keys(StringInfo sql, const OrmRowKey *key)
{
	if (key->arrays)
	{
		orm_columns_source(sql, &key->columns, 1, "k");
		return;
	}
	for (int i = 0; i < key->columns.n; i++)
		appendStringInfo(sql, "%s$%d AS k%d", i > 0 ? ", " : "(SELECT ", i + 1, i);
	appendStringInfoString(sql, ") AS k");
}

/* The foreign key of a constraint; columns of the referenced table by their numbers in the table that is read. */
typedef struct KeyPairs
{
	Oid child;
	int n;
	AttrNumber columns[INDEX_MAX_KEYS];
	AttrNumber referenced[INDEX_MAX_KEYS];
	Oid operators[INDEX_MAX_KEYS];
	bool direct; /* the row key contains all referenced columns, so that the table need not be read */
} KeyPairs;

static KeyPairs
read_pairs(const OrmImpactTable *table, HeapTuple constraint, bool partial)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(constraint);
	KeyPairs pairs = {.child = form->conrelid, .direct = !partial};

	DeconstructFkConstraintRow(constraint, &pairs.n, pairs.columns, pairs.referenced, pairs.operators, NULL, NULL, NULL,
							   NULL);
	for (int i = 0; i < pairs.n; i++)
	{
		if (form->confrelid != table->relid)
			pairs.referenced[i] = get_attnum(table->relid, get_attname(form->confrelid, pairs.referenced[i], false));
		pairs.direct = pairs.direct && key_column(&table->key, pairs.referenced[i]) >= 0;
	}
	return pairs;
}

/*
 * FROM ROWS FROM (...) AS k(k0), ONLY "s"."parent" AS t, ONLY "s"."child" AS c
 * WHERE t."id" OPERATOR(pg_catalog.=) k.k0 AND t.tableoid OPERATOR(pg_catalog.=) ANY ($2)
 * AND t."code" OPERATOR(pg_catalog.=) c."parent_code"
 */
static char *
make_source(const OrmImpactTable *table, HeapTuple constraint, bool partial)
{
	KeyPairs pairs = read_pairs(table, constraint, partial);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, " FROM ");
	append_keys(&sql, &table->key);
	appendStringInfoString(&sql, ", ");
	if (!pairs.direct)
	{
		append_table(&sql, table->relid, "t");
		appendStringInfoString(&sql, ", ");
	}
	append_table(&sql, pairs.child, "c");
	appendStringInfoString(&sql, " WHERE ");
	if (!pairs.direct)
		orm_columns_equal(&sql, &table->key.columns, "k");
	if (partial)
		appendStringInfo(&sql, " AND t.tableoid OPERATOR(pg_catalog.=) ANY ($%d)", table->key.columns.n + 1);
	for (int i = 0; i < pairs.n; i++)
	{
		AttrNumber column = pairs.referenced[i];
		char *value = psprintf("k.k%d", key_column(&table->key, column));

		if (i > 0 || !pairs.direct)
			appendStringInfoString(&sql, " AND ");
		orm_join_compare_action(&sql, pairs.operators[i],
								pairs.direct ? orm_join_value(value, table->relid, column)
											 : orm_join_column("t", table->relid, column),
								orm_join_column("c", pairs.child, pairs.columns[i]));
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

/* The constraint of the table that is read for a constraint of its partition, or the latter. */
static Oid
constraint_above(Oid relid, Oid constraint)
{
	Oid above = constraint;

	while (OidIsValid(above))
	{
		HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(above));
		Form_pg_constraint form = HeapTupleIsValid(tuple) ? (Form_pg_constraint) GETSTRUCT(tuple) : NULL;
		bool found = form != NULL && form->confrelid == relid;
		Oid parent = form != NULL ? form->conparentid : InvalidOid;

		if (form != NULL)
			ReleaseSysCache(tuple);
		if (found)
			return above;
		above = parent;
	}
	return constraint;
}

/* A constraint that some leaves have. */
typedef struct Referencing
{
	Oid constraint;
	Oid child;
	List *leaves;
} Referencing;

/* Adds a leaf to the foreign key of a constraint. */
static List *
add_leaf(List *list, Oid constraint, Oid child, Oid leaf)
{
	Referencing *referencing;
	ListCell *cell;

	foreach(cell, list)
	{
		referencing = lfirst(cell);
		if (referencing->constraint == constraint)
		{
			referencing->leaves = lappend_oid(referencing->leaves, leaf);
			return list;
		}
	}
	referencing = palloc(sizeof(Referencing));
	*referencing = (Referencing){constraint, child, list_make1_oid(leaf)};
	return lappend(list, referencing);
}

/* Adds the foreign keys that a delete from a leaf, or from a table without partitions, takes into account. */
static List *
add_triggers(List *list, Oid relid, Oid leaf)
{
	Relation relation = table_open(leaf, NoLock);
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_DELETE(trigger->tgtype) && trigger->tgenabled != TRIGGER_DISABLED &&
			RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_PK)
			list = add_leaf(list, constraint_above(relid, trigger->tgconstraint), trigger->tgconstrrelid, leaf);
	}
	table_close(relation, NoLock);
	return list;
}

/* Adds the foreign key of a constraint, unless it was dropped concurrently. */
static void
add_edge(OrmImpactTable *table, const Referencing *referencing, bool partial)
{
	OrmImpactEdge *edge = palloc0(sizeof(OrmImpactEdge));
	HeapTuple tuple;

	LockRelationOid(referencing->child, AccessShareLock);
	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(referencing->constraint));
	if (!HeapTupleIsValid(tuple))
		return;
	for (int i = 0; i < lengthof(actions); i++)
		if (actions[i].action == ((Form_pg_constraint) GETSTRUCT(tuple))->confdeltype)
			edge->effect = actions[i].effect;
	edge->relid = referencing->child;
	edge->name = constraint_name(referencing->constraint);
	edge->sql = make_source(table, tuple, partial);
	edge->leaves = partial ? referencing->leaves : NIL;
	ReleaseSysCache(tuple);
	table->edges = lappend(table->edges, edge);
}

/* The leaves of a partitioned table, locked; any other table itself. */
static List *
find_leaves(Oid relid)
{
	List *leaves = NIL;
	ListCell *cell;

	if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
	{
		LockRelationOid(relid, AccessShareLock);
		return list_make1_oid(relid);
	}
	foreach(cell, find_all_inheritors(relid, AccessShareLock, NULL))
		if (get_rel_relkind(lfirst_oid(cell)) != RELKIND_PARTITIONED_TABLE)
			leaves = lappend_oid(leaves, lfirst_oid(cell));
	return leaves;
}

void
orm_impact_key_find(OrmImpactTable *table)
{
	List *leaves;
	List *referencing = NIL;
	ListCell *cell;

	if (get_rel_relkind(table->relid) == RELKIND_VIEW)
		return;
	leaves = find_leaves(table->relid);
	foreach(cell, leaves)
		referencing = add_triggers(referencing, table->relid, lfirst_oid(cell));
	foreach(cell, referencing)
	{
		const Referencing *item = lfirst(cell);

		add_edge(table, item, list_length(item->leaves) < list_length(leaves));
	}
}
