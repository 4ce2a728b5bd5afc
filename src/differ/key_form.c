/*
 * key_form.c - keys, constraints and indexes of the catalogs in normalized form.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "nodes/value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "differ/key_form.h"

char *
orm_key_form_parameters(Datum parameters)
{
	return parameters == (Datum) 0 ? "" : OidOutputFunctionCall(F_ARRAY_OUT, parameters);
}

char *
orm_key_form_option(Oid opclass, Oid collation, int order, Oid operator, Datum parameters)
{
	return psprintf("%u %u %d %u %s", opclass, collation, order, operator, orm_key_form_parameters(parameters));
}

/* The name of a column of the table after renames. */
static char *
column_name(const OrmDiffer *differ, AttrNumber number)
{
	return strVal(list_nth(differ->names, number - 1));
}

/* An attribute of a system tuple; false when it is NULL. */
static bool
attribute(int cache, HeapTuple tuple, int number, Datum *value)
{
	bool isnull;

	*value = SysCacheGetAttr(cache, tuple, number, &isnull);
	return !isnull;
}

/* The names of the columns in an array attribute of a pg_constraint row: of this table, or of another one. */
static List *
names_of(const OrmDiffer *differ, Oid relid, HeapTuple tuple, int number)
{
	List *names = NIL;
	Datum value;
	ArrayType *array;

	if (!attribute(CONSTROID, tuple, number, &value))
		return NIL;
	array = DatumGetArrayTypeP(value);
	for (int i = 0; ARR_NDIM(array) == 1 && i < ARR_DIMS(array)[0]; i++)
	{
		AttrNumber column = ((int16 *) ARR_DATA_PTR(array))[i];

		if (column > 0)
			names = lappend(names,
							relid == RelationGetRelid(differ->relation) ? column_name(differ, column)
																		: get_attname(relid, column, false));
	}
	return names;
}

/* The stored expressions of an index. */
static List *
index_expressions(Relation index)
{
	Datum stored;

	return attribute(INDEXRELID, index->rd_indextuple, Anum_pg_index_indexprs, &stored)
		? castNode(List, stringToNode(TextDatumGetCString(stored)))
		: NIL;
}

/* The storage parameters and the tablespace of an index. */
static char *
index_storage(Relation index)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(RelationGetRelid(index)));
	Oid tablespace = index->rd_rel->reltablespace;
	char *text = "";
	Datum parameters;

	if (!HeapTupleIsValid(tuple))
		return text;
	if (attribute(RELOID, tuple, Anum_pg_class_reloptions, &parameters))
		text = orm_key_form_parameters(parameters);
	ReleaseSysCache(tuple);
	return psprintf("%s %s", text, OidIsValid(tablespace) ? get_tablespace_name(tablespace) : "");
}

/* Completes a form by its index; "operators" are those of an exclusion constraint, or NULL. */
static void
read_index(const OrmDiffer *differ, OrmKeyForm *form, Relation index, const Oid *operators)
{
	Form_pg_index row = index->rd_index;
	Datum condition;

	form->columns = NIL;
	for (int i = 0; i < row->indnatts; i++)
	{
		AttrNumber number = row->indkey.values[i];
		char *name = number > 0 ? column_name(differ, number) : "";

		if (i >= row->indnkeyatts)
		{
			form->include = lappend(form->include, name);
			continue;
		}
		form->columns = lappend(form->columns, name);
		form->options = lappend(form->options,
								orm_key_form_option(get_index_column_opclass(RelationGetRelid(index), i + 1),
													index->rd_indcollation[i], index->rd_indoption[i],
													operators != NULL ? operators[i] : InvalidOid,
													get_attoptions(RelationGetRelid(index), i + 1)));
	}
	form->expressions = index_expressions(index);
	if (attribute(INDEXRELID, index->rd_indextuple, Anum_pg_index_indpred, &condition))
		form->condition = stringToNode(TextDatumGetCString(condition));
	form->method = get_am_name(index->rd_rel->relam);
	form->storage = index_storage(index);
	form->is_unique = row->indisunique;
	form->nulls_not_distinct = row->indnullsnotdistinct;
}

/* Reads the index of a key or an exclusion constraint. */
static void
read_own_index(const OrmDiffer *differ, OrmKeyForm *form, Oid indexid, bool exclusion)
{
	Relation index = index_open(indexid, AccessShareLock);
	Oid *operators = NULL;
	Oid *functions;
	uint16 *strategies;

	if (exclusion)
		RelationGetExclusionInfo(index, &operators, &functions, &strategies);
	read_index(differ, form, index, operators);
	if (!exclusion)
	{
		/* of keys, operator classes and order are always the default */
		form->options = NIL;
		form->method = NULL;
	}
	index_close(index, AccessShareLock);
}

