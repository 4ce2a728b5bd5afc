/*
 * record_error.h - errors about records.
 */
#ifndef ORM_STORE_FAULT_H
#define ORM_STORE_FAULT_H

#include "store/record.h"

/* The text of a record's key, for messages: id = 7 */
extern char *orm_record_error_key_text(const OrmModel *model, const OrmKey *key, const OrmRecord *record);

/* Raises P0002: no row has the record's key.  NULL: the key was null. */
extern void orm_record_error_missing(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
	pg_attribute_noreturn();

/* Raises 21000: two records are of one row. */
extern void orm_record_error_same_key(const OrmModel *model, const OrmRecord *first, const OrmRecord *second)
	pg_attribute_noreturn();

/* Raises 09000: the row of the record, or of one below a place, was not written as given. */
extern void orm_record_error_not_stored(const OrmModel *model, const OrmRecord *record) pg_attribute_noreturn();
extern void orm_record_error_not_stored_at(const OrmModel *model, const OrmPath *place) pg_attribute_noreturn();

#endif
