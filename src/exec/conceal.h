/*
 * conceal.h - errors of the server whose DETAIL has values of hidden attributes.
 */
#ifndef ORM_EXEC_CONCEAL_H
#define ORM_EXEC_CONCEAL_H


/*
 * In a PG_CATCH block: raises the error again, its DETAIL replaced by "token": (hidden)
 * where it shows a row with a hidden attribute, or a key that such an attribute is in.
 */
extern void orm_conceal_rethrow(MemoryContext caller) pg_attribute_noreturn();

/* The DETAIL that the server gave to an error, to look for its row; NULL: none. */
extern char *orm_conceal_original(const ErrorData *error);

#endif
