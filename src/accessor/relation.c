/*
 * relation.c - the accessors of relationships, and the check of their names;
 * see relation.h.
 *
 *     posts(usuarios):  SELECT t.* FROM "s"."posts" AS t WHERE $1."id" OPERATOR(pg_catalog.=) t."autor_id"
 *     autor(posts):     SELECT t.* FROM "s"."usuarios" AS t WHERE t."id" OPERATOR(pg_catalog.=) $1."autor_id"
 *     tags(posts):      SELECT t.* FROM "s"."tags" AS t JOIN "s"."posts_tags" AS j
 *                       ON t."id" OPERATOR(pg_catalog.=) j."tag_id"
 *                       WHERE $1."id" OPERATOR(pg_catalog.=) j."post_id"
 *
 * with the filter and the order of the relationship behind it (query/filter.h).
 *
 * The operators are those of the foreign keys, with the referenced column
 * first; the planner commutes them to use an index.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "accessor/generate.h"
#include "accessor/relation.h"
#include "base/sql.h"
#include "model/cache.h"
#include "model/follow.h"
#include "model/join.h"
#include "query/filter.h"
#include "query/named_scope.h"

/* The rows of the target that are seen, as " AND ...", or "".  A target that hides none is not opened and locked. */
static const char *
scopes_of_target(const OrmRelationship *relationship)
{
	bool deleted = orm_soft_delete_over(relationship) == ORM_DELETED_TOO;
	OrmDeclaration *declaration = NULL;

	orm_follow_table(relationship->target, &declaration);
	if (declaration == NULL || !orm_scope_hides_rows(declaration))
		return "";
	return orm_named_scope_and(orm_cache_open(relationship->target, AccessShareLock), "t",
							   deleted ? ORM_SCOPE_LIFTS_DELETED : 0);
}

/* The body of the accessor of a relationship without a key of its own. */
static char *
derived_body(const OrmModel *model, const OrmRelationship *relationship, const OrmFilterText *text)
{
	OrmDerivedText derived = orm_filter_derived(model, relationship, "$1", "t");

	return psprintf("SELECT t.* FROM %s%s WHERE %s%s", derived.from, text->joins, derived.where, text->order);
}

/* The body of a relationship's accessor. */
static char *
relationship_body(const OrmModel *model, const OrmRelationship *relationship)
{
	OrmJoin join;
	OrmJoinEnd row = orm_join_table_end("$1");
	OrmJoinEnd other = orm_join_table_end("t");
	OrmFilterText text = orm_filter_text(model->name, relationship, "t");
	StringInfoData sql;

	if (orm_model_is_derived(relationship))
		return derived_body(model, relationship, &text);
	join = orm_join_of(model, relationship);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT t.* FROM ");
	orm_sql_relation(&sql, relationship->target_relid);
	appendStringInfoString(&sql, " AS t");
	if (relationship->kind == ORM_MANY_TO_MANY)
	{
		OrmJoin target_join = orm_join_of_target(relationship);

		appendStringInfoString(&sql, " JOIN ");
		orm_sql_relation(&sql, relationship->join_relid);
		appendStringInfoString(&sql, " AS j ON ");
		other = orm_join_table_end("j");
		orm_join_append(&sql, &target_join, orm_join_table_end("t"), other);
	}
	appendStringInfo(&sql, "%s WHERE ", text.joins);
	if (relationship->key_is_local)
		orm_join_append(&sql, &join, other, row);
	else
		orm_join_append(&sql, &join, row, other);
	appendStringInfo(&sql, "%s%s%s", text.condition, scopes_of_target(relationship), text.order);
	return sql.data;
}

OrmAccessor *
orm_relation_accessor(const OrmModel *model, const OrmRelationship *relationship)
{
	OrmAccessor *accessor = palloc0(sizeof(OrmAccessor));
	bool one = relationship->kind == ORM_BELONGS_TO || relationship->kind == ORM_HAS_ONE || relationship->one;

	accessor->name = relationship->name;
	accessor->in_sql = true;
	accessor->by_row = true;
	accessor->nargs = 1;
	accessor->required = 1;
	accessor->argument_types = palloc(sizeof(Oid));
	accessor->argument_types[0] = model->row_type;
	accessor->result = get_rel_type_id(relationship->target_relid);
	accessor->set = true;
	accessor->one = one;
	accessor->body = relationship_body(model, relationship);
	accessor->purpose = psprintf("Returns the \"%s\" of an object of model \"%s\": %s of model \"%s\"%s.",
								 relationship->name, model->name, one ? "an object" : "objects", relationship->target,
								 one ? ", or no row" : "");
	return accessor;
}

/* Raises 42710, with the conflict as detail. */
static void
raise_name(const char *model, const char *name, const char *kind, const char *detail)
{
	ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
			errmsg("name \"%s\" is not allowed for a %s of model \"%s\"", name, kind, model),
			errdetail_internal("%s", detail), errhint("Give the %s another name.", kind));
}

/* Can a function be called with a row of this type as its only argument? */
static bool
callable_on_row(Form_pg_proc form, Oid row_type)
{
	Oid type = InvalidOid;

	if (form->pronargs >= 1 && form->pronargs - form->pronargdefaults <= 1)
		type = form->proargtypes.values[0];
	if (form->pronargs == 1 && OidIsValid(form->provariadic))
		type = form->provariadic;
	return OidIsValid(type) && can_coerce_type(1, &row_type, &type, COERCION_IMPLICIT);
}

/* Does name(row) call a function of pg_catalog? */
static bool
hides_function(const char *name, Oid row_type)
{
	CatCList *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	bool found = false;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		if (form->pronamespace == PG_CATALOG_NAMESPACE && callable_on_row(form, row_type))
			found = true;
	}
	ReleaseSysCacheList(list);
	return found;
}

/* Is there a type of this name in pg_catalog with a cast from the row, which name(row) would invoke? */
static bool
hides_cast(const char *name, Oid row_type)
{
	Oid type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
							   ObjectIdGetDatum(PG_CATALOG_NAMESPACE));
	Oid function;

	return OidIsValid(type) && get_typisdefined(type) && get_typtype(type) != TYPTYPE_PSEUDO &&
		find_coercion_pathway(type, row_type, COERCION_EXPLICIT, &function) != COERCION_PATH_NONE;
}

void
orm_relation_check_name(Oid relid, const char *model, const char *name, const char *kind)
{
	const char *relation = get_rel_name(relid);
	Oid row_type = get_rel_type_id(relid);

	if (get_attnum(relid, name) != InvalidAttrNumber)
		raise_name(model, name, kind,
				   psprintf("\"%s\" has a column of that name, and the column would win "
							"wherever a row's \"%s\" is asked for.",
							relation, name));
	if (hides_function(name, row_type))
		raise_name(model, name, kind,
				   psprintf("Its function would be called instead of pg_catalog.%s() "
							"on rows of \"%s\".",
							name, relation));
	if (hides_cast(name, row_type))
		raise_name(model, name, kind,
				   psprintf("Its function would be called where %s(...) is a cast "
							"of a row of \"%s\".",
							name, relation));
}
