/*
 * hidden.c - hidden attributes; see hidden.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/value.h"
#include "rewrite/rewriteHandler.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/error.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/hidden.h"

/* What has been noted. */
static bool noted;
static List *views; /* OIDs, in TopMemoryContext */

void
orm_hidden_note(const OrmModel *model)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

	noted = true;
	if (model->relkind == RELKIND_VIEW)
		views = list_append_unique_oid(views, model->relid);
	MemoryContextSwitchTo(caller);
}

/* A list of String * as one of char *. */
static List *
texts(const List *strings)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, strings)
		names = lappend(names, strVal(lfirst(cell)));
	return names;
}

bool
orm_hidden_is_noted(void)
{
	return noted;
}

void
orm_hidden_refuse(const OrmModel *model, const OrmAttribute *attribute, const OrmPath *path)
{
	if (attribute->hidden)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("attribute \"%s\" of model \"%s\" is hidden", attribute->name, model->name),
				orm_error_place(path), errhint("It is allowed in conditions with \"eq\" and \"in\", and in \"omit\"."));
}

/* ---- Columns ---- */

/* Adds the hidden columns of the models of a relation. */
static List *
add_own(List *columns, Oid relid)
{
	ListCell *cell;
	ListCell *inner;

	foreach(cell, orm_registry_of_relation(relid))
		foreach(inner, orm_follow_declaration(lfirst(cell))->columns)
			if (((OrmDeclaredColumn *) lfirst(inner))->hidden == ORM_YES)
				columns = list_append_unique(columns, makeString(((OrmDeclaredColumn *) lfirst(inner))->name));
	return columns;
}

/* Adds the hidden columns of a relation and of its parents. */
static List *
add_all(List *columns, Oid relid)
{
	Relation inherits;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple tuple;

	check_stack_depth();
	columns = add_own(columns, relid);
	inherits = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		columns = add_all(columns, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	return columns;
}

List *
orm_hidden_columns(Oid relid, Oid other)
{
	List *columns = add_all(NIL, relid);

	return texts(OidIsValid(other) ? add_all(columns, other) : columns);
}

static bool reads(Oid view, Oid relid);

/* A view, and the relation that its query is searched for. */
typedef struct Sought
{
	Oid view;
	Oid relid;
} Sought;

/* Walker: does a query read the relation?  Up to PostgreSQL 15 it has entries of the view itself. */
static bool
find_relation(Node *node, void *context)
{
	const Sought *sought = context;
	const RangeTblEntry *entry = (RangeTblEntry *) node;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
		return entry->rtekind == RTE_RELATION && entry->relid != sought->view &&
			(entry->relid == sought->relid || reads(entry->relid, sought->relid));
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, find_relation, context, QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, find_relation, context);
}

/* Does a view read a relation? */
static bool
reads(Oid view, Oid relid)
{
	Relation relation = get_rel_relkind(view) == RELKIND_VIEW ? try_relation_open(view, AccessShareLock) : NULL;
	Sought sought = {view, relid};
	bool found;

	check_stack_depth();
	if (relation == NULL)
		return false;
	found = find_relation((Node *) get_view_query(relation), &sought);
	relation_close(relation, AccessShareLock);
	return found;
}

List *
orm_hidden_of_views(Oid relid)
{
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, views)
		if (reads(lfirst_oid(cell), relid))
			columns = add_own(columns, lfirst_oid(cell));
	return texts(columns);
}

/* ---- Objects ---- */

static void mask(StringInfo out, const OrmModel *model, OrmJson json);

/* Appends a value as it stands in its document. */
static void
append_source(StringInfo out, OrmJson json)
{
	int length;
	const char *text = orm_json_source(json, &length);

	appendBinaryStringInfo(out, text, length);
}

/* Appends the value of a member of an object. */
static void
mask_member(StringInfo out, const OrmModel *model, const char *name, OrmJson value)
{
	int attribute = orm_model_attribute(model, name, strlen(name));
	const OrmRelationship *relationship = orm_model_relationship(model, name);
	const OrmModel *target = relationship != NULL ? orm_cache_open_if_any(relationship->target, AccessShareLock) : NULL;

	if (attribute >= 0 && model->attributes[attribute].hidden && orm_json_kind(value) != ORM_JSON_NULL)
		escape_json(out, ORM_HIDDEN);
	else if (target != NULL)
		mask(out, target, value);
	else if (name[0] == '$')
		mask(out, model, value);
	else
		append_source(out, value);
}

/* Appends an object, or a list of objects or instructions. */
static void
mask(StringInfo out, const OrmModel *model, OrmJson json)
{
	OrmJsonKind kind = orm_json_kind(json);
	OrmJsonWalk walk;

	check_stack_depth();
	if (kind != ORM_JSON_OBJECT && kind != ORM_JSON_ARRAY)
	{
		append_source(out, json);
		return;
	}
	appendStringInfoChar(out, kind == ORM_JSON_OBJECT ? '{' : '[');
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(out, walk.index > 0 ? ", " : "");
		if (kind == ORM_JSON_ARRAY)
		{
			mask(out, model, walk.value);
			continue;
		}
		append_source(out, walk.key);
		appendStringInfoString(out, ": ");
		mask_member(out, model, orm_json_string(walk.key), walk.value);
	}
	appendStringInfoChar(out, kind == ORM_JSON_OBJECT ? '}' : ']');
}

char *
orm_hidden_mask(const OrmModel *model, OrmJson object)
{
	StringInfoData out;

	initStringInfo(&out);
	mask(&out, model, object);
	return out.data;
}
