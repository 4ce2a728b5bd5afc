/*
 * relation.c - the functions of relationships, and the names they may not have.
 *
 *     posts(usuarios):  SELECT * FROM "s"."posts" WHERE $1."id" OPERATOR(pg_catalog.=) "autor_id"
 *     autor(posts):     SELECT * FROM "s"."usuarios" WHERE "id" OPERATOR(pg_catalog.=) $1."autor_id"
 *     tags(posts):      SELECT t.* FROM "s"."tags" t JOIN "s"."posts_tags" j
 *                       ON t."id" OPERATOR(pg_catalog.=) j."tag_id"
 *                       WHERE $1."id" OPERATOR(pg_catalog.=) j."post_id"
 *
 * The operators are those of the foreign keys, which take the referenced
 * column first; the planner turns them round where an index needs it.
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

#include "accessor/recipe.h"
#include "accessor/relation.h"
#include "base/sql.h"

/* A column behind what stands for its table: t."id", $1."id", "id". */
static char *
column_text(const char *qualifier, Oid relation, AttrNumber column)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, qualifier);
	orm_sql_name(&sql, get_attname(relation, column, false));
	return sql.data;
}

/* One side of a join: how its table is called, and its columns. */
typedef struct Side
{
	const char *qualifier;
	Oid relation;
	const AttrNumber *columns;
} Side;

/* The collation of a column. */
static Oid
collation_of(const Side *side, int i)
{
	Oid type;
	int32 typmod;
	Oid collation;

	get_atttypetypmodcoll(side->relation, side->columns[i], &type, &typmod, &collation);
	return collation;
}

/* The holder's column, compared under the collation of the referenced one. */
static char *
holder_text(const Side *referenced, const Side *holder, int i)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, column_text(holder->qualifier, holder->relation, holder->columns[i]));
	orm_sql_collate(&sql, collation_of(holder, i), collation_of(referenced, i));
	return sql.data;
}

/* Appends "referenced = holder" for every pair of columns. */
static void
append_join(StringInfo sql, const char *keyword, int n, Side referenced, Side holder, const Oid *operators)
{
	for (int i = 0; i < n; i++)
	{
		appendStringInfoString(sql, i == 0 ? keyword : " AND ");
		orm_sql_comparison(sql, operators[i],
						   column_text(referenced.qualifier, referenced.relation, referenced.columns[i]),
						   get_atttype(referenced.relation, referenced.columns[i]),
						   holder_text(&referenced, &holder, i), get_atttype(holder.relation, holder.columns[i]));
	}
}

/* The body of a relationship's function. */
static char *
relationship_body(const OrmModel *model, const OrmRelationship *r)
{
	StringInfoData sql;
	bool through = r->kind == ORM_MANY_TO_MANY;
	Side row = {"$1.", model->relid, r->local};
	Side other = {through ? "j." : "", through ? r->join_relid : r->target_relid, r->remote};
	Side target = {"t.", r->target_relid, r->target_key};
	Side join = {"j.", r->join_relid, r->join_target};

	initStringInfo(&sql);
	appendStringInfoString(&sql, through ? "SELECT t.* FROM " : "SELECT * FROM ");
	orm_sql_relation(&sql, r->target_relid);
	if (through)
	{
		appendStringInfoString(&sql, " t JOIN ");
		orm_sql_relation(&sql, r->join_relid);
		appendStringInfoString(&sql, " j");
		append_join(&sql, " ON ", r->njoin, target, join, r->join_operators);
	}
	append_join(&sql, " WHERE ", r->nkeys, r->key_is_local ? other : row, r->key_is_local ? row : other, r->operators);
	return sql.data;
}

OrmAccessor *
orm_relation_accessor(const OrmModel *model, const OrmRelationship *relationship, char **comment)
{
	OrmAccessor *accessor = palloc0(sizeof(OrmAccessor));
	bool one = relationship->kind == ORM_BELONGS_TO || relationship->kind == ORM_HAS_ONE;

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
	*comment = psprintf("Returns the \"%s\" of an object of model \"%s\": %s of model \"%s\"%s.", relationship->name,
						model->name, one ? "an object" : "objects", relationship->target, one ? ", or no row" : "");
	return accessor;
}

/* Raises 42710: the name is taken, and why that matters. */
static void
raise_name(const OrmModel *model, const char *name, const char *detail)
{
	ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
			errmsg("relationship \"%s\" of model \"%s\" cannot have this name", name, model->name),
			errdetail_internal("%s", detail), errhint("Give the relationship another name."));
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

/* Is there a function in pg_catalog that name(row) calls? */
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

/* Is there a type in pg_catalog to which a row can be cast, so that name(row) reads like the cast? */
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
orm_relation_check_name(const OrmModel *model, const OrmAccessor *accessor)
{
	const char *name = accessor->name;

	if (get_attnum(model->relid, name) != InvalidAttrNumber)
		raise_name(model, name,
				   psprintf("\"%s\" has a column of that name, and the column would win "
							"wherever a row's \"%s\" is asked for.",
							model->relation, name));
	if (hides_function(name, model->row_type))
		raise_name(model, name,
				   psprintf("Its function would be called instead of pg_catalog.%s() "
							"on rows of \"%s\".",
							name, model->relation));
	if (hides_cast(name, model->row_type))
		raise_name(model, name,
				   psprintf("Its function would be called where %s(...) is a cast "
							"of a row of \"%s\".",
							name, model->relation));
}
