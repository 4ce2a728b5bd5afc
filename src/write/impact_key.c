/*
 * impact_key.c - the foreign keys that lead to a table, as statements.
 *
 * Which they are is read from the table's triggers: those of the constraints are
 * where a delete fires them, and only there: on each partition, but not for
 * keys that are not enforced.
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
#include "write/impact_internal.h"

static const struct
{
	char		action;			/* of pg_constraint */
	OrmImpactEffect effect;
} actions[] = {
	{FKCONSTR_ACTION_CASCADE, ORM_IMPACT_DELETED},
	{FKCONSTR_ACTION_SETNULL, ORM_IMPACT_UNLINKED},
	{FKCONSTR_ACTION_SETDEFAULT, ORM_IMPACT_DEFAULTED},
	{FKCONSTR_ACTION_RESTRICT, ORM_IMPACT_BLOCKING},
	{FKCONSTR_ACTION_NOACTION, ORM_IMPACT_BLOCKING},
};

/* A column of one side of a foreign key. */
typedef struct Operand
{
	StringInfoData text;
	Oid			type;
	Oid			collation;
} Operand;

/* Looks up a column and appends alias."column". */
static void
make_operand(Operand *operand, const char *alias, Oid relid, AttrNumber column)
{
	int32		typmod;

	get_atttypetypmodcoll(relid, column, &operand->type, &typmod, &operand->collation);
	initStringInfo(&operand->text);
	appendStringInfo(&operand->text, "%s.", alias);
	orm_sql_name(&operand->text, get_attname(relid, column, false));
}

/* Casts an operand to what the operator of the key takes: by their own types, another may be meant. */
static void
cast_operand(Operand *operand, Oid expected)
{
	if (operand->type == expected || IsPolymorphicType(expected))
		return;
	appendStringInfoString(&operand->text, "::");
	orm_sql_type(&operand->text, expected, -1);
	operand->type = expected;
}

/* Gives the operand the collation that the server's own check uses where those of the two columns differ. */
static void
collate_operand(Operand *referenced, const Operand *referencing)
{
	Oid			collation = referenced->collation;
	StringInfoData text;

	if (!OidIsValid(collation) || !OidIsValid(referencing->collation) || collation == referencing->collation)
		return;
	if (get_collation_isdeterministic(collation))
		collation = referencing->collation;
	initStringInfo(&text);
	appendStringInfo(&text, "(%s COLLATE ", referenced->text.data);
	orm_sql_collation(&text, collation);
	appendStringInfoChar(&text, ')');
	referenced->text = text;
}

/* Appends FROM's name of a table: without those that inherit from it, as foreign keys do not look there. */
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
	Oid			child = ((Form_pg_constraint) GETSTRUCT(constraint))->conrelid;
	AttrNumber	columns[INDEX_MAX_KEYS];
	AttrNumber	referenced[INDEX_MAX_KEYS];
	Oid			operators[INDEX_MAX_KEYS];
	int			n;
	StringInfoData sql;

	DeconstructFkConstraintRow(constraint, &n, columns, referenced, operators, NULL, NULL, NULL, NULL);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT c.tableoid, c.ctid FROM ");
	append_table(&sql, child, "c");
	appendStringInfoString(&sql, ", ");
	append_table(&sql, table->source, "p");
	appendStringInfoString(&sql, " WHERE p.ctid OPERATOR(pg_catalog.=) ANY ($1)"
						   " AND p.tableoid OPERATOR(pg_catalog.=) $2");
	for (int i = 0; i < n; i++)
	{
		Operand		left;
		Operand		right;
		Oid			left_type;
		Oid			right_type;
		AttrNumber	column = referenced[i];

		if (table->source != table->relid)
			column = get_attnum(table->source, get_attname(table->relid, column, false));
		make_operand(&left, "p", table->source, column);
		make_operand(&right, "c", child, columns[i]);
		op_input_types(operators[i], &left_type, &right_type);
		collate_operand(&left, &right);
		cast_operand(&left, left_type);
		cast_operand(&right, right_type);
		appendStringInfoString(&sql, " AND ");
		orm_sql_comparison(&sql, operators[i], left.text.data, left.type, right.text.data, right.type);
	}
	return sql.data;
}

/* The name of a constraint, or of the one of a partitioned table that it is part of. */
static char *
constraint_name(Oid constraint)
{
	for (;;)
	{
		HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
		Form_pg_constraint form = HeapTupleIsValid(tuple) ? (Form_pg_constraint) GETSTRUCT(tuple) : NULL;
		char	   *name = form ? pstrdup(NameStr(form->conname)) : "";

		constraint = form ? form->conparentid : InvalidOid;
		if (form != NULL)
			ReleaseSysCache(tuple);
		if (!OidIsValid(constraint))
			return name;
	}
}

/* Adds the foreign key of a constraint, unless it has gone. */
static void
add_edge(OrmImpactTable *table, Oid child, Oid constraint)
{
	OrmImpactEdge *edge = palloc0(sizeof(OrmImpactEdge));
	HeapTuple	tuple;

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
orm_impact_find_edges(OrmImpactTable *table)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
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
