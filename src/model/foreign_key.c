/*
 * foreign_key.c - foreign keys, from constraints or assumed from columns.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "model/foreign_key.h"
#include "model/join.h"

OrmForeignKey *
orm_foreign_key_from(HeapTuple tuple)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	OrmForeignKey *fk = palloc0(sizeof(OrmForeignKey));

	Assert(form->contype == CONSTRAINT_FOREIGN);
	fk->holder = form->conrelid;
	fk->referenced = form->confrelid;
	fk->name = pstrdup(NameStr(form->conname));
	fk->cascades = form->confdeltype == FKCONSTR_ACTION_CASCADE;
	fk->moves = form->confupdtype != FKCONSTR_ACTION_NOACTION && form->confupdtype != FKCONSTR_ACTION_RESTRICT;
	fk->deferred = form->condeferred;
	DeconstructFkConstraintRow(tuple, &fk->n, fk->columns, fk->referenced_columns, fk->operators, NULL, NULL, NULL,
							   NULL);
	return fk;
}

List *
orm_foreign_key_read(Oid holder, Oid referenced)
{
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	List *found = NIL;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(holder));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (form->contype != CONSTRAINT_FOREIGN || form->confrelid != referenced)
			continue;
		found = lappend(found, orm_foreign_key_from(tuple));
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
	return found;
}

bool
orm_foreign_key_has(const OrmForeignKey *fk, const List *columns)
{
	ListCell *cell;

	if (list_length(columns) != fk->n)
		return false;
	foreach(cell, columns)
	{
		AttrNumber attnum = get_attnum(fk->holder, lfirst(cell));
		bool found = false;

		for (int i = 0; i < fk->n; i++)
			found = found || fk->columns[i] == attnum;
		if (!found)
			return false;
	}
	return true;
}

List *
orm_foreign_key_default_columns(const OrmForeignKey *fk, const char *relationship)
{
	List *columns = NIL;

	for (int i = 0; i < fk->n; i++)
	{
		const char *suffix = fk->n == 1 ? "id" : get_attname(fk->referenced, fk->referenced_columns[i], false);

		columns = lappend(columns, orm_name_join(relationship, suffix));
	}
	return columns;
}

/* Stores the columns of a primary key index and returns their number; 0 for other indexes. */
static int
columns_of_index(Oid index, AttrNumber *columns)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	int n = 0;

	if (!HeapTupleIsValid(tuple))
		return 0;
	form = (Form_pg_index) GETSTRUCT(tuple);
	for (int i = 0; form->indisprimary && i < form->indnkeyatts; i++)
		columns[n++] = form->indkey.values[i];
	ReleaseSysCache(tuple);
	return n;
}

int
orm_foreign_key_primary(Oid relid, AttrNumber *columns)
{
	Relation relation = RelationIdGetRelation(relid);
	List *indexes;
	ListCell *cell;
	int n = 0;

	if (!RelationIsValid(relation))
		return 0;
	indexes = RelationGetIndexList(relation);
	RelationClose(relation);
	foreach(cell, indexes)
		n = n > 0 ? n : columns_of_index(lfirst_oid(cell), columns);
	return n;
}

/* Stores the columns of the primary key or else of the declared key, and returns their number. */
static int
key_columns(Oid relid, const OrmDeclaration *declaration, AttrNumber *columns)
{
	int n = orm_foreign_key_primary(relid, columns);
	ListCell *cell;

	if (n > 0 || declaration == NULL)
		return n;
	foreach(cell, orm_declaration_key(declaration))
		if (n < INDEX_MAX_KEYS)
			columns[n++] = get_attnum(relid, lfirst(cell));
	return n;
}

/* The name in the list that consists of prefix and suffix, or NULL. */
static char *
find_name(const List *names, const char *prefix, int prefix_length, const char *suffix)
{
	ListCell *cell;

	foreach(cell, names)
	{
		char *name = lfirst(cell);

		if (strncmp(name, prefix, prefix_length) == 0 && strcmp(name + prefix_length, suffix) == 0)
			return name;
	}
	return NULL;
}

/* The columns in key order, if all are named like a key column with this prefix; else NIL. */
static List *
order_by_names(const OrmForeignKey *fk, const List *columns, const char *prefix, int prefix_length)
{
	List *ordered = NIL;

	for (int i = 0; i < fk->n; i++)
	{
		const char *referenced = get_attname(fk->referenced, fk->referenced_columns[i], false);
		char *name = find_name(columns, prefix, prefix_length, referenced);

		if (name == NULL)
			return NIL;
		ordered = lappend(ordered, name);
	}
	return ordered;
}

/* The columns in key order if their names tell it, else unchanged. */
static List *
order_columns(const OrmForeignKey *fk, List *columns)
{
	const char *first = linitial(columns);
	int length = strlen(first);
	List *ordered = NIL;

	for (int i = 0; ordered == NIL && i < fk->n; i++)
	{
		const char *referenced = get_attname(fk->referenced, fk->referenced_columns[i], false);
		int prefix = length - (int) strlen(referenced);

		if (prefix >= 0 && strcmp(first + prefix, referenced) == 0 && (prefix == 0 || first[prefix - 1] == '_'))
			ordered = order_by_names(fk, columns, first, prefix);
	}
	return ordered != NIL ? ordered : columns;
}

List *
orm_foreign_key_assumed_columns(Oid referenced, const OrmDeclaration *referenced_declaration, const char *relationship)
{
	OrmForeignKey key = {.referenced = referenced};

	key.n = key_columns(referenced, referenced_declaration, key.referenced_columns);
	return orm_foreign_key_default_columns(&key, relationship);
}

OrmForeignKey *
orm_foreign_key_assume(Oid holder, Oid referenced, const OrmDeclaration *referenced_declaration, List *columns)
{
	OrmForeignKey *fk = palloc0(sizeof(OrmForeignKey));
	ListCell *cell;

	fk->holder = holder;
	fk->referenced = referenced;
	fk->n = key_columns(referenced, referenced_declaration, fk->referenced_columns);
	if (fk->n == 0 || fk->n != list_length(columns))
		return NULL;
	foreach(cell, order_columns(fk, columns))
	{
		int i = foreach_current_index(cell);

		fk->columns[i] = get_attnum(holder, lfirst(cell));
		if (fk->columns[i] <= 0 || fk->referenced_columns[i] <= 0)
			return NULL;
		fk->operators[i] = orm_join_operator(get_atttype(referenced, fk->referenced_columns[i]),
											 get_atttype(holder, fk->columns[i]));
		if (!OidIsValid(fk->operators[i]))
			return NULL;
	}
	return fk;
}

char *
orm_foreign_key_text(const OrmForeignKey *fk, const char *separator)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < fk->n; i++)
		appendStringInfo(&text, "%s%s", i ? separator : "", get_attname(fk->holder, fk->columns[i], false));
	return text.data;
}
