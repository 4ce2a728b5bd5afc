/*
 * access.c - privileges of the current user on columns; see access.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"

#include "exec/access.h"

/* Does the current user have SELECT on the table? */
static bool
may_read_all(const OrmModel *model)
{
	return pg_class_aclcheck(model->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* Does the current user have SELECT on this column? */
static bool
may_read_column(const OrmModel *model, int attribute)
{
	Assert(attribute >= 0 && attribute < model->nattributes);
	return pg_attribute_aclcheck(model->relid, model->attributes[attribute].attnum, GetUserId(), ACL_SELECT) ==
		ACLCHECK_OK;
}

bool *
orm_access_readable(const OrmModel *model)
{
	bool *readable;

	if (may_read_all(model))
		return NULL;
	readable = palloc(sizeof(bool) * Max(model->nattributes, 1));
	for (int i = 0; i < model->nattributes; i++)
		readable[i] = may_read_column(model, i);
	return readable;
}

const bool *
orm_access_returnable(const OrmModel *model)
{
	bool *readable = orm_access_readable(model);
	bool *returnable = palloc(sizeof(bool) * Max(model->nattributes, 1));
	bool any = false;

	for (int i = 0; i < model->nattributes; i++)
	{
		returnable[i] = model->shown[i] && (readable == NULL || readable[i]);
		any = any || returnable[i];
	}
	return any || readable == NULL ? returnable : NULL;
}

bool
orm_access_is_writable(const OrmModel *model, int number)
{
	const OrmAttribute *attribute = &model->attributes[number];
	AclMode writes = ACL_INSERT | ACL_UPDATE;

	if (attribute->generated || attribute->identity_always || attribute->read_only || number == model->version)
		return false;
	return pg_class_aclmask(model->relid, GetUserId(), writes, ACLMASK_ANY) != 0 ||
		pg_attribute_aclcheck(model->relid, attribute->attnum, GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(model->relid, attribute->attnum, GetUserId(), ACL_UPDATE) == ACLCHECK_OK;
}

bool
orm_access_may_update(const OrmModel *model)
{
	return pg_class_aclcheck(model->relid, GetUserId(), ACL_UPDATE) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(model->relid, GetUserId(), ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

bool
orm_access_may_read_key(const OrmModel *model, const OrmKey *key)
{
	if (may_read_all(model))
		return true;
	for (int i = 0; i < key->nattributes; i++)
		if (!may_read_column(model, key->attributes[i]))
			return false;
	return true;
}

void
orm_access_check(const OrmModel *model, const bool *read)
{
	int refused = -1;
	bool some = false;

	if (may_read_all(model))
		return;
	for (int i = 0; i < model->nattributes; i++)
	{
		if (read != NULL && !read[i])
			continue;
		if (may_read_column(model, i))
			some = true;
		else if (refused < 0)
			refused = i;
	}
	if (some && refused >= 0)
		aclcheck_error_col(ACLCHECK_NO_PRIV, OBJECT_COLUMN, model->relation, model->attributes[refused].column);
}
