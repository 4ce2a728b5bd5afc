/*
 * failed_key.h - finding the row that a unique or exclusion index refused, by
 * evaluating the index's expressions.  Private to this folder.
 *
 * For each row the values of the columns that the index reads are collected:
 * the given ones, and of new rows also generated columns and defaults, unless
 * they are volatile.  The server's own description of the resulting key is then
 * searched in the error's detail.
 */
#ifndef ORM_STORE_FAILED_KEY_H
#define ORM_STORE_FAILED_KEY_H

#include "store/failed_row.h"

/* The last row with the key in the error's detail, or -1; "relid" is the table of the index. */
extern int orm_failed_key_row(const OrmSuspects *suspects, Oid relid, const ErrorData *error);

#endif
