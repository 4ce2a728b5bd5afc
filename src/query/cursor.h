/*
 * cursor.h - cursors of pages.
 *
 * A cursor contains the values of the order's items in the last (or first) object of a
 * page, as a JSON array in the format of to_json(), preceded by a hash of the model, the
 * order and the shape of the conditions, and by a checksum.  It is encoded in URL-safe
 * base64.  It identifies a position in the order, not a row, which can be changed or
 * deleted in the meantime.  Its values are not secret, as the session that reads the page
 * can read them; a forged cursor does not bypass "where".
 */
#ifndef ORM_QUERY_CURSOR_H
#define ORM_QUERY_CURSOR_H

#include "base/document.h"

/* The text of a cursor, palloc'd; "values" is a JSON array.  Raises 54000 if the values are too long. */
extern char *orm_cursor_write(const char *signature, const char *values, int length);

/*
 * The values of a cursor, an array.  Raises 22023 with the place for an invalid cursor.
 * *signature_hash receives the hash of its signature, for orm_cursor_check.
 */
extern OrmDocument *orm_cursor_read(OrmJson cursor, const OrmPath *place, uint64 *signature_hash);

/* Raises 22023 unless the cursor was made for this signature. */
extern void orm_cursor_check(uint64 signature_hash, const char *signature, const OrmPath *place);

#endif
