/*
 * reflect_privilege.c - see reflect_privilege.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/sql.h"
#include "model/reflect_privilege.h"

/* Privileges by their words. */
static const struct
{
	AclMode bit;
	const char *word;
} privileges[] = {
	{ACL_SELECT, "SELECT"},	  {ACL_INSERT, "INSERT"},	  {ACL_UPDATE, "UPDATE"},
	{ACL_DELETE, "DELETE"},	  {ACL_TRUNCATE, "TRUNCATE"}, {ACL_REFERENCES, "REFERENCES"},
	{ACL_TRIGGER, "TRIGGER"}, {ACL_USAGE, "USAGE"},		  ORM_PRIVILEGE_MAINTAIN,
};

/* What a role has of an ACL by itself, not by being a member. */
typedef struct Held
{
	AclMode bits;
	AclMode options; /* of which it may grant */
} Held;

/* The same, of all grantors. */
static Held
held_by(const Acl *acl, Oid role)
{
	Held held = {0, 0};

	for (int i = 0; i < ACL_NUM(acl); i++)
		if (ACL_DAT(acl)[i].ai_grantee == role)
		{
			held.bits |= ACLITEM_GET_PRIVS(ACL_DAT(acl)[i]);
			held.options |= ACLITEM_GET_GOPTIONS(ACL_DAT(acl)[i]);
		}
	return held;
}

/* Object of a GRANT. */
typedef struct GrantTarget
{
	const char *object; /* "TABLE posts" */
	const char *column; /* quoted, or NULL */
} GrantTarget;

/* Appends the words of privileges. */
static void
append_words(StringInfo sql, AclMode bits, const GrantTarget *target)
{
	bool first = true;

	for (int i = 0; i < (int) lengthof(privileges); i++)
	{
		if ((bits & privileges[i].bit) == 0)
			continue;
		orm_sql_comma(sql, &first);
		appendStringInfoString(sql, privileges[i].word);
		if (target->column != NULL)
			appendStringInfo(sql, " (%s)", target->column);
	}
}

/* A role in GRANT. */
static const char *
grantee_name(Oid role)
{
	return role == ACL_ID_PUBLIC ? "PUBLIC" : orm_sql_quoted(GetUserNameFromId(role, false));
}

/* Adds GRANT or REVOKE, unless of nothing. */
static void
add_statement(OrmReflectState *r, const GrantTarget *target, const char *verb, AclMode bits, const char *to, Oid role,
			  const char *option)
{
	StringInfoData sql;

	if (bits == 0)
		return;
	initStringInfo(&sql);
	appendStringInfo(&sql, "%s ", verb);
	append_words(&sql, bits, target);
	appendStringInfo(&sql, " ON %s %s %s%s", target->object, to, grantee_name(role), option);
	orm_reflect_state_add_statement(r, sql.data);
}

/* Adds what makes of one ACL another, for one role. */
static void
add_changes(OrmReflectState *r, const GrantTarget *target, const Acl *from, const Acl *to, Oid role)
{
	Held before = held_by(from, role);
	Held after = held_by(to, role);

	add_statement(r, target, "REVOKE", before.bits & ~after.bits, "FROM", role, "");
	add_statement(r, target, "REVOKE GRANT OPTION FOR", before.options & ~after.options & after.bits, "FROM", role, "");
	add_statement(r, target, "GRANT", after.bits & ~after.options & ~before.bits, "TO", role, "");
	add_statement(r, target, "GRANT", after.options & ~before.options, "TO", role, " WITH GRANT OPTION");
}

/* Adds the roles of an ACL. */
static List *
add_roles(List *roles, const Acl *acl)
{
	for (int i = 0; i < ACL_NUM(acl); i++)
		roles = list_append_unique_oid(roles, ACL_DAT(acl)[i].ai_grantee);
	return roles;
}

/* Adds what makes of one ACL another. */
static void
add_difference(OrmReflectState *r, const GrantTarget *target, const Acl *from, const Acl *to)
{
	ListCell *cell;

	foreach(cell, add_roles(add_roles(NIL, from), to))
		add_changes(r, target, from, to, lfirst_oid(cell));
}

/* The ACL of a relation, with the default written out. */
static Acl *
acl_of(Oid relid, ObjectType type)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool isnull;
	Datum stored;
	Acl *acl;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid));
	stored = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &isnull);
	acl = isnull ? acldefault(type, ((Form_pg_class) GETSTRUCT(tuple))->relowner) : DatumGetAclPCopy(stored);
	ReleaseSysCache(tuple);
	return acl;
}

/* The ACL that a new relation of a role gets, once it is the owner's. */
static Acl *
new_acl(Oid schema, ObjectType type, Oid creator, Oid owner)
{
	Acl *acl = get_user_default_acl(type, creator, schema);

	if (acl == NULL)
		return acldefault(type, owner);
	return creator == owner ? acl : aclnewowner(acl, creator, owner);
}

void
orm_reflect_privilege_owner(OrmReflectState *r, Oid owner)
{
	if (r->relation->rd_rel->relowner != owner)
		orm_reflect_state_add_statement(r,
										psprintf("ALTER TABLE %s OWNER TO %s",
												 orm_sql_quoted(RelationGetRelationName(r->relation)),
												 grantee_name(r->relation->rd_rel->relowner)));
}

