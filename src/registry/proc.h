/*
 * proc.h - direct changes of pg_proc and pg_depend.
 */
#ifndef ORM_REGISTRY_PROC_H
#define ORM_REGISTRY_PROC_H

#include "access/htup.h"
#include "nodes/pg_list.h"

/*
 * The functions of a name in all schemas (List of HeapTuple, copies without external values, in the
 * order of the index); with an argument type, the functions that take it as their only argument.  Unlike a list
 * of the syscache this leaves nothing behind: the syscache finds a list by looking through all of them.
 */
extern List *orm_proc_named(const char *name, Oid argument);

/* The function of a schema with exactly this name and these argument types; InvalidOid: there is none. */
extern Oid orm_proc_exact(Oid schema, const char *name, int nargs, const Oid *types);

/*
 * The rows of pg_depend (List of FormData_pg_depend *, copies) of what depends on an object, or on a part of it, as
 * a column; part 0: on the object or any part.
 */
extern List *orm_proc_depend_rows(Oid class_id, Oid object, int part);

/*
 * The objects of a class (List of Oid) with a dependency of this kind, DEPENDENCY_* or '\0' for any, on an object
 * of another class.
 */
extern List *orm_proc_dependents(Oid class_id, Oid object, Oid dependent_class, char kind);

/* The functions with such a dependency. */
extern List *orm_proc_depending_on(Oid class_id, Oid object, char kind);

/* The table whose rows a function takes as its only argument, if it returns rows of that type; else InvalidOid. */
extern Oid orm_proc_table_of_argument(Oid function, Oid row_type);

/* Has a function an argument of this type? */
extern bool orm_proc_takes(Oid function, Oid type);

/*
 * Marks a function as created by the extension: DROP EXTENSION takes it along,
 * and pg_dump keeps the mark (ALTER FUNCTION ... DEPENDS ON EXTENSION).
 */
extern void orm_proc_mark(Oid function);
extern bool orm_proc_is_marked(Oid function);

/* Makes a function go with a relation that its signature does not name; pg_dump does not keep that. */
extern void orm_proc_tie(Oid function, Oid relation);

/*
 * Makes a model function depend on its table, and on no other: DROP TABLE takes
 * it along, and pg_dump writes it behind the table.  InvalidOid: on none.
 */
extern void orm_proc_tie_model(Oid function, Oid table);

/*
 * Makes a function depend on these functions of mixins (a list of OIDs), and on no others of "language": they
 * cannot be dropped before it, and pg_dump writes them first.
 */
extern void orm_proc_tie_mixins(Oid function, const List *mixins, Oid language);

/* Gives a function to a role; nothing is asked. */
extern void orm_proc_set_owner(Oid function, Oid owner);

/* Moves a function into a schema; only the name is asked about (42723). */
extern void orm_proc_set_schema(Oid function, Oid schema);

/*
 * Puts another body into a function; false when it has that body already or is
 * gone.  Only for bodies that are strings.
 *
 * This writes into pg_proc directly because whoever renames a table need not
 * own the functions on it, and because CREATE OR REPLACE FUNCTION from within
 * an event trigger would fire event triggers again and reset what ALTER
 * FUNCTION has set (COST, ROWS, a SET clause).  Nothing but prosrc changes: a
 * body that is a string has no dependencies that would have to follow, and the
 * update of the tuple invalidates every plan the function was inlined into.
 */
extern bool orm_proc_set_body(Oid function, const char *body);

/* Invalidates a function in all sessions: statements prepared with it are parsed again. */
extern void orm_proc_touch(Oid function);

#endif
