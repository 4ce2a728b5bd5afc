/*
 * answers.h - what the registry and pg_proc have answered, to be asked again.
 *
 * A model is built from its function's text, from what is found under the names in
 * it, and from the functions of computed attributes.  After a change of any function
 * in the database, asking for these again is cheaper than building the model again.
 */
#ifndef ORM_REGISTRY_ANSWERS_H
#define ORM_REGISTRY_ANSWERS_H

#include "nodes/pg_list.h"

/*
 * From now on each name that is asked for, and what is found, is added to
 * *answers, allocated in "context", until orm_answers_end(), which must be called
 * when an error is raised as well.
 */
extern void orm_answers_begin(List **answers, MemoryContext context);
extern void orm_answers_end(void);

/* Notes that these functions (List of OrmRegistered *, complete) were found under a name. */
extern void orm_answers_note(const char *name, const List *rows);

/* Notes the function of that name with one argument of that type, as it is now; there may be none. */
extern void orm_answers_note_function(const char *name, Oid schema, Oid argument);

/* Would the answers be the same now? */
extern bool orm_answers_hold(const List *answers);

/* A copy in the current context; and the end of one. */
extern List *orm_answers_copy(const List *answers);
extern void orm_answers_free(List *answers);

#endif
