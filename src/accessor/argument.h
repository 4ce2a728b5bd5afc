/*
 * argument.h - the arguments of a call of a function in LANGUAGE orm, as what
 * verbs need.
 */
#ifndef ORM_ACCESSOR_ARGUMENT_H
#define ORM_ACCESSOR_ARGUMENT_H

#include "accessor/call.h"
#include "store/write.h"

/* The given arguments that are attributes, or the whole row, as a record; each cast to its attribute's type. */
extern OrmRecord *orm_call_record(const OrmCall *call);

/* Is a part of the primary key in the record NULL?  Such a key finds nothing. */
extern bool orm_call_has_null_key(const OrmCall *call, const OrmRecord *record);

/* The values of the primary key in the record, in key order. */
extern Datum *orm_call_key(const OrmCall *call, const OrmRecord *record);

#endif
