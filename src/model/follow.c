/*
 * follow.c - binding the names in a model document to columns.
 *
 * When the document of a table is stored, the relation and number of every named
 * column are recorded with it (a binding).  orm_follow_names then puts the current
 * names of these columns into the declaration parsed from the stored text.  A join
 * table has a binding with column number 0.
 *
 * Columns, keys, the version and belongs_to name columns of the model's own table,
 * has_many and has_one those of the target's table, and many_to_many those of the
 * join table.  Scopes name attributes of the model, filters and orders of the
 * target; attributes without a name of their own are followed, except in
 * expressions, loads and paths.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/attempt.h"
#include "base/names.h"
#include "model/expression_names.h"
#include "model/follow.h"
#include "model/follow_document.h"
#include "model/foreign_key.h"
#include "model/model.h"
#include "model/naming.h"
#include "model/renaming.h"
#include "model/table.h"
#include "registry/read_texts.h"

/* A declaration that is being read for another model. */
typedef struct TargetReading
{
	const OrmRegistered *row;
	OrmDeclaration *declaration;
} TargetReading;

/* Reads it; for orm_attempt. */
static void
read_declaration(void *argument)
{
	TargetReading *reading = argument;

	reading->declaration = orm_follow_declaration(reading->row);
}

/*
 * Reads it.  A text that was never checked must not hurt models that refer to it.  A
 * subtransaction for each look at a target would cost a walk through the relation cache
 * in transactions that make many tables, so texts are remembered; parallel mode has
 * none.  False: it cannot be read.
 */
static bool
read_target(TargetReading *reading)
{
	const OrmRegistered *row = reading->row;

	if (IsInParallelMode() || orm_read_texts_has(row->function, row->text))
		read_declaration(reading);
	else if (orm_attempt(read_declaration, reading, ORM_ATTEMPT_KEEP) == NULL)
		orm_read_texts_add(row->function, row->text);
	else
		return false;
	return true;
}

Oid
orm_follow_table(const char *name, OrmDeclaration **declaration)
{
	TargetReading reading = {orm_registry_find_if_unique(name), NULL};

	if (declaration != NULL)
		*declaration = NULL;
	if (reading.row == NULL || !reading.row->mapped)
		return InvalidOid;
	if (declaration == NULL)
		return reading.row->relid;
	if (!read_target(&reading))
		return InvalidOid;
	*declaration = reading.declaration;
	return reading.row->relid;
}

OrmDeclaration *
orm_follow_declaration(const OrmRegistered *row)
{
	OrmDocument *document = orm_document_parse(row->document, strlen(row->document));
	OrmDeclaration *declaration;

	if (row->mapped && !row->by_map)
		declaration = orm_declaration_parse_stored(document);
	else
		declaration = orm_declaration_parse(document, row->by_map);
	if (row->mapped)
		orm_follow_names(declaration, row);
	else if (declaration->schema == NULL)
		declaration->schema = pstrdup(row->schema);
	return declaration;
}

static void
visit_list(List *names, Oid relation, OrmNameVisitor visit, void *context)
{
	ListCell *cell;

	foreach(cell, names)
		visit(context, relation, (char **) &lfirst(cell));
}

/* The join table of a relationship: the table of the model of that name, or the table of that name. */
static Oid
named_join(const OrmDeclaredRelationship *relationship, const char *schema)
{
	char *given;
	char *name;
	Oid namespace_id;
	Oid relid = orm_follow_table(relationship->through, NULL);

	if (OidIsValid(relid))
		return relid;
	orm_name_split(relationship->through, &given, &name);
	namespace_id = get_namespace_oid(given ? given : schema, true);
	return OidIsValid(namespace_id) ? get_relname_relid(name, namespace_id) : InvalidOid;
}

/* The columns of an expression, which may be NULL. */
static void
visit_expression(char **text, OrmExpressionRow row, Oid relation, OrmNameVisitor visit, void *context)
{
	ListCell *cell;

	foreach(cell, *text != NULL ? orm_expression_names_read(*text, row) : NIL)
	{
		char *name = lfirst(cell);

		visit(context, relation, &name);
		if (strcmp(name, lfirst(cell)) != 0)
			*text = orm_expression_names_replace(*text, row, lfirst(cell), name);
	}
}

