/*
 * key_order.c - comparing the keys of records; see key_order.h.
 */
#include "postgres.h"

#include "catalog/pg_collation_d.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "store/key_order.h"

/*
 * The collation for comparing values of a type.  For a deterministic collation
 * "C" gives the same equality and is cheaper.
 */
static Oid
cheapest_collation(const OrmType *type)
{
	if (type->class == ORM_TYPE_TEXT && OidIsValid(type->collation) && get_collation_isdeterministic(type->collation))
		return C_COLLATION_OID;
	return type->collation;
}

bool
orm_key_order_make(OrmKeyOrder *order, const OrmModel *model, const OrmKey *key)
{
	if (key->nattributes > INDEX_MAX_KEYS)
		return false;
	order->nparts = key->nattributes;
	for (int i = 0; i < key->nattributes; i++)
	{
		OrmKeyPart *part = &order->parts[i];
		const OrmType *type = model->attributes[key->attributes[i]].type;
		TypeCacheEntry *entry = lookup_type_cache(type->base, TYPECACHE_CMP_PROC_FINFO);

		if (!OidIsValid(entry->cmp_proc))
			return false;
		part->attribute = key->attributes[i];
		part->compare = &entry->cmp_proc_finfo;
		part->collation = cheapest_collation(type);
		part->by_value = type->by_value;
	}
	return true;
}

/* Compares two values of one part of a key. */
static inline int
compare_part(const OrmKeyPart *part, Datum a, Datum b)
{
	if (part->by_value && a == b)
		return 0;
	return DatumGetInt32(FunctionCall2Coll(part->compare, part->collation, a, b));
}

int
orm_key_order_compare(const OrmKeyOrder *order, const OrmRecord *record, const Datum *values)
{
	int result = 0;

	for (int i = 0; result == 0 && i < order->nparts; i++)
		result = compare_part(&order->parts[i], record->values[order->parts[i].attribute], values[i]);
	return result;
}

int
orm_key_order_compare_records(const OrmKeyOrder *order, const OrmRecord *a, const OrmRecord *b)
{
	int result = 0;

	for (int i = 0; result == 0 && i < order->nparts; i++)
	{
		int attribute = order->parts[i].attribute;

		if (a->isnull[attribute] || b->isnull[attribute])
			result = a->isnull[attribute] - b->isnull[attribute];
		else
			result = compare_part(&order->parts[i], a->values[attribute], b->values[attribute]);
	}
	return result;
}

bool
orm_key_order_same_value(const OrmModel *model, int attribute, Datum a, Datum b)
{
	OrmKey key = {.nattributes = 1, .attributes = &attribute};
	const OrmType *type = model->attributes[attribute].type;
	OrmRecord record = {.values = &a};
	OrmKeyOrder order;

	if (!orm_key_order_make(&order, model, &key))
		return datumIsEqual(a, b, type->by_value, type->length);
	order.parts[0].attribute = 0;
	return orm_key_order_compare(&order, &record, &b) == 0;
}
