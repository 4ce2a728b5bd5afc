/*
 * hidden.c - hidden attributes; see hidden.h.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_rewrite.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/error.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/hidden.h"
#include "model/lineage.h"
#include "registry/proc.h"

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

/* A relation and, unless it is InvalidOid, another one, with the tables above them. */
static List *
lineage_of(Oid relid, Oid other)
{
	List *relations = orm_lineage_of(relid);

	return OidIsValid(other) ? list_concat_unique_oid(relations, orm_lineage_of(other)) : relations;
}

List *
orm_hidden_columns(Oid relid, Oid other)
{
	List *columns = NIL;
	ListCell *cell;

	foreach(cell, lineage_of(relid, other))
		columns = add_own(columns, lfirst_oid(cell));
	return texts(columns);
}

/* ---- Views ---- */

/* The view of a rule, or InvalidOid for the rule of a table. */
static Oid
view_of_rule(Oid rule)
{
	Relation rewrite = table_open(RewriteRelationId, AccessShareLock);
	Oid relid = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_rewrite_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(rule));
	scan = systable_beginscan(rewrite, RewriteOidIndexId, true, NULL, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		relid = ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class;
	systable_endscan(scan);
	table_close(rewrite, AccessShareLock);
	return OidIsValid(relid) && get_rel_relkind(relid) == RELKIND_VIEW ? relid : InvalidOid;
}

/* Adds the views whose queries name a relation. */
static List *
add_views(List *relations, Oid relid)
{
	ListCell *cell;

	foreach(cell, orm_proc_dependents(RelationRelationId, relid, RewriteRelationId, '\0'))
	{
		Oid view = view_of_rule(lfirst_oid(cell));

		if (OidIsValid(view))
			relations = list_append_unique_oid(relations, view);
	}
	return relations;
}

List *
orm_hidden_of_views(Oid relid, Oid other)
{
	List *relations = lineage_of(relid, other);
	int ntables = list_length(relations);
	List *columns = NIL;
	ListCell *cell;

	for (int i = 0; i < list_length(relations); i++) /* grows behind i */
		relations = add_views(relations, list_nth_oid(relations, i));
	for_each_from(cell, relations, ntables)
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
