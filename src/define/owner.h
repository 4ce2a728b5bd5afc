/*
 * owner.h - model ownership, and acting as the owner.
 */
#ifndef ORM_DEFINE_OWNER_H
#define ORM_DEFINE_OWNER_H

#include "model/model.h"
#include "registry/registry.h"

/*
 * Raises 42501 unless the caller may change or forget the model: as the owner of
 * its function, its table or the database.
 */
extern void orm_owner_check(const OrmRegistered *row);

/*
 * The models that a tool over many acts on: those of "owner", which the caller
 * must be a member of (42501), or, for InvalidOid, of every role he is really
 * a member of: a superuser is not taken to be a member of all.
 */
extern bool orm_owner_selects(const OrmRegistered *row, Oid owner);
extern void orm_owner_check_role(Oid owner);

/* Between begin and end the current user is "owner".  An error restores it as well. */
typedef struct OrmIdentity
{
	Oid role;
	int context;
	int settings; /* nest level of settings made meanwhile; 0: the user is the same */
	int pinned;	  /* level of orm_settings_pin(); 0: none */
} OrmIdentity;

extern OrmIdentity orm_owner_begin(Oid owner);

/* The same for SQL of a declaration, which is read under the pinned settings of its schema, see orm_settings_pin(). */
extern OrmIdentity orm_owner_begin_pinned(Oid owner, const char *schema);

/*
 * The same for writing rows of a model's table on behalf of anybody who has fired a trigger, as the server's
 * foreign keys do: policies that hold for the owner as well do not hold.  Names mean objects of pg_catalog and of
 * the table's schema: a search_path of the caller's would have the owner run functions and operators of the caller's.
 */
extern OrmIdentity orm_owner_begin_writing(const OrmModel *model);
extern void orm_owner_end(OrmIdentity identity);

#endif
