/*
 * mixin_function.h - finding mixins: what their functions say.
 *
 *     mixin Audited {"elements": [
 *       {"timestamps": {}},
 *       {"stamp": {"column_name": "created_by"}}]}
 *
 * A mixin is a function as a model is (registry.h), found by its name in the
 * same way: audited_mixin() in any schema that is not temporary, in LANGUAGE
 * orm, without arguments, returning json, whose text names this mixin and whose
 * owner has EXECUTE on orm.mixin.  Models and mixins that use it depend on its
 * function (pg_depend, NORMAL), so it cannot be dropped before them, and
 * pg_dump writes it first.
 */
#ifndef ORM_REGISTRY_MIXIN_FUNCTION_H
#define ORM_REGISTRY_MIXIN_FUNCTION_H

#include "nodes/pg_list.h"

typedef struct OrmMixin
{
	Oid function;
	Oid schema; /* of the function */
	Oid owner;
	char *name;
	char *text;		/* of the function */
	char *document; /* {"mixin": ..., "elements": [...]} */
} OrmMixin;

/* The mixin of that name, palloc'd, or NULL.  Raises 42725 for two functions that both count. */
extern OrmMixin *orm_mixin_function_find(const char *name);

/* The same, else one that would be the mixin's but for its owner. */
extern OrmMixin *orm_mixin_function_find_any(const char *name);

/* All mixins that count (List of OrmMixin *), ordered by name. */
extern List *orm_mixin_function_all(void);

/* A function as a mixin, whoever owns it and whatever it is called; NULL: it is none. */
extern OrmMixin *orm_mixin_function_read(Oid function);

/* Another function of that mixin, of an owner who may declare; InvalidOid: none. */
extern Oid orm_mixin_function_other(const char *name, Oid function);

/* Is a function called as that of its mixin must be? */
extern bool orm_mixin_function_is_well_named(const OrmMixin *mixin);

/* May this role declare mixins: has it EXECUTE on orm.mixin? */
extern bool orm_mixin_function_may_declare(Oid role);

#endif
