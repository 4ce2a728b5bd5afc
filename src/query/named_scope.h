/*
 * named_scope.h - the scopes that models declare (model/scope.h), in queries.  Private to
 * this folder but for the end.
 *
 * In the compiler a scope is a FROM item; what models declare are named scopes.  A query
 * takes some of them by "scope", conditions by "$scope"; the default ones hold at every
 * mention of a model unless "unscoped", or "$unscoped" in conditions on a relationship,
 * lifts them:
 *
 *     deleted     t0."deleted_at" IS NULL      for a model with orm.soft_delete (model/soft_delete.h); "deleted" of a
 *                                              query, or "$deleted", says which rows are meant
 *     default     t0."published" AND ...       beside every condition or join of the FROM item, see
 *                                              OrmScope.restriction; it has no parameters and no joins
 *     taken       its parts stand beside those of the query
 *
 * Each use of a scope reads a copy of the scope's query.  So the document of a value tells
 * whether it is one of the model, which is printed as a literal, or one of the call, and
 * which arguments {"$": name} means.
 */
#ifndef ORM_QUERY_NAMED_SCOPE_H
#define ORM_QUERY_NAMED_SCOPE_H

#include "model/scope.h"
#include "query/compile.h"

/* A scope that a query takes. */
typedef struct OrmScopeUse
{
	const OrmModelScope *scope;
	const OrmDocument *query; /* a copy */
	OrmJson parts[ORM_SCOPE_NPARTS];
	OrmJson arguments;	  /* an object; its node is NULL: none */
	const OrmPath *given; /* where the arguments are */
	const OrmPath *place; /* scope.name */
	bool by_default;
} OrmScopeUse;

/* What a query takes from scopes beside their conditions, as bits. */
typedef enum OrmScopeTakes
{
	ORM_SCOPE_TAKES_ORDER = 1,	  /* order and limit, unless it has its own */
	ORM_SCOPE_TAKES_DEFAULTS = 2, /* order and loads of default scopes, too: a list of objects */
	ORM_SCOPE_TAKES_DELETED = 4	  /* deleted rows, unless it says otherwise: what a foreign key refers to */
} OrmScopeTakes;

/*
 * Reads "scope" and "unscoped" of a query over a FROM item: sets its restriction, and
 * keys->uses.  Raises 42704, 42P02, 22023 and 42P17.
 */
extern void orm_named_scope_begin(OrmScope *scope, OrmQueryKeys *keys, int takes, const OrmPath *place);

/* Sets the restriction of a FROM item to all default scopes, unless it is known. */
extern void orm_named_scope_restrict(OrmScope *scope);

/* Lifts the default scopes that "$unscoped" of conditions on a relationship names, and obeys its "$deleted". */
extern void orm_named_scope_lift(OrmScope *scope, OrmJson where, const OrmPath *place);

/* "$scope", "$unscoped" and "$deleted" in conditions. */
extern bool orm_named_scope_condition(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql);
extern bool orm_named_scope_lifted(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql);
extern bool orm_named_scope_deleted(OrmScope *scope, OrmJson json, const OrmPath *place, StringInfo sql);

/* The use whose query has this value, or NULL: it is a value of the call. */
extern const OrmScopeUse *orm_named_scope_use_of(const OrmCompiler *compiler, OrmJson json);

/*
 * The value that {"$": name} in the query of a use means; false: it is not given while a
 * scope is checked.  Raises 42P02.
 */
extern bool orm_named_scope_argument(const OrmCompiler *compiler, const OrmScopeUse *use, OrmJson name,
									 const OrmPath *place, OrmJson *argument);

/* ---- for all ---- */

/* What is lifted, as bits. */
typedef enum OrmScopeLifts
{
	ORM_SCOPE_LIFTS_DEFAULTS = 1, /* default scopes */
	ORM_SCOPE_LIFTS_DELETED = 2	  /* deleted rows are meant, too */
} OrmScopeLifts;

/* Has the model default scopes, or rows that are marked as deleted? */
static inline bool
orm_named_scope_any(const OrmModel *model)
{
	return model->default_scoped || orm_soft_delete_any(model);
}

/*
 * What the default scopes of a model and its mark of deleted rows leave, as a condition on a FROM item, without
 * parameters, palloc'd; NULL: everything.
 */
extern char *orm_named_scope_print(const OrmModel *model, const char *alias, int lifts);

/* The same behind " AND ", or "". */
extern const char *orm_named_scope_and(const OrmModel *model, const char *alias, int lifts);

/* Compiles a query that takes a scope of a model, and discards it; raises what is wrong with the scope. */
extern void orm_named_scope_check(const OrmModel *model, const OrmModelScope *scope);

#endif
