/*
 * unique_key.c - the primary key and the unique keys of a model; see unique_key.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "model/index.h"
#include "model/key.h"
#include "model/unique_key.h"

/* Reads the columns of a unique index into a key; false where one is no attribute.  Expressions are passed over. */
static bool
read_columns(const OrmModel *model, Form_pg_index form, OrmKey *key)
{
	bool usable = true;

	key->attributes = palloc(sizeof(int) * (model->nattributes + form->indnkeyatts));
	for (int i = 0; i < form->indnkeyatts; i++)
	{
		if (form->indkey.values[i] == 0)
			continue;
		key->attributes[key->nattributes] = orm_model_attribute_over(model, form->indkey.values[i]);
		usable = usable && key->attributes[key->nattributes] >= 0;
		key->nattributes++;
	}
	return usable;
}

/* Reads a tree of an index; NULL: it has none. */
static Node *
read_tree(HeapTuple tuple, AttrNumber column)
{
	bool isnull;
	Datum tree = SysCacheGetAttr(INDEXRELID, tuple, column, &isnull);

	return isnull ? NULL : stringToNode(TextDatumGetCString(tree));
}

Oid
orm_unique_key_equality(const Node *expression)
{
	return lookup_type_cache(exprType(expression), TYPECACHE_EQ_OPR)->eq_opr;
}

/* Adds the attributes that expressions read to a key; false where one of them cannot be told or compared. */
static bool
add_expressed(const OrmModel *model, const List *expressions, OrmKey *key)
{
	Bitmapset *columns = NULL;
	int member = -1;
	ListCell *cell;

	pull_varattnos((Node *) expressions, 1, &columns);
	foreach(cell, expressions)
		if (!OidIsValid(orm_unique_key_equality(lfirst(cell))))
			return false;
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber column = member + FirstLowInvalidHeapAttributeNumber;
		int attribute = column > 0 ? orm_model_attribute_over(model, column) : -1;

		if (attribute < 0)
			return false;
		if (orm_key_has(key, attribute))
			continue;
		key->attributes[key->nattributes++] = attribute;
		key->nexpressed++;
	}
	return key->nattributes > 0 && key->nattributes <= INDEX_MAX_KEYS;
}

/* Reads what the index of a key has beside columns; false where it is no conflict target. */
static bool
read_terms(const OrmModel *model, HeapTuple tuple, OrmKey *key)
{
	OrmIndexTerms *terms = palloc(sizeof(OrmIndexTerms));

	if (key->deferrable || model->has_rules)
		return false;
	terms->index = ((Form_pg_index) GETSTRUCT(tuple))->indexrelid;
	terms->expressions = (List *) read_tree(tuple, Anum_pg_index_indexprs);
	terms->predicate = read_tree(tuple, Anum_pg_index_indpred);
	key->terms = terms;
	return add_expressed(model, terms->expressions, key);
}

/* Reads the key of a valid unique index; false where it identifies no row of an object. */
static bool
key_of_index(const OrmModel *model, Relation relation, Oid index, OrmKey *key, bool *primary)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	bool usable;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	*primary = form->indisprimary;
	key->deferrable = !form->indimmediate;
	key->nulls_equal = form->indnullsnotdistinct;
	key->name = get_rel_name(index);
	usable = form->indisunique && form->indisvalid && read_columns(model, form, key);
	if (usable && heap_attisnull(tuple, Anum_pg_index_indpred, NULL) &&
		heap_attisnull(tuple, Anum_pg_index_indexprs, NULL))
		key->single = !key->deferrable && orm_index_tells_apart(relation, tuple);
	else if (usable)
		usable = read_terms(model, tuple, key);
	ReleaseSysCache(tuple);
	return usable;
}

/* The declared primary key, for relations without constraints; NULL when a column does not exist. */
static OrmKey *
declared_key(const OrmModel *model)
{
	List *columns = orm_declaration_key(model->declaration);
	OrmKey *key;
	ListCell *cell;

	if (columns == NIL)
		return NULL;
	key = palloc0(sizeof(OrmKey));
	key->attributes = palloc(sizeof(int) * list_length(columns));
	foreach(cell, columns)
	{
		AttrNumber attnum = get_attnum(model->relid, lfirst(cell));
		int attribute = orm_model_attribute_over(model, attnum);

		if (attribute < 0)
			return NULL;
		key->attributes[key->nattributes++] = attribute;
	}
	return key;
}

/* Adds a unique key; the primary key goes first. */
static void
add_unique(OrmModel *model, const OrmKey *key, bool primary)
{
	if (primary && model->nunique > 0)
	{
		model->unique[model->nunique] = model->unique[0];
		model->unique[0] = *key;
	}
	else
		model->unique[model->nunique] = *key;
	model->nunique++;
}

void
orm_unique_key_fill(OrmModel *model, Relation relation)
{
	List *indexes = RelationGetIndexList(relation);
	ListCell *cell;

	model->unique = palloc0(sizeof(OrmKey) * Max(list_length(indexes), 1));
	model->conditional = palloc0(sizeof(OrmKey) * Max(list_length(indexes), 1));
	foreach(cell, indexes)
	{
		OrmKey key = {0};
		bool primary;

		if (!key_of_index(model, relation, lfirst_oid(cell), &key, &primary))
			continue;
		if (key.terms != NULL)
		{
			model->conditional[model->nconditional++] = key;
			continue;
		}
		add_unique(model, &key, primary);
		if (primary)
			model->primary_key = &model->unique[0];
	}
	if (model->primary_key == NULL)
		model->primary_key = declared_key(model);
	for (int i = 0; model->primary_key != NULL && i < model->primary_key->nattributes; i++)
	{
		OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];

		attribute->in_key = true;
		attribute->deferred = false; /* an object has its key */
		model->shown[attribute - model->attributes] = !attribute->hidden;
	}
}