/* Reads what a foreign key has. */
static void
read_foreign_key(const OrmDiffer *differ, OrmKeyForm *form, HeapTuple tuple)
{
	Form_pg_constraint row = (Form_pg_constraint) GETSTRUCT(tuple);

	form->target = row->confrelid;
	form->referenced = names_of(differ, row->confrelid, tuple, Anum_pg_constraint_confkey);
	form->on_delete = row->confdeltype;
	form->on_update = row->confupdtype;
	form->match = row->confmatchtype;
	form->on_delete_columns = names_of(differ, row->conrelid, tuple, Anum_pg_constraint_confdelsetcols);
}

/* Kinds of constraints. */
static const struct
{
	char type;
	OrmConstraintKind kind;
} kinds[] = {
	{CONSTRAINT_PRIMARY, ORM_CONSTRAINT_PRIMARY_KEY}, {CONSTRAINT_UNIQUE, ORM_CONSTRAINT_UNIQUE},
	{CONSTRAINT_CHECK, ORM_CONSTRAINT_CHECK},		  {CONSTRAINT_FOREIGN, ORM_CONSTRAINT_FOREIGN_KEY},
	{CONSTRAINT_EXCLUSION, ORM_CONSTRAINT_EXCLUDE},
};

/* The form of a constraint; NULL for other kinds, and for parts of foreign keys that reference partitions. */
static OrmKeyForm *
read_constraint(const OrmDiffer *differ, HeapTuple tuple)
{
	Form_pg_constraint row = (Form_pg_constraint) GETSTRUCT(tuple);
	OrmKeyForm *form = palloc0(sizeof(OrmKeyForm));
	int i = 0;
	Datum stored;

	while (i < (int) lengthof(kinds) && kinds[i].type != row->contype)
		i++;
	if (i == (int) lengthof(kinds) || (row->contype == CONSTRAINT_FOREIGN && OidIsValid(row->conparentid)))
		return NULL;
	form->kind = kinds[i].kind;
	form->oid = row->oid;
	form->name = pstrdup(NameStr(row->conname));
	form->deferrable = row->condeferrable;
	form->deferred = row->condeferred;
	form->no_inherit = row->contype == CONSTRAINT_CHECK && row->connoinherit;
	form->not_enforced = !orm_constraint_is_enforced(row);
	form->validated = row->convalidated;
	form->comment = GetComment(row->oid, ConstraintRelationId, 0);
	if (row->contype == CONSTRAINT_CHECK && attribute(CONSTROID, tuple, Anum_pg_constraint_conbin, &stored))
		form->condition = stringToNode(TextDatumGetCString(stored));
	if (row->contype == CONSTRAINT_FOREIGN)
	{
		form->columns = names_of(differ, row->conrelid, tuple, Anum_pg_constraint_conkey);
		read_foreign_key(differ, form, tuple);
	}
	else if (OidIsValid(row->conindid))
		read_own_index(differ, form, row->conindid, row->contype == CONSTRAINT_EXCLUSION);
	return form;
}

/* All constraints, by name. */
static List *
read_constraints(const OrmDiffer *differ)
{
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	List *forms = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationGetRelid(differ->relation)));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		OrmKeyForm *form = read_constraint(differ, tuple);

		if (form != NULL)
			forms = lappend(forms, form);
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
	return forms;
}

/* The form of an index without a constraint. */
static OrmKeyForm *
read_plain_index(const OrmDiffer *differ, Relation index)
{
	OrmKeyForm *form = palloc0(sizeof(OrmKeyForm));

	form->kind = ORM_CONSTRAINT_INDEX;
	form->oid = RelationGetRelid(index);
	form->name = pstrdup(RelationGetRelationName(index));
	form->validated = index->rd_index->indisvalid;
	form->comment = GetComment(RelationGetRelid(index), RelationRelationId, 0);
	read_index(differ, form, index, NULL);
	return form;
}

List *
orm_key_form_actual(const OrmDiffer *differ)
{
	List *forms = read_constraints(differ);
	ListCell *cell;

	foreach(cell, RelationGetIndexList(differ->relation))
	{
		Oid indexid = lfirst_oid(cell);
		Relation index;

		if (OidIsValid(get_index_constraint(indexid)))
			continue;
		index = index_open(indexid, AccessShareLock);
		forms = lappend(forms, read_plain_index(differ, index));
		index_close(index, AccessShareLock);
	}
	return forms;
}
