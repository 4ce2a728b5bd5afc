/*
 * conceal.h - errors of the server whose DETAIL has values of hidden attributes.
 */
#ifndef ORM_EXEC_CONCEAL_H
#define ORM_EXEC_CONCEAL_H

/* Do errors of the server with this code show rows or keys? */
extern bool orm_conceal_takes(int code);

/*
 * Replaces the DETAIL of an error, which has been taken (orm_error_take), by "token": (hidden)
 * where it shows a row with a hidden attribute, or a key that such an attribute is in.  A DETAIL
 * whose table cannot be looked at is left out.
 */
extern void orm_conceal_error(ErrorData *error);

/* The DETAIL that the server gave to an error, to look for its row; NULL: none. */
extern char *orm_conceal_original(const ErrorData *error);

#endif
