/*
 * reflect.c - making a declaration from a relation in the catalogs.
 *
 * A constraint or index on one column with the default name becomes a key of the
 * column ("is_unique": true), if there is one.  All others become elements.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "model/reflect.h"

/* State of reflecting a relation. */
typedef struct Reflection
{
	Relation relation;
	OrmDeclaration *declaration;
	List *context; /* for printing expressions */
	OrmTargetNamer namer;
	void *arg;
	int position; /* of the next element */
} Reflection;

/* Deparses an expression. */
static char *
print_expression(const Reflection *r, char *stored)
{
	return deparse_expression(stringToNode(stored), r->context, false, false);
}

/* The default or generation expression of a column as a node string, or NULL. */
static char *
stored_default(TupleDesc descriptor, AttrNumber attnum)
{
	for (int i = 0; descriptor->constr != NULL && i < descriptor->constr->num_defval; i++)
		if (descriptor->constr->defval[i].adnum == attnum)
			return descriptor->constr->defval[i].adbin;
	return NULL;
}

/* The sequence of a default that is nextval() and nothing else, or InvalidOid. */
static Oid
sequence_of_default(char *stored)
{
	Node *node = stringToNode(stored);
	FuncExpr *call;
	Const *argument;

	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST)
		node = linitial(((FuncExpr *) node)->args);
	if (!IsA(node, FuncExpr) || ((FuncExpr *) node)->funcid != F_NEXTVAL)
		return InvalidOid;
	call = (FuncExpr *) node;
	argument = linitial(call->args);
	return IsA(argument, Const) && !argument->constisnull ? DatumGetObjectId(argument->constvalue) : InvalidOid;
}

/* Is this the default of a serial column: nextval() of a sequence owned by the column? */
static bool
is_serial(Oid relid, Form_pg_attribute attribute, char *stored)
{
	Oid sequence = sequence_of_default(stored);
	Oid table;
	int32 column;

	return OidIsValid(sequence) && sequenceIsOwned(sequence, DEPENDENCY_AUTO, &table, &column) && table == relid &&
		column == attribute->attnum &&
		(attribute->atttypid == INT2OID || attribute->atttypid == INT4OID || attribute->atttypid == INT8OID);
}

/* Identity, generation expression or default of a column. */
static void
reflect_value(Reflection *r, Form_pg_attribute attribute, OrmDeclaredColumn *column)
{
	char *stored = stored_default(RelationGetDescr(r->relation), attribute->attnum);

	if (attribute->attidentity != '\0')
		column->identity = attribute->attidentity == ATTRIBUTE_IDENTITY_ALWAYS ? "always" : "by default";
	else if (stored != NULL && attribute->attgenerated != '\0')
		column->generated = print_expression(r, stored);
	else if (stored != NULL && is_serial(RelationGetRelid(r->relation), attribute, stored))
		column->identity = "by default";
	else if (stored != NULL)
		column->server_default = print_expression(r, stored);
}

/* Adds a column. */
static void
reflect_column(Reflection *r, Form_pg_attribute attribute)
{
	OrmDeclaredColumn *column = palloc0(sizeof(OrmDeclaredColumn));
	char *name = pstrdup(NameStr(attribute->attname));
	char *attribute_name = orm_declaration_attribute_name(name);

	column->name = name;
	column->attribute = strcmp(name, attribute_name) != 0 ? attribute_name : NULL;
	column->type_oid = attribute->atttypid;
	column->typmod = attribute->atttypmod;
	column->type = orm_type_name(attribute->atttypid, attribute->atttypmod);
	column->primary_key = column->is_unique = column->indexed = ORM_NOT_GIVEN;
	column->nullable = attribute->attnotnull ? ORM_NO : ORM_NOT_GIVEN;
	if (OidIsValid(attribute->attcollation) && attribute->attcollation != get_typcollation(attribute->atttypid))
	{
		column->collation_oid = attribute->attcollation;
		column->collation = orm_type_collation_name(attribute->attcollation);
	}
	column->comment = GetComment(RelationGetRelid(r->relation), RelationRelationId, attribute->attnum);
	column->position = r->position++;
	reflect_value(r, attribute, column);
	r->declaration->columns = lappend(r->declaration->columns, column);
}

/* Adds all columns, in table order. */
static void
reflect_columns(Reflection *r)
{
	TupleDesc descriptor = RelationGetDescr(r->relation);

	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped)
			reflect_column(r, TupleDescAttr(descriptor, i));
}

