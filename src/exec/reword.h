/*
 * reword.h - errors of violated checks in the words that models have for them.
 *
 *     new row for relation "users" violates check constraint "users_email_matches"
 *     "email" of "User" is not an e-mail address
 *
 * Constraint, table, schema and SQLSTATE stay; the column is added.
 */
#ifndef ORM_EXEC_REWORD_H
#define ORM_EXEC_REWORD_H

/*
 * Replaces the message of an error, which has been taken (orm_error_take), if a model of its
 * table, or of a table that this is a partition or an inheritance child of, has one for it.
 */
extern void orm_reword_error(ErrorData *error);

/* Has the message been replaced? */
extern bool orm_reword_is_done(const ErrorData *error);

#endif
