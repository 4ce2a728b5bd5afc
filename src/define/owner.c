/*
 * owner.c - model ownership, and acting as the owner.
 */
#include "postgres.h"

#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/settings.h"
#include "define/owner.h"

void
orm_owner_check(const OrmRegistered *row)
{
	Oid owner = orm_registry_owner(row);

	if (has_privs_of_role(GetUserId(), row->owner) || has_privs_of_role(GetUserId(), owner))
		return;
	if (orm_database_ownercheck(MyDatabaseId, GetUserId()))
		return;
	ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of model \"%s\"", row->name),
			errdetail("It belongs to role \"%s\".", GetUserNameFromId(owner, false)));
}

bool
orm_owner_selects(const OrmRegistered *row, Oid owner)
{
	Oid of_model = orm_registry_owner(row);

	if (!OidIsValid(of_model))
		return false;
	return OidIsValid(owner) ? of_model == owner : is_member_of_role_nosuper(GetUserId(), of_model);
}

void
orm_owner_check_role(Oid owner)
{
	if (OidIsValid(owner) && !has_privs_of_role(GetUserId(), owner))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("must be member of role \"%s\"", GetUserNameFromId(owner, false)));
}

/*
 * Text of the owner's may run code of his while it is only parsed (a literal
 * of a type with a check).  So this is a restricted operation, as ANALYZE and
 * REINDEX are: nothing that he leaves behind, a deferred trigger or a setting,
 * acts later with the caller's rights.
 */
OrmIdentity
orm_owner_begin(Oid owner)
{
	OrmIdentity identity = {.settings = 0};

	Assert(OidIsValid(owner));
	GetUserIdAndSecContext(&identity.role, &identity.context);
	if (owner != identity.role)
	{
		SetUserIdAndSecContext(owner, identity.context | SECURITY_RESTRICTED_OPERATION);
		identity.settings = NewGUCNestLevel();
	}
	return identity;
}

OrmIdentity
orm_owner_begin_pinned(Oid owner, const char *schema)
{
	OrmIdentity identity = orm_owner_begin(owner);

	identity.pinned = orm_settings_pin(schema);
	return identity;
}

OrmIdentity
orm_owner_begin_writing(const OrmModel *model)
{
	OrmIdentity identity = {.settings = 0};

	Assert(OidIsValid(model->owner));
	GetUserIdAndSecContext(&identity.role, &identity.context);
	identity.pinned = orm_settings_pin_path(get_namespace_name(get_rel_namespace(model->relid)));
	SetUserIdAndSecContext(model->owner, identity.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	return identity;
}

void
orm_owner_end(OrmIdentity identity)
{
	orm_settings_leave(identity.pinned);
	if (identity.settings > 0)
		AtEOXact_GUC(false, identity.settings);
	SetUserIdAndSecContext(identity.role, identity.context);
}