/* Adds a constraint to the declaration. */
static OrmDeclaredConstraint *
add_constraint(Reflection *r, OrmConstraintKind kind, char *name, List *columns)
{
	OrmDeclaredConstraint *constraint = palloc0(sizeof(OrmDeclaredConstraint));

	constraint->kind = kind;
	constraint->name = name;
	constraint->columns = columns;
	constraint->is_unique = ORM_NOT_GIVEN;
	constraint->position = r->position++;
	r->declaration->constraints = lappend(r->declaration->constraints, constraint);
	return constraint;
}

/* The name, or NULL when it is the default name of PostgreSQL. */
static char *
own_name(const Reflection *r, const char *name, List *columns, const char *label)
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

/* The only column in the list, or NULL. */
static OrmDeclaredColumn *
only_column(const Reflection *r, List *columns)
{
	return list_length(columns) == 1 ? orm_declaration_column(r->declaration, linitial(columns)) : NULL;
}

/* A constraint of the catalogs. */
typedef struct CatalogConstraint
{
	Form_pg_constraint form;
	HeapTuple tuple;
	List *columns; /* of char * */
} CatalogConstraint;

/* An attribute of a pg_constraint row; false when it is NULL. */
static bool
constraint_attribute(HeapTuple tuple, int attribute, Datum *value)
{
	bool isnull;

	*value = SysCacheGetAttr(CONSTROID, tuple, attribute, &isnull);
	return !isnull;
}

/* The names of the columns in an array attribute of a pg_constraint row. */
static List *
column_names(Oid relid, HeapTuple tuple, int attribute)
{
	List *names = NIL;
	Datum value;
	ArrayType *array;

	if (!constraint_attribute(tuple, attribute, &value))
		return NIL;
	array = DatumGetArrayTypeP(value);
	for (int i = 0; ARR_NDIM(array) == 1 && i < ARR_DIMS(array)[0]; i++)
	{
		char *name = get_attname(relid, ((int16 *) ARR_DATA_PTR(array))[i], true);

		/* 0, a whole-row reference in a check, has no name */
		if (name != NULL)
			names = lappend(names, name);
	}
	return names;
}

/* Adds the primary key, and removes "nullable" from its columns. */
static void
reflect_primary_key(Reflection *r, const CatalogConstraint *c)
{
	char *name = own_name(r, NameStr(c->form->conname), NIL, "pkey");
	OrmDeclaredColumn *only = only_column(r, c->columns);
	ListCell *cell;

	foreach(cell, c->columns)
		orm_declaration_column(r->declaration, lfirst(cell))->nullable = ORM_NOT_GIVEN;
	if (only != NULL && name == NULL)
		only->primary_key = ORM_YES;
	else
		add_constraint(r, ORM_CONSTRAINT_PRIMARY_KEY, name, c->columns);
	if (only != NULL && only->identity == NULL && only->server_default == NULL && only->generated == NULL)
		only->identity = "none";
}

/* Adds a unique constraint. */
static void
reflect_unique(Reflection *r, const CatalogConstraint *c)
{
	char *name = own_name(r, NameStr(c->form->conname), c->columns, "key");
	OrmDeclaredColumn *only = only_column(r, c->columns);

	if (only != NULL && name == NULL)
		only->is_unique = ORM_YES;
	else
		add_constraint(r, ORM_CONSTRAINT_UNIQUE, name, c->columns);
}

/* Adds a check constraint. */
static void
reflect_check(Reflection *r, const CatalogConstraint *c)
{
	OrmDeclaredColumn *only = only_column(r, c->columns);
	char *expression;
	Datum stored;

	if (!constraint_attribute(c->tuple, Anum_pg_constraint_conbin, &stored))
		return;
	expression = print_expression(r, TextDatumGetCString(stored));
	if (only != NULL && only->check_expr == NULL && own_name(r, NameStr(c->form->conname), c->columns, "check") == NULL)
		only->check_expr = expression;
	else
		add_constraint(r, ORM_CONSTRAINT_CHECK, pstrdup(NameStr(c->form->conname)), NIL)->expr = expression;
}

/* The keyword of a referential action; NULL for NO ACTION, the default. */
static char *
action_word(char action)
{
	switch (action)
	{
		case FKCONSTR_ACTION_CASCADE:
			return "cascade";
		case FKCONSTR_ACTION_SETNULL:
			return "set null";
		case FKCONSTR_ACTION_SETDEFAULT:
			return "set default";
		case FKCONSTR_ACTION_RESTRICT:
			return "restrict";
	}
	return NULL;
}