/* The columns of a hook and of its condition. */
static void
visit_hook(OrmDeclaredHook *hook, Oid own, OrmNameVisitor visit, void *context)
{
	visit_list(hook->columns, own, visit, context);
	visit_expression(&hook->when_expr, ORM_EXPRESSION_OLD_NEW, own, visit, context);
}

/* The table of the target of a relationship. */
static Oid
target_table(const OrmDeclaration *declaration, const OrmDeclaredRelationship *relationship, Oid own)
{
	return strcmp(relationship->model, declaration->model) == 0 ? own : orm_follow_table(relationship->model, NULL);
}

/* The table that holds the foreign key of a relationship, or its join table. */
static Oid
holder_of(const OrmDeclaration *declaration, const OrmDeclaredRelationship *relationship, Oid own)
{
	if (relationship->kind == ORM_MANY_TO_MANY)
		return relationship->through ? named_join(relationship, get_namespace_name(get_rel_namespace(own)))
									 : InvalidOid;
	return relationship->kind == ORM_BELONGS_TO ? own : target_table(declaration, relationship, own);
}

/* The column of a counter, and those of its expressions. */
static void
visit_counter(const OrmDeclaration *declaration, OrmDeclaredCounter *counter, Oid own, OrmNameVisitor visit,
			  void *context)
{
	const OrmDeclaredRelationship *relationship = orm_declaration_relationship(declaration, counter->relationship);
	Oid holder = InvalidOid;

	visit(context, own, &counter->column);
	if (relationship != NULL && (counter->where_expr != NULL || counter->sum_of != NULL))
		holder = holder_of(declaration, relationship, own);
	visit_expression(&counter->where_expr, ORM_EXPRESSION_ONE, holder, visit, context);
	visit_expression(&counter->sum_of, ORM_EXPRESSION_ONE, holder, visit, context);
}

/* Visits what names attributes: before the columns, by which they are told. */
static void
visit_attributes(OrmDeclaration *declaration, Oid own, OrmNameVisitor visit, void *context)
{
	ListCell *cell;
	ListCell *item;

	foreach(cell, declaration->validations)
		orm_follow_document_attribute(declaration, own, visit, context,
									  &((OrmDeclaredValidation *) lfirst(cell))->attribute);
	foreach(cell, declaration->publications)
		foreach(item, ((OrmDeclaredPublication *) lfirst(cell))->attributes)
			orm_follow_document_attribute(declaration, own, visit, context, (char **) &lfirst(item));
	foreach(cell, declaration->scopes)
		orm_follow_document_visit(&((OrmDeclaredScope *) lfirst(cell))->query, true, declaration, own, visit, context);
	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);
		const OrmDeclaration *whose = strcmp(relationship->model, declaration->model) == 0 ? declaration : NULL;
		Oid target = relationship->filter != NULL || relationship->order_by != NULL
			? target_table(declaration, relationship, own)
			: InvalidOid;

		orm_follow_document_visit(&relationship->order_by, false, whose, target, visit, context);
		orm_follow_document_visit(&relationship->filter, false, whose, target, visit, context);
	}
}

