/*
 * key_order.h - comparing the keys of records, by the cheapest total order that
 * agrees with the key's equality.
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

/* Prepares the comparison; false if the key has too many columns, or a type without a btree order. */
extern bool orm_key_order_make(OrmKeyOrder *order, const OrmModel *model, const OrmKey *key);

/*
 * Compares a record's key with values in key order, which must not be NULL.
 * Two records may have NULLs, which sort last.
 */
extern int orm_key_order_compare(const OrmKeyOrder *order, const OrmRecord *record, const Datum *values);
extern int orm_key_order_compare_records(const OrmKeyOrder *order, const OrmRecord *a, const OrmRecord *b);

/* Are two values of an attribute equal?  By its btree order, or by image if its type has none. */
extern bool orm_key_order_same_value(const OrmModel *model, int attribute, Datum a, Datum b);

#endif
