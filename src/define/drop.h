/*
 * drop.h - orm.drop_all and orm.drop_table.
 */
#ifndef ORM_DEFINE_DROP_H
#define ORM_DEFINE_DROP_H

#include "nodes/pg_list.h"

/*
 * For the models of "owner"; InvalidOid: of every role that the caller is a
 * member of.  "only", not NULL: for this model alone.  Returns a List of
 * OrmReported *.
 */
extern List *orm_drop_tables(Oid owner, const char *only);

/*
 * The same for these models (List of char *), as their owner; as the current user where they have several:
 * tables that reference each other go in one statement.  The caller has locked the names.  Models without a
 * table are passed over.
 */
extern List *orm_drop_named(const List *names);

#endif
