/*
 * member.c - members of composite values; see member.h.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/typcache.h"

#include "base/nearest.h"
#include "model/hidden.h"
#include "query/member.h"

bool
orm_member_has(const OrmExpression *expression)
{
	return expression->type->class == ORM_TYPE_COMPOSITE;
}

/* Raises 42703. */
static void
pg_attribute_noreturn() raise_no_member(TupleDesc descriptor, Oid type, const char *name, const OrmPath *place)
{
	const char **names = palloc(sizeof(char *) * Max(descriptor->natts, 1));
	int n = 0;

	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped)
			names[n++] = pstrdup(NameStr(TupleDescAttr(descriptor, i)->attname));
	ReleaseTupleDesc(descriptor);
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("type %s has no attribute \"%s\"", format_type_be(type), orm_error_clip(name)),
			orm_error_place(place), orm_nearest_hint("attribute", name, names, n));
}

const OrmExpression *
orm_member_of(const OrmExpression *composite, const char *name, const OrmPath *place)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc(composite->type->base, -1);
	OrmExpression *member = palloc0(sizeof(OrmExpression));
	StringInfoData sql;
	int found = 0;

	if (composite->attribute != NULL)
		orm_hidden_refuse(composite->model, composite->attribute, place);
	while (found < descriptor->natts &&
		   (TupleDescAttr(descriptor, found)->attisdropped ||
			strcmp(NameStr(TupleDescAttr(descriptor, found)->attname), name) != 0))
		found++;
	if (found == descriptor->natts)
		raise_no_member(descriptor, composite->type->base, name, place);
	initStringInfo(&sql);
	appendStringInfo(&sql, "(%s).", composite->sql);
	orm_sql_name(&sql, name);
	member->name = psprintf("%s.%s", composite->name, name);
	member->sql = sql.data;
	member->type = orm_type_make(TupleDescAttr(descriptor, found)->atttypid,
								 TupleDescAttr(descriptor, found)->atttypmod,
								 TupleDescAttr(descriptor, found)->attcollation);
	member->window = composite->window;
	ReleaseTupleDesc(descriptor);
	return member;
}
