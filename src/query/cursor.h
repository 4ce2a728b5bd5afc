/*
 * cursor.h - the cursor of a page: where the next one goes on.
 *
 * A cursor is the values of the order's items in the last (or first) object of
 * a page, written as to_json prints them in a JSON array, and in front of them
 * a hash of the model, the order and the shape of the conditions, and a check
 * sum of it all; in base64, in the alphabet that URLs take, so that nobody is
 * tempted to make one.  It names a position, not a row: the row
 * may have changed or gone.  It holds nothing that the page did not show to
 * whoever asked; a forged one shows him nothing either, as where still holds.
 */
#ifndef ORM_QUERY_CURSOR_H
#define ORM_QUERY_CURSOR_H

#include "base/document.h"

/* The text of a cursor; "values" is a JSON array. */
extern char *orm_cursor_write(const char *signature, const char *values, int length);

/*
 * Its values, an array.  Raises 22023 with the place for what is no cursor of
 * ours.  "signature_hash" receives the hash of what it was made for.
 */
extern OrmDocument *orm_cursor_read(OrmJson cursor, const OrmPath *place, uint64 *signature_hash);

/* Raises 22023 unless the cursor was made for that order and these conditions: "... has changed". */
extern void orm_cursor_check(uint64 signature_hash, const char *signature, const OrmPath *place);

#endif
