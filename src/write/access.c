/*
 * access.c - what the caller may read, where that decides what is asked for.
 *
 * Everything else is left to the executor.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"

#include "write/batch.h"

/* May the caller read the whole table? */
static bool
may_read_all(const OrmModel *model)
{
	return pg_class_aclcheck(model->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* May the caller read this column, by a right on it alone? */
static bool
may_read_column(const OrmModel *model, int attribute)
{
	return pg_attribute_aclcheck(model->relid, model->attributes[attribute].attnum,
								 GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

bool *
orm_write_readable(const OrmModel *model)
{
	bool	   *readable;

	if (may_read_all(model))
		return NULL;
	readable = palloc(sizeof(bool) * Max(model->nattributes, 1));
	for (int i = 0; i < model->nattributes; i++)
		readable[i] = may_read_column(model, i);
	return readable;
}

bool
orm_batch_may_read_key(const OrmModel *model, const OrmKey *key)
{
	if (may_read_all(model))
		return true;
	for (int i = 0; i < key->nattributes; i++)
		if (!may_read_column(model, key->attributes[i]))
			return false;
	return true;
}
