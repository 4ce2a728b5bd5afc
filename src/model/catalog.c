/*
 * catalog.c - the relations of a schema with their columns and keys.
 *
 * pg_class, pg_attribute, pg_index and pg_constraint are scanned in turn, and
 * each row is put where its relation is found by OID.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "model/catalog.h"

/* Takes in a row of a catalog. */
typedef void (*RowTaker)(OrmCatalog *catalog, HeapTuple tuple, void *argument);

/* Hands all rows of a catalog to a function. */
static void
scan_catalog(OrmCatalog *catalog, Oid relation, RowTaker take, void *argument)
{
	Relation table = table_open(relation, AccessShareLock);
	SysScanDesc scan = systable_beginscan(table, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		take(catalog, tuple, argument);
	}
	systable_endscan(scan);
	table_close(table, AccessShareLock);
}

/* What is wanted of pg_class. */
typedef struct Wanted
{
	Oid schema;
	List *others; /* sorted */
} Wanted;

/* Orders OIDs. */
static int
compare_oids(const void *a, const void *b)
{
	Oid left = *(const Oid *) a;
	Oid right = ((const ListCell *) b)->oid_value;

	return left < right ? -1 : left > right;
}

/* Is this one of the relations beside those of the schema? */
static bool
is_other(Oid relid, const Wanted *wanted)
{
	const List *others = wanted->others;

	return others != NIL && bsearch(&relid, others->elements, others->length, sizeof(ListCell), compare_oids) != NULL;
}

/* Is this a relation of the schema that can have a model? */
static bool
is_wanted(const Form_pg_class form, const Wanted *wanted)
{
	static const char kinds[] = {RELKIND_RELATION, RELKIND_PARTITIONED_TABLE, RELKIND_FOREIGN_TABLE,
								 RELKIND_VIEW,	   RELKIND_MATVIEW,			  '\0'};

	return form->relnamespace == wanted->schema && !form->relispartition && strchr(kinds, form->relkind) != NULL;
}

/* Takes in a row of pg_class. */
static void
take_relation(OrmCatalog *catalog, HeapTuple tuple, void *argument)
{
	const Wanted *wanted = argument;
	Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);
	bool of_schema = is_wanted(form, wanted);
	OrmCatalogRelation *relation;

	if (!of_schema && !is_other(form->oid, wanted))
		return;
	relation = hash_search(catalog->by_oid, &form->oid, HASH_ENTER, NULL);
	memset(relation, 0, sizeof(OrmCatalogRelation));
	relation->relid = form->oid;
	relation->name = pstrdup(NameStr(form->relname));
	relation->schema = form->relnamespace;
	relation->owner = form->relowner;
	relation->relkind = form->relkind;
	relation->temporary = form->relpersistence == RELPERSISTENCE_TEMP;
	if (of_schema)
		catalog->relations = lappend(catalog->relations, relation);
}

/* Takes in a row of pg_attribute. */
static void
take_column(OrmCatalog *catalog, HeapTuple tuple, void *argument)
{
	Form_pg_attribute form = (Form_pg_attribute) GETSTRUCT(tuple);
	OrmCatalogRelation *relation = form->attnum > 0 && !form->attisdropped
		? hash_search(catalog->by_oid, &form->attrelid, HASH_FIND, NULL)
		: NULL;
	OrmCatalogColumn *column;

	if (relation == NULL)
		return;
	column = palloc(sizeof(OrmCatalogColumn));
	column->number = form->attnum;
	column->name = pstrdup(NameStr(form->attname));
	column->not_null = form->attnotnull;
	column->filled = form->atthasdef || form->attidentity != '\0';
	relation->columns = lappend(relation->columns, column);
}

/* Takes in a row of pg_index. */
static void
take_key(OrmCatalog *catalog, HeapTuple tuple, void *argument)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);
	OrmCatalogRelation *relation = form->indisunique ? hash_search(catalog->by_oid, &form->indrelid, HASH_FIND, NULL)
													 : NULL;
	OrmCatalogKey *key;

	if (relation == NULL || !form->indisvalid || !heap_attisnull(tuple, Anum_pg_index_indexprs, NULL) ||
		!heap_attisnull(tuple, Anum_pg_index_indpred, NULL))
		return;
	key = palloc(sizeof(OrmCatalogKey));
	key->primary = form->indisprimary;
	key->n = form->indnkeyatts;
	for (int i = 0; i < key->n; i++)
		key->columns[i] = form->indkey.values[i];
	relation->keys = key->primary ? lcons(key, relation->keys) : lappend(relation->keys, key);
}

/* Takes in a row of pg_constraint: foreign keys, but not what one to a partitioned table is on its partitions. */
static void
take_foreign_key(OrmCatalog *catalog, HeapTuple tuple, void *argument)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	OrmCatalogRelation *relation = form->contype == CONSTRAINT_FOREIGN && !OidIsValid(form->conparentid)
		? hash_search(catalog->by_oid, &form->conrelid, HASH_FIND, NULL)
		: NULL;

	if (relation != NULL)
		relation->foreign_keys = lappend(relation->foreign_keys, orm_foreign_key_from(tuple));
}

/* Orders relations by name. */
static int
compare_relations(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmCatalogRelation *) lfirst(a))->name, ((OrmCatalogRelation *) lfirst(b))->name);
}

/* Orders columns as they are in the table. */
static int
compare_columns(const ListCell *a, const ListCell *b)
{
	return ((OrmCatalogColumn *) lfirst(a))->number - ((OrmCatalogColumn *) lfirst(b))->number;
}