/* Visits every column name of a declaration, what is named by attributes first. */
static void
visit_columns(OrmDeclaration *declaration, Oid own, OrmNameVisitor visit, void *context)
{
	ListCell *cell;

	visit_attributes(declaration, own, visit, context);
	foreach(cell, declaration->columns)
		visit(context, own, &((OrmDeclaredColumn *) lfirst(cell))->name);
	foreach(cell, declaration->constraints)
		visit_list(((OrmDeclaredConstraint *) lfirst(cell))->columns, own, visit, context);
	foreach(cell, declaration->hooks)
		visit_hook(lfirst(cell), own, visit, context);
	foreach(cell, declaration->timestamps)
	{
		OrmDeclaredTimestamps *times = lfirst(cell);

		if (times->created_at != NULL)
			visit(context, own, &times->created_at);
		if (times->updated_at != NULL)
			visit(context, own, &times->updated_at);
	}
	foreach(cell, declaration->stamps)
		visit(context, own, &((OrmDeclaredStamp *) lfirst(cell))->column);
	foreach(cell, declaration->counters)
		visit_counter(declaration, lfirst(cell), own, visit, context);
	foreach(cell, declaration->positions)
		visit(context, own, &((OrmDeclaredPosition *) lfirst(cell))->column);
	foreach(cell, declaration->soft_deletes)
		visit(context, own, &((OrmDeclaredSoftDelete *) lfirst(cell))->column);
	foreach(cell, declaration->versions)
		visit(context, own, &((OrmDeclaredVersion *) lfirst(cell))->column);
	foreach(cell, declaration->removals)
		if (((OrmDeclaredRemoval *) lfirst(cell))->column != NULL)
			visit(context, own, &((OrmDeclaredRemoval *) lfirst(cell))->column);
	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		if (relationship->foreign_key != NIL)
			visit_list(relationship->foreign_key, holder_of(declaration, relationship, own), visit, context);
	}
}

/* Is the join table given by the name of a table, not of a model? */
static bool
joins_through_table(const OrmDeclaredRelationship *relationship)
{
	return relationship->through != NULL && !OidIsValid(orm_follow_table(relationship->through, NULL));
}

char *
orm_follow_table_name(Oid relation)
{
	const char *name = get_rel_name(relation);
	const char *schema = name ? get_namespace_name(get_rel_namespace(relation)) : NULL;

	if (name == NULL || schema == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relation));
	return orm_name_compose(schema, name);
}

/* The name of a column, or NULL when it was dropped. */
static char *
live_column_name(Oid relation, AttrNumber attnum)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(attnum));
	char *name = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	if (!((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped)
		name = pstrdup(NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname));
	ReleaseSysCache(tuple);
	return name;
}

/* Replaces the recorded name of a bound column by its current name. */
static void
follow_name(void *context, Oid relation, char **name)
{
	const OrmRegistered *row = context;

	for (int i = 0; i < row->nrefs; i++)
	{
		const OrmColumnRef *ref = &row->refs[i];
		char *now;

		if (ref->attnum <= 0 || ref->relation != relation || strcmp(ref->name, *name) != 0)
			continue;
		now = live_column_name(relation, ref->attnum);
		if (now != NULL)
			*name = now;
		return;
	}
}

/* Replaces the recorded names of bound join tables by their current names. */
static void
follow_join_tables(OrmDeclaration *declaration, const OrmRegistered *row)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		for (int i = 0; relationship->through != NULL && i < row->nrefs; i++)
			if (row->refs[i].attnum == 0 && strcmp(row->refs[i].name, relationship->through) == 0 &&
				get_rel_name(row->refs[i].relation) != NULL)
			{
				relationship->through = orm_follow_table_name(row->refs[i].relation);
				break;
			}
	}
}

void
orm_follow_names(OrmDeclaration *declaration, const OrmRegistered *row)
{
	Assert(row->mapped && OidIsValid(row->relid));
	follow_join_tables(declaration, row);
	visit_columns(declaration, row->relid, follow_name, unconstify(OrmRegistered *, row));
	orm_naming_apply(declaration);
	declaration->schema = get_namespace_name(get_rel_namespace(row->relid));
	orm_renaming_follow(declaration, get_rel_name(row->relid));
}

/* Adds a binding. */
static void
add_ref(OrmRegistered *row, Oid relation, const char *name, AttrNumber attnum)
{
	row->refs = row->nrefs == 0 ? palloc(sizeof(OrmColumnRef))
								: repalloc(row->refs, sizeof(OrmColumnRef) * (row->nrefs + 1));
	row->refs[row->nrefs].relation = relation;
	row->refs[row->nrefs].name = pstrdup(name);
	row->refs[row->nrefs].attnum = attnum;
	row->nrefs++;
}

