/*
 * key_order.h - comparing keys of records.  The order is any total order that
 * agrees with the key's equality: the cheapest.
 */
#ifndef ORM_STORE_KEY_ORDER_H
#define ORM_STORE_KEY_ORDER_H

#include "access/genam.h"
#include "fmgr.h"

#include "store/record.h"

typedef struct OrmKeyPart
{
	int attribute;
	FmgrInfo *compare;
	Oid collation;
	bool by_value;
} OrmKeyPart;

typedef struct OrmKeyOrder
{
	int nparts;
	OrmKeyPart parts[INDEX_MAX_KEYS];
} OrmKeyOrder;

/* Returns false when a type of the key has no order. */
extern bool orm_key_order_make(OrmKeyOrder *order, const OrmModel *model, const OrmKey *key);

/* Compares a record's key with values in key order. */
extern int orm_key_order_compare(const OrmKeyOrder *order, const OrmRecord *record, const Datum *values);
extern int orm_key_order_compare_records(const OrmKeyOrder *order, const OrmRecord *a, const OrmRecord *b);

/* Are two values of an attribute equal? */
extern bool orm_key_order_same_value(const OrmModel *model, int attribute, Datum a, Datum b);

#endif
