/*
 * binding.h - orm.binding: which columns the names in a declaration mean.
 *
 * One row for each model function whose table exists: the hash of its text, and
 * for every column that the text names relation, name and attribute number.
 * While the database lives the numbers lead: a renamed column is followed.
 *
 * A row is a hint.  It is written by declaring functions and event triggers
 * only, it is not dumped, and pg_upgrade carries it into a cluster where the
 * function's OID is another function's.  So it counts only when the text that
 * it was made for is the function's text now; without one names lead.
 */
#ifndef ORM_REGISTRY_BINDING_H
#define ORM_REGISTRY_BINDING_H

#include "registry/registry.h"

/* Completes a row with its binding, if it has one for its text. */
extern void orm_binding_read(OrmRegistered *row);

/* Writes the binding of a row, for "text". */
extern void orm_binding_write(const OrmRegistered *row, const char *text);

/* Removes the binding of a function, and those of functions that no longer exist. */
extern void orm_binding_remove(Oid function);
extern void orm_binding_sweep(void);

/*
 * The text that a function had when its table was as declared, kept until the
 * table is so again: what a migration was before.  A hint as well; "keep" does
 * nothing where one is kept, and the former text, NULL for none, is palloc'd.
 */
extern void orm_binding_keep(Oid function, const char *text);
extern void orm_binding_forget(Oid function);
extern char *orm_binding_former(Oid function);

#endif
