/*
 * scope.h - scopes: queries that a model has by name.
 *
 *     {"scope": {"name": "since", "query": {"parameters": ["day"], "where": {"written": {"ge": {"$": "day"}}}}}}
 *
 * A query takes them by name: {"scope": ["published", {"since": {"day": "2026-01-01"}}]}.
 * A default scope holds wherever the model is mentioned.  Here is what can be said without
 * a table; query/named_scope.h compiles them.
 */
#ifndef ORM_MODEL_SCOPE_H
#define ORM_MODEL_SCOPE_H

#include "base/members.h"
#include "model/model.h"

/* The keys of a scope's query. */
typedef enum OrmScopePart
{
	ORM_SCOPE_WHERE,
	ORM_SCOPE_ORDER_BY,
	ORM_SCOPE_LIMIT,
	ORM_SCOPE_LOAD,
	ORM_SCOPE_COMPUTE,
	ORM_SCOPE_SCOPE,
	ORM_SCOPE_PARAMETERS,
	ORM_SCOPE_NPARTS
} OrmScopePart;

/* A scope that is named somewhere, with its arguments. */
typedef struct OrmScopeName
{
	char *name;
	OrmJson arguments; /* an object; its node is NULL: none */
	OrmPath *place;
} OrmScopeName;

/*
 * Reads "scope": a name, {name: arguments}, or an array of these; a List of OrmScopeName *,
 * whose places refer to "place".  Raises 22023.
 */
extern List *orm_scope_read_names(OrmJson json, const OrmPath *place);

/* Sets the members of a scope's query; the node of one that is not given is NULL.  Raises as orm_members_take. */
extern void orm_scope_take(const OrmDocument *query, const OrmPath *place, OrmJson *parts);

/* Raises 42704 for a parameter that a scope does not have. */
extern void orm_scope_raise_no_parameter(const char *scope, bool is_default, OrmJson name, const OrmPath *place)
	pg_attribute_noreturn();

/* Is this the name of a parameter, by "parameters"? */
extern bool orm_scope_has_parameter(const OrmJson *parts, OrmJson name);

/*
 * Checks the scopes of a declaration: names, keys, circles (42P17), and that default scopes
 * have no parameters and no limit.  Raises with the place.
 */
extern void orm_scope_check(const OrmDeclaration *declaration);

/* Has a declaration a default scope, or a mark of deleted rows? */
extern bool orm_scope_hides_rows(const OrmDeclaration *declaration);

/* Fills in the scopes of a model. */
extern void orm_scope_fill(OrmModel *model);

/* The scope of that name; raises 42704 with the nearest name. */
extern const OrmModelScope *orm_scope_need(const OrmModel *model, const char *name, const OrmPath *place);

#endif