/* Adds the binding of a column, if it exists. */
static void
bind_name(void *context, Oid relation, char **name)
{
	AttrNumber attnum = OidIsValid(relation) ? get_attnum(relation, *name) : InvalidAttrNumber;

	if (attnum > 0)
		add_ref(context, relation, *name, attnum);
}

void
orm_follow_bind(const OrmDeclaration *declaration, OrmRegistered *row)
{
	ListCell *cell;

	Assert(OidIsValid(row->relid));
	row->nrefs = 0;
	row->refs = NULL;
	visit_columns(unconstify(OrmDeclaration *, declaration), row->relid, bind_name, row);
	foreach(cell, declaration->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);
		Oid join;

		if (!joins_through_table(relationship))
			continue;
		join = named_join(relationship, get_namespace_name(get_rel_namespace(row->relid)));
		if (OidIsValid(join))
			add_ref(row, join, relationship->through, 0);
	}
}

void
orm_follow_renamed(const OrmDeclaration *declaration, OrmRegistered *row, Oid relation, AttrNumber attnum,
				   const char *old_name)
{
	ListCell *cell;

	if (attnum > 0)
	{
		add_ref(row, relation, old_name, attnum);
		return;
	}
	foreach(cell, declaration->relationships)
	{
		const OrmDeclaredRelationship *relationship = lfirst(cell);
		char *schema;
		char *name;

		if (relationship->through == NULL || !orm_name_is_table(relationship->through, &schema, &name))
			continue;
		if (strcmp(name, old_name) == 0 &&
			(schema == NULL || get_namespace_oid(schema, true) == get_rel_namespace(relation)))
			add_ref(row, relation, relationship->through, 0);
	}
}

/* The name of the referencing column of a referenced one, or NULL. */
static char *
name_of_pair(Oid holder, const AttrNumber *columns, const AttrNumber *referenced_columns, int n, AttrNumber referenced)
{
	for (int i = 0; i < n; i++)
		if (referenced_columns[i] == referenced)
			return get_attname(holder, columns[i], false);
	return NULL;
}

/* Names of columns as a list. */
static List *
list_names(Oid relation, const AttrNumber *columns, int n)
{
	List *names = NIL;

	for (int i = 0; i < n; i++)
		names = lappend(names, get_attname(relation, columns[i], false));
	return names;
}

/*
 * Column names of a foreign key, in the order of the referenced primary key, which
 * is how columns without a constraint are paired.  If it references other columns,
 * in the order of the foreign key.
 */
static List *
column_names(Oid holder, const AttrNumber *columns, Oid referenced, const AttrNumber *referenced_columns, int n)
{
	AttrNumber key[INDEX_MAX_KEYS];
	int nkey = orm_foreign_key_primary(referenced, key);
	List *names = NIL;

	for (int i = 0; i < nkey; i++)
	{
		char *name = name_of_pair(holder, columns, referenced_columns, n, key[i]);

		if (name == NULL)
			return list_names(holder, columns, n);
		names = lappend(names, name);
	}
	return nkey == n ? names : list_names(holder, columns, n);
}

bool
orm_follow_pin(OrmDeclaration *declaration, const OrmModel *model)
{
	bool pinned = false;

	for (int i = 0; i < model->nrelationships; i++)
	{
		const OrmRelationship *relationship = &model->relationships[i];
		OrmDeclaredRelationship *declared = orm_declaration_relationship(declaration, relationship->name);

		if (declared == NULL || declared->foreign_key != NIL || !relationship->resolved ||
			orm_model_is_derived(relationship))
			continue;
		pinned = true;
		if (relationship->kind == ORM_BELONGS_TO)
			declared->foreign_key = column_names(model->relid, relationship->local, relationship->target_relid,
												 relationship->remote, relationship->nkeys);
		else
			declared->foreign_key = column_names(
				relationship->kind == ORM_MANY_TO_MANY ? relationship->join_relid : relationship->target_relid,
				relationship->remote, model->relid, relationship->local, relationship->nkeys);
	}
	return pinned;
}