/* Orders foreign keys by name. */
static int
compare_foreign_keys(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmForeignKey *) lfirst(a))->name, ((OrmForeignKey *) lfirst(b))->name);
}

/* Are two foreign keys the same but for their names? */
static bool
same_foreign_key(const OrmForeignKey *a, const OrmForeignKey *b)
{
	if (a->referenced != b->referenced || a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
	{
		bool found = false;

		for (int j = 0; j < b->n; j++)
			found = found || a->columns[i] == b->columns[j];
		if (!found)
			return false;
	}
	return true;
}

/* Orders foreign keys by name; of several over the same columns to one table the first stays. */
static List *
distinct_foreign_keys(List *keys)
{
	List *distinct = NIL;
	ListCell *cell;
	ListCell *other;

	list_sort(keys, compare_foreign_keys);
	foreach(cell, keys)
	{
		bool found = false;

		foreach(other, distinct)
			found = found || same_foreign_key(lfirst(cell), lfirst(other));
		if (!found)
			distinct = lappend(distinct, lfirst(cell));
	}
	return distinct;
}

/* Puts the parts of all relations in order. */
static void
sort_parts(OrmCatalog *catalog)
{
	HASH_SEQ_STATUS all;
	OrmCatalogRelation *relation;

	hash_seq_init(&all, catalog->by_oid);
	while ((relation = hash_seq_search(&all)) != NULL)
	{
		list_sort(relation->columns, compare_columns);
		relation->foreign_keys = distinct_foreign_keys(relation->foreign_keys);
	}
	list_sort(catalog->relations, compare_relations);
}

OrmCatalog *
orm_catalog_read(Oid schema, const List *others)
{
	OrmCatalog *catalog = palloc0(sizeof(OrmCatalog));
	Wanted wanted = {schema, list_copy(others)};
	HASHCTL control = {0};

	list_sort(wanted.others, list_oid_cmp);
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(OrmCatalogRelation);
	control.hcxt = CurrentMemoryContext;
	catalog->by_oid = hash_create("orm catalog", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	scan_catalog(catalog, RelationRelationId, take_relation, &wanted);
	scan_catalog(catalog, AttributeRelationId, take_column, NULL);
	scan_catalog(catalog, IndexRelationId, take_key, NULL);
	scan_catalog(catalog, ConstraintRelationId, take_foreign_key, NULL);
	sort_parts(catalog);
	return catalog;
}

OrmCatalogRelation *
orm_catalog_relation(const OrmCatalog *catalog, Oid relid)
{
	return hash_search(catalog->by_oid, &relid, HASH_FIND, NULL);
}

OrmCatalogColumn *
orm_catalog_column(const OrmCatalogRelation *relation, const char *name)
{
	ListCell *cell;

	foreach(cell, relation->columns)
		if (strcmp(((OrmCatalogColumn *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	return NULL;
}

OrmCatalogColumn *
orm_catalog_column_number(const OrmCatalogRelation *relation, AttrNumber number)
{
	ListCell *cell;

	foreach(cell, relation->columns)
		if (((OrmCatalogColumn *) lfirst(cell))->number == number)
			return lfirst(cell);
	return NULL;
}

List *
orm_catalog_names(const OrmCatalogRelation *relation, const AttrNumber *columns, int n)
{
	List *names = NIL;

	for (int i = 0; i < n; i++)
	{
		OrmCatalogColumn *column = orm_catalog_column_number(relation, columns[i]);

		if (column != NULL)
			names = lappend(names, column->name);
	}
	return names;
}

/* Are all columns of a key among these? */
static bool
is_within(const OrmCatalogKey *key, const AttrNumber *columns, int n)
{
	for (int i = 0; i < key->n; i++)
	{
		bool found = false;

		for (int j = 0; j < n; j++)
			found = found || key->columns[i] == columns[j];
		if (!found)
			return false;
	}
	return true;
}

bool
orm_catalog_is_unique(const OrmCatalogRelation *relation, const AttrNumber *columns, int n)
{
	ListCell *cell;

	foreach(cell, relation->keys)
		if (is_within(lfirst(cell), columns, n))
			return true;
	return false;
}

/* The name under which a view has a column of its relation, or NULL. */
static char *
name_in_view(Oid view, const Query *query, int varno, AttrNumber column)
{
	ListCell *cell;

	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst(cell);
		const Var *var = (const Var *) entry->expr;

		if (!entry->resjunk && IsA(var, Var) && var->varno == varno && var->varattno == column)
			return get_attname(view, entry->resno, true);
	}
	return NULL;
}

/* The columns of a view that are the primary key of the relation that it shows. */
static List *
key_in_view(Oid view, const Query *query)
{
	const RangeTblRef *shown = linitial(query->jointree->fromlist);
	AttrNumber key[INDEX_MAX_KEYS];
	int n = orm_foreign_key_primary(rt_fetch(shown->rtindex, query->rtable)->relid, key);
	List *names = NIL;

	for (int i = 0; i < n; i++)
	{
		char *name = name_in_view(view, query, shown->rtindex, key[i]);

		if (name == NULL)
			return NIL;
		names = lappend(names, name);
	}
	return names;
}

List *
orm_catalog_view_key(Oid view)
{
	Relation relation = try_relation_open(view, AccessShareLock);
	Query *query;
	List *key = NIL;

	if (relation == NULL)
		return NIL;
	query = relation->rd_rel->relkind == RELKIND_VIEW ? get_view_query(relation) : NULL;
	if (query != NULL && view_query_is_auto_updatable(query, false) == NULL)
		key = key_in_view(view, query);
	relation_close(relation, NoLock);
	return key;
}
