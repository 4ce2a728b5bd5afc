/*
 * create.h - orm.create_all and orm.create_table.
 */
#ifndef ORM_DEFINE_CREATE_H
#define ORM_DEFINE_CREATE_H

#include "nodes/pg_list.h"

/*
 * For the models of "owner"; InvalidOid: of every role that the caller is a
 * member of.  "only" (List of char *), not NIL: for these models alone.
 * Returns a List of OrmReported *.
 */
extern List *orm_create_tables(Oid owner, const List *only);

#endif
