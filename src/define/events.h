/*
 * events.h - event triggers for DDL that concerns models.
 *
 * Nothing that they write is believed by anybody: they do not fire in a
 * pg_upgrade, with event_triggers = off, or for REASSIGN OWNED.
 */
#ifndef ORM_DEFINE_EVENTS_H
#define ORM_DEFINE_EVENTS_H

#include "nodes/nodes.h"

/*
 * Before a DDL command: takes the lock of the model whose function it writes,
 * where the current user may declare.
 */
extern void orm_events_precede_ddl(Node *statement);

/*
 * After a DDL command: puts new names of tables and columns into the texts of
 * models, makes the bodies of accessors anew whose names and operators may mean
 * something else now, gives models to the new owner of their table, and makes
 * models depend on tables that were created.  Raises only what orm_events_create says.
 */
extern void orm_events_follow_ddl(Node *statement);

/*
 * Runs a statement that makes a table or a function of a model.  A function is marked by
 * who makes it, and an error in finding the tables is the statement's: a subtransaction, which the
 * server ends by looking through all relations once a transaction has made many, is not begun for that.
 */
extern void orm_events_create(const char *sql);

#endif