/* The name of a foreign key's target in the document. */
static char *
target_name(const Reflection *r, Oid relid)
{
	char *name = r->namer != NULL ? r->namer(relid, r->arg) : NULL;

	return name != NULL ? name : orm_name_compose(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* Is this one column, and the primary key of the relation? */
static bool
is_only_key(Oid relid, List *columns)
{
	Oid constraint;
	Bitmapset *key = get_primary_key_attnos(relid, true, &constraint);

	return list_length(columns) == 1 && bms_num_members(key) == 1 &&
		bms_is_member(get_attnum(relid, linitial(columns)) - FirstLowInvalidHeapAttributeNumber, key);
}

/* Is this the additional constraint of a foreign key to a partitioned table, which references a partition? */
static bool
is_shadow(Form_pg_constraint form)
{
	HeapTuple parent = SearchSysCache1(CONSTROID, ObjectIdGetDatum(form->conparentid));
	bool shadow = HeapTupleIsValid(parent) && ((Form_pg_constraint) GETSTRUCT(parent))->conrelid == form->conrelid;

	if (HeapTupleIsValid(parent))
		ReleaseSysCache(parent);
	return shadow;
}

/* Adds a foreign key. */
static void
reflect_foreign_key(Reflection *r, const CatalogConstraint *c)
{
	char *name = own_name(r, NameStr(c->form->conname), c->columns, "fkey");
	List *referenced = column_names(c->form->confrelid, c->tuple, Anum_pg_constraint_confkey);
	OrmDeclaredColumn *only = only_column(r, c->columns);
	OrmDeclaredConstraint *constraint;

	if (is_shadow(c->form))
		return;
	if (only != NULL && name == NULL && only->foreign_key == NULL && is_only_key(c->form->confrelid, referenced))
	{
		only->foreign_key = target_name(r, c->form->confrelid);
		only->on_delete = action_word(c->form->confdeltype);
		only->on_update = action_word(c->form->confupdtype);
		return;
	}
	constraint = add_constraint(r, ORM_CONSTRAINT_FOREIGN_KEY, name, c->columns);
	constraint->target = target_name(r, c->form->confrelid);
	constraint->target_columns = referenced;
	constraint->on_delete = action_word(c->form->confdeltype);
	constraint->on_update = action_word(c->form->confupdtype);
}

typedef void (*ConstraintReflector)(Reflection *r, const CatalogConstraint *c);

/* Functions by kind of constraint, in the order of their elements. */
static const struct
{
	char type;
	ConstraintReflector reflect;
} constraint_types[] = {
	{CONSTRAINT_PRIMARY, reflect_primary_key},
	{CONSTRAINT_UNIQUE, reflect_unique},
	{CONSTRAINT_CHECK, reflect_check},
	{CONSTRAINT_FOREIGN, reflect_foreign_key},
};

/* Adds all constraints of a kind, by name. */
static void
reflect_constraints(Reflection *r, char type, ConstraintReflector reflect)
{
	Oid relid = RelationGetRelid(r->relation);
	Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	CatalogConstraint c;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(c.tuple = systable_getnext(scan)))
	{
		c.form = (Form_pg_constraint) GETSTRUCT(c.tuple);
		if (c.form->contype != type)
			continue;
		c.columns = column_names(relid, c.tuple, Anum_pg_constraint_conkey);
		reflect(r, &c);
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
}

/* Is this a valid index without expressions and INCLUDE columns, and with defaults for all column options? */
static bool
is_plain_index(Relation index)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisvalid || form->indnatts != form->indnkeyatts ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL))
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
	{
		AttrNumber attnum = form->indkey.values[i];
		Oid type;
		int32 typmod;
		Oid collation;

		if (attnum <= 0)
			return false;
		get_atttypetypmodcoll(form->indrelid, attnum, &type, &typmod, &collation);
		if (index->rd_indoption[i] != 0 || get_attoptions(RelationGetRelid(index), i + 1) != (Datum) 0 ||
			(OidIsValid(index->rd_indcollation[i]) && index->rd_indcollation[i] != collation) ||
			get_index_column_opclass(RelationGetRelid(index), i + 1) != GetDefaultOpClass(type, index->rd_rel->relam))
			return false;
	}
	return true;
}

/* The condition of a partial index, or NULL. */
static char *
index_condition(const Reflection *r, Relation index)
{
	bool isnull;
	Datum stored = SysCacheGetAttr(INDEXRELID, index->rd_indextuple, Anum_pg_index_indpred, &isnull);

	return isnull ? NULL : print_expression(r, TextDatumGetCString(stored));
}