void
orm_reflect_privilege_relation(OrmReflectState *r, Oid relid, ObjectType type, Oid owner)
{
	Oid schema = RelationGetNamespace(r->relation);
	GrantTarget target = {
		psprintf("%s %s", type == OBJECT_TABLE ? "TABLE" : "SEQUENCE", orm_sql_quoted(get_rel_name(relid))), NULL};

	add_difference(r, &target, new_acl(schema, type, owner, r->relation->rd_rel->relowner), acl_of(relid, type));
}

void
orm_reflect_privilege_columns(OrmReflectState *r)
{
	TupleDesc descriptor = RelationGetDescr(r->relation);
	Oid relid = RelationGetRelid(r->relation);

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);
		GrantTarget target = {psprintf("TABLE %s", orm_sql_quoted(RelationGetRelationName(r->relation))),
							  orm_sql_quoted(NameStr(column->attname))};
		HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(column->attnum));
		bool isnull;
		Datum stored;

		if (!HeapTupleIsValid(tuple))
			continue;
		stored = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attacl, &isnull);
		if (!isnull && !column->attisdropped)
			add_difference(r, &target, acldefault(OBJECT_COLUMN, r->relation->rd_rel->relowner), DatumGetAclP(stored));
		ReleaseSysCache(tuple);
	}
}

/* The ACL of a column; NULL: there is no such column. */
static Acl *
column_acl(Oid relid, const char *name)
{
	HeapTuple tuple = SearchSysCacheAttName(relid, name);
	bool isnull;
	Datum stored;
	Acl *acl;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	stored = SysCacheGetAttr(ATTNAME, tuple, Anum_pg_attribute_attacl, &isnull);
	acl = isnull ? acldefault(OBJECT_COLUMN, InvalidOid) : DatumGetAclPCopy(stored);
	ReleaseSysCache(tuple);
	return acl;
}

/* The privileges of a word; NULL: all of that kind of object. */
static AclMode
bits_of(const char *word, AclMode all)
{
	if (word == NULL)
		return all;
	for (int i = 0; i < (int) lengthof(privileges); i++)
		if (pg_strcasecmp(privileges[i].word, word) == 0)
			return privileges[i].bit;
	return 0;
}

/* The role of a grantee; InvalidOid, which is PUBLIC, also for one that does not exist. */
static Oid
role_of(RoleSpec *spec)
{
	return spec->roletype == ROLESPEC_PUBLIC ? ACL_ID_PUBLIC : get_rolespec_oid(spec, true);
}

/* All privileges of the kind of object of a statement. */
static AclMode
all_of(const GrantStmt *statement)
{
	return statement->objtype == OBJECT_TABLE ? ACL_ALL_RIGHTS_RELATION : ACL_ALL_RIGHTS_SEQUENCE;
}

/* What a statement grants to a role, but of columns. */
static AclMode
granted_by(const GrantStmt *statement, Oid role)
{
	AclMode bits = statement->privileges == NIL ? all_of(statement) : 0;
	ListCell *cell;

	foreach(cell, statement->privileges)
		if (((const AccessPriv *) lfirst(cell))->cols == NIL)
			bits |= bits_of(((const AccessPriv *) lfirst(cell))->priv_name, all_of(statement));
	foreach(cell, statement->grantees)
		if (role_of(lfirst(cell)) == role)
			return bits;
	return 0;
}

/* Has a role what the statement grants, or has it not what it revokes and no other statement grants? */
static bool
is_held(const GrantStmt *statement, const List *others, const Acl *acl, AclMode bits, Oid role)
{
	Held held = held_by(acl, role);
	ListCell *cell;

	foreach(cell, statement->is_grant ? NIL : others)
		bits &= ~granted_by(lfirst(cell), role);

	if (!statement->is_grant)
		return ((statement->grant_option ? held.options : held.bits) & bits) == 0;
	return (held.bits & bits) == bits && (!statement->grant_option || (held.options & bits) == bits);
}

/* The same of one privilege of the statement; NULL: all privileges. */
static bool
privilege_holds(const GrantStmt *statement, const List *others, Oid relid, const AccessPriv *privilege, Oid role)
{
	const char *word = privilege != NULL ? privilege->priv_name : NULL;
	ListCell *cell;

	if (privilege == NULL || privilege->cols == NIL)
		return is_held(statement, others, acl_of(relid, statement->objtype), bits_of(word, all_of(statement)), role);
	foreach(cell, privilege->cols)
	{
		Acl *acl = column_acl(relid, strVal(lfirst(cell)));

		if (acl == NULL || !is_held(statement, NIL, acl, bits_of(word, ACL_ALL_RIGHTS_COLUMN), role))
			return false;
	}
	return true;
}

/* The same of all privileges of the statement, and one role. */
static bool
role_holds(const GrantStmt *statement, const List *others, Oid relid, Oid role)
{
	ListCell *cell;

	if (statement->privileges == NIL)
		return privilege_holds(statement, others, relid, NULL, role);
	foreach(cell, statement->privileges)
		if (!privilege_holds(statement, others, relid, lfirst(cell), role))
			return false;
	return true;
}

bool
orm_reflect_privilege_holds(const GrantStmt *statement, const List *others, Oid relid)
{
	ListCell *cell;

	foreach(cell, statement->grantees)
	{
		RoleSpec *spec = lfirst(cell);
		Oid role = role_of(spec);

		if (spec->roletype != ROLESPEC_PUBLIC && !OidIsValid(role))
			return false;
		if (!role_holds(statement, others, relid, role))
			return false;
	}
	return true;
}
