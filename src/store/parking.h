/*
 * parking.h - setting unique values of rows to NULL for as long as other rows
 * need it.
 *
 * A row can be parked in an attribute if the statement that writes it later
 * sets this attribute to a value, whatever the row has: patches need the old
 * value, and values given back may keep it.
 */
#ifndef ORM_STORE_PARKING_H
#define ORM_STORE_PARKING_H

#include "store/batch.h"

/* A row that another statement of the call writes. */
typedef struct OrmGiver
{
	const OrmKey *key; /* identifies the row */
	OrmRecord *record; /* gives the key, and NULL for every attribute that can be parked */
	bool *changed;	   /* by attribute: may the statement change it? */
	bool *parked;	   /* by attribute: is it NULL in the row now? */
} OrmGiver;

/*
 * Makes a giver with the key "values", in key order, and the attributes that a
 * record gives (NULL: none).
 */
extern OrmGiver *orm_parking_giver(const OrmModel *model, const OrmRecord *record, const OrmKey *key,
								   const Datum *values);

/* Adds an attribute that is set whatever its value is, unless it is of the key, generated or written once. */
extern void orm_parking_add(OrmGiver *giver, const OrmModel *model, int attribute);

/*
 * The attributes that the violated constraint depends on, by attribute, palloc'd:
 * columns of its index, of its expressions and of generated columns.  With
 * "parked" only columns that can be parked, which are nullable, and whose changes
 * no foreign key passes on.  NULL: the error is not about an index of the model's
 * table.
 */
extern bool *orm_parking_columns(const OrmModel *model, const ErrorData *error, bool parked);

/* A record that parks a giver in those of the columns that are not parked yet; NULL: there are none. */
extern OrmRecord *orm_parking_record(const OrmModel *model, const OrmGiver *giver, const bool *columns);

/* Sets the attributes of the record to NULL in its row, for a write; rows that its scopes hide raise P0002. */
extern void orm_parking_run(const OrmWrite *taker, OrmRecord *parked, const OrmKey *key);

/* Notes that a giver's row was parked by the record. */
extern void orm_parking_note(OrmGiver *giver, const OrmModel *model, const OrmRecord *parked);

/* Does the giver's statement change one of the columns, in which it cannot be parked? */
extern bool orm_parking_is_barred(const OrmModel *model, const OrmGiver *giver, const bool *columns,
								  const bool *parked);

/* Does the error say that a row does not take NULL, or a changed key, so that it cannot be parked? */
extern bool orm_parking_is_refused(const ErrorData *error);

#endif
