/*
 * record_error.h - errors about records.
 */
#ifndef ORM_STORE_RECORD_ERROR_H
#define ORM_STORE_RECORD_ERROR_H

#include "store/record.h"

/* The text of a record's key, for messages: id = 7 */
extern char *orm_record_error_key_text(const OrmModel *model, const OrmKey *key, const OrmRecord *record);

/*
 * Raises P0002: no row has the record's key.  The message says that the key is
 * null if the record is NULL or does not give the key.
 */
extern void orm_record_error_missing(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
	pg_attribute_noreturn();

/* Raises 22023 for a record without a row that gives a patch of its values. */
extern void orm_record_error_needs_row(const OrmModel *model, const OrmRecord *record);

/* Raises 21000: two records identify one row. */
extern void orm_record_error_same_key(const OrmModel *model, const OrmRecord *first, const OrmRecord *second)
	pg_attribute_noreturn();

/* Raises 09000: the row of the record, or of a record below a place, was not written as given. */
extern void orm_record_error_not_stored(const OrmModel *model, const OrmRecord *record) pg_attribute_noreturn();
extern void orm_record_error_not_stored_at(const OrmModel *model, const OrmPath *place) pg_attribute_noreturn();

#endif