/* Adds an index. */
static void
reflect_index(Reflection *r, Relation index)
{
	Form_pg_index form = index->rd_index;
	List *columns = NIL;
	char *name;
	OrmDeclaredColumn *only;
	OrmDeclaredConstraint *constraint;
	bool btree = index->rd_rel->relam == BTREE_AM_OID;
	char *condition = index_condition(r, index);

	for (int i = 0; i < form->indnkeyatts; i++)
		columns = lappend(columns, get_attname(form->indrelid, form->indkey.values[i], false));
	name = own_name(r, RelationGetRelationName(index), columns, "idx");
	only = only_column(r, columns);
	if (only != NULL && name == NULL && btree && condition == NULL && !form->indisunique &&
		only->is_unique != ORM_YES && only->primary_key != ORM_YES)
	{
		only->indexed = ORM_YES;
		return;
	}
	constraint = add_constraint(r, ORM_CONSTRAINT_INDEX, name, columns);
	constraint->is_unique = form->indisunique ? ORM_YES : ORM_NOT_GIVEN;
	constraint->method = btree ? NULL : get_am_name(index->rd_rel->relam);
	constraint->where_expr = condition;
}

/* Adds all plain indexes that do not belong to a constraint. */
static void
reflect_indexes(Reflection *r)
{
	ListCell *cell;

	foreach(cell, RelationGetIndexList(r->relation))
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (!OidIsValid(get_index_constraint(RelationGetRelid(index))) && is_plain_index(index))
			reflect_index(r, index);
		index_close(index, AccessShareLock);
	}
}

/* Sets a search_path for qualified names in deparsed expressions; returns the GUC nest level. */
static int
qualify_everything(void)
{
	int level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
	return level;
}

OrmDeclaration *
orm_reflect_relation(Oid relid, const char *model, OrmTargetNamer namer, void *arg)
{
	Reflection r = {.namer = namer, .arg = arg};
	int level = qualify_everything();

	r.relation = relation_open(relid, NoLock);
	r.context = deparse_context_for(RelationGetRelationName(r.relation), relid);
	r.declaration = palloc0(sizeof(OrmDeclaration));
	r.declaration->model = pstrdup(model);
	r.declaration->schema = get_namespace_name(RelationGetNamespace(r.relation));
	r.declaration->relation = pstrdup(RelationGetRelationName(r.relation));
	r.declaration->all_accessors = true;
	reflect_columns(&r);
	for (int i = 0; i < (int) lengthof(constraint_types); i++)
		reflect_constraints(&r, constraint_types[i].type, constraint_types[i].reflect);
	reflect_indexes(&r);
	relation_close(r.relation, NoLock);
	AtEOXact_GUC(true, level);
	return r.declaration;
}

/* Adds the declared primary key, if the relation has none. */
static void
add_declared_key(OrmDeclaration *full, const OrmDeclaration *stored)
{
	List *columns = orm_declaration_key(stored);
	OrmDeclaredConstraint *constraint;

	if (columns == NIL || orm_declaration_key(full) != NIL)
		return;
	constraint = palloc0(sizeof(OrmDeclaredConstraint));
	constraint->kind = ORM_CONSTRAINT_PRIMARY_KEY;
	constraint->columns = list_copy(columns);
	constraint->is_unique = ORM_NOT_GIVEN;
	constraint->position = list_length(full->columns) + list_length(full->constraints);
	full->constraints = lappend(full->constraints, constraint);
}

/* Adds the relationships, after all other elements. */
static void
add_relationships(OrmDeclaration *full, const OrmDeclaration *stored)
{
	int position = list_length(full->columns) + list_length(full->constraints);
	ListCell *cell;

	foreach(cell, stored->relationships)
	{
		OrmDeclaredRelationship *copy = palloc(sizeof(OrmDeclaredRelationship));

		*copy = *(OrmDeclaredRelationship *) lfirst(cell);
		copy->position = position++;
		full->relationships = lappend(full->relationships, copy);
	}
}

OrmDeclaration *
orm_reflect_model(const OrmModel *model, OrmTargetNamer namer, void *arg)
{
	OrmDeclaration *full = orm_reflect_relation(model->relid, model->name, namer, arg);
	const OrmDeclaration *stored = model->declaration;

	for (int i = 0; i < model->nattributes; i++)
	{
		OrmDeclaredColumn *column = orm_declaration_column(full, model->attributes[i].column);

		if (column != NULL)
			column->attribute = strcmp(column->name, model->attributes[i].name) == 0
				? NULL
				: pstrdup(model->attributes[i].name);
	}
	add_declared_key(full, stored);
	add_relationships(full, stored);
	full->versions = stored->versions;
	full->has_accessors = stored->has_accessors;
	full->prefix = stored->prefix;
	full->accessor_schema = stored->accessor_schema;
	full->include = stored->include;
	full->all_accessors = stored->all_accessors;
	return full;
}
