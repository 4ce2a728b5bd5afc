/*
 * reflect_state.c - common functions of reflecting constraints and indexes.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "base/sql.h"
#include "model/index_element.h"
#include "model/reflect_state.h"

char *
orm_reflect_state_print(const OrmReflectState *r, char *stored)
{
	return deparse_expression(stringToNode(stored), r->context, false, false);
}

OrmDeclaredConstraint *
orm_reflect_state_add_constraint(OrmReflectState *r, OrmConstraintKind kind, char *name, List *columns)
{
	OrmDeclaredConstraint *constraint = orm_declaration_make_constraint(kind, name, columns);

	constraint->position = r->position++;
	r->declaration->constraints = lappend(r->declaration->constraints, constraint);
	return constraint;
}

void
orm_reflect_state_add_statement(OrmReflectState *r, char *definition)
{
	OrmDeclaredStatement *statement = palloc0(sizeof(OrmDeclaredStatement));

	statement->definition = definition;
	r->declaration->statements = lappend(r->declaration->statements, statement);
}

void
orm_reflect_state_scan(OrmReflectState *r, Oid catalog, Oid index, AttrNumber attribute, Oid value,
					   void (*row)(OrmReflectState *r, HeapTuple tuple, TupleDesc descriptor))
{
	Relation relation = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, attribute, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
	scan = systable_beginscan(relation, index, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		row(r, tuple, RelationGetDescr(relation));
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
}

char *
orm_reflect_state_own_name(const OrmReflectState *r, const char *name, List *columns, const char *label)
{
	StringInfoData joined;
	ListCell *cell;

	initStringInfo(&joined);
	foreach(cell, columns)
		appendStringInfo(&joined, "%s%s", foreach_current_index(cell) > 0 ? "_" : "", (char *) lfirst(cell));
	return strcmp(name,
				  makeObjectName(RelationGetRelationName(r->relation), columns != NIL ? joined.data : NULL, label)) == 0
		? NULL
		: pstrdup(name);
}

OrmDeclaredColumn *
orm_reflect_state_only_column(const OrmReflectState *r, List *columns)
{
	return list_length(columns) == 1 ? orm_declaration_column(r->declaration, linitial(columns)) : NULL;
}

List *
orm_reflect_state_include(Relation index)
{
	Form_pg_index form = index->rd_index;
	List *include = NIL;

	for (int i = form->indnkeyatts; i < form->indnatts; i++)
		include = lappend(include, get_attname(form->indrelid, form->indkey.values[i], false));
	return include;
}

bool
orm_reflect_state_has_storage(Relation index)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(RelationGetRelid(index)));
	bool has = OidIsValid(index->rd_rel->reltablespace) ||
		(HeapTupleIsValid(tuple) && !heap_attisnull(tuple, Anum_pg_class_reloptions, NULL));

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return has;
}

/* The type and collation of the column or expression that an index column is made from. */
static void
get_key_type(Relation index, int column, Oid *type, Oid *collation)
{
	Form_pg_index form = index->rd_index;
	int32 typmod;
	int nth = 0;
	Node *expression;

	if (form->indkey.values[column] != 0)
	{
		get_atttypetypmodcoll(form->indrelid, form->indkey.values[column], type, &typmod, collation);
		return;
	}
	for (int i = 0; i < column; i++)
		nth += form->indkey.values[i] == 0;
	expression = list_nth(RelationGetIndexExpressions(index), nth);
	*type = exprType(expression);
	*collation = exprCollation(expression);
}

char *
orm_reflect_state_index_options(Relation index, int column, bool with_order)
{
	Oid opclass = get_index_column_opclass(RelationGetRelid(index), column + 1);
	bool descending = (index->rd_indoption[column] & INDOPTION_DESC) != 0;
	bool nulls_first = (index->rd_indoption[column] & INDOPTION_NULLS_FIRST) != 0;
	StringInfoData options;
	Oid type;
	Oid collation;

	initStringInfo(&options);
	get_key_type(index, column, &type, &collation);
	if (OidIsValid(index->rd_indcollation[column]) && index->rd_indcollation[column] != collation)
	{
		appendStringInfoString(&options, " COLLATE ");
		orm_sql_collation(&options, index->rd_indcollation[column]);
	}
	if (opclass != GetDefaultOpClass(type, index->rd_rel->relam))
	{
		appendStringInfoChar(&options, ' ');
		orm_sql_composed(&options, orm_index_element_opclass_name(opclass));
	}
	if (!with_order)
		return options.data;
	appendStringInfoString(&options, descending ? " DESC" : "");
	if (nulls_first != descending)
		appendStringInfoString(&options, nulls_first ? " NULLS FIRST" : " NULLS LAST");
	return options.data;
}

char *
orm_reflect_state_index_expression(Relation index, int column)
{
	return TextDatumGetCString(DirectFunctionCall3(pg_get_indexdef_ext, ObjectIdGetDatum(RelationGetRelid(index)),
												   Int32GetDatum(column + 1), BoolGetDatum(false)));
}
