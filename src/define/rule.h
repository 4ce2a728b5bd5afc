/*
 * rule.h - the check constraints of the element "validates" on mapped tables (model/validation.h).
 *
 * A table that a declaration makes gets them with it, and by orm.migrate; one that is mapped gets
 * them from orm.map, orm.extend and orm.sync, and loses the constraints of rules that are no longer declared.
 */
#ifndef ORM_DEFINE_RULE_H
#define ORM_DEFINE_RULE_H

#include "model/model.h"
#include "nodes/pg_list.h"

/*
 * As orm_keep_reconcile(), which calls it as the relation's owner.  Raises 42809, 42703 and 42804 with
 * the place, and the server's 23514 for rows that violate a rule.
 */
extern void orm_rule_reconcile(Oid relid, const char *model, const OrmDeclaration *declaration, bool make,
							   List **changes);

#endif
