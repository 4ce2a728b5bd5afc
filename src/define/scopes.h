/*
 * scopes.h - what follows when the scopes of a model are declared (model/scope.h).
 */
#ifndef ORM_DEFINE_SCOPES_H
#define ORM_DEFINE_SCOPES_H

#include "model/model.h"

/*
 * Compiles the scopes of a model in force; raises what is wrong with one.  One that names
 * a relationship or an attribute that is not there yet waits for it.
 */
extern void orm_scopes_check(const OrmModel *model);

/* What is wrong with a scope, as a message; NULL: nothing. */
extern char *orm_scopes_problem(const OrmModel *model, const OrmModelScope *scope);

/* Makes the bodies of inlined accessors anew that have the default scopes, or the mark of deleted rows, of a model. */
extern void orm_scopes_refresh_bodies(const OrmModel *model);

#endif
