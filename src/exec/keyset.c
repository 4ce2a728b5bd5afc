/*
 * keyset.c - see keyset.h.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/datum.h"
#include "utils/typcache.h"

#include "exec/keyset.h"

typedef struct KeyColumn
{
	TypeCacheEntry *functions; /* NULL: compared by bytes */
	Oid collation;
	int16 length;
	bool by_value;
} KeyColumn;

/* A key of one integer. */
typedef struct IntegerEntry
{
	int64 key;
	int number;
	char status;
} IntegerEntry;

/* Any other key, given by its number; -1 is the key being looked up. */
typedef struct AnyEntry
{
	int number;
	uint32 hash;
	char status;
} AnyEntry;

struct OrmKeySet
{
	MemoryContext context;
	int ncolumns;
	KeyColumn *columns;
	int count;
	int capacity;
	Datum *values;		  /* of key n: ncolumns from n * ncolumns on */
	OrmTypeClass integer; /* class of the only column, if "integers" is set */
	struct integers_hash *integers;
	struct any_hash *any;
	const Datum *sought;
	int64 last_key;	 /* rows of one key are often adjacent */
	int last_number; /* -1: none */
};

#define PROBE (-1)

static bool equal_keys(OrmKeySet *keys, int a, int b);

#define SH_PREFIX integers
#define SH_ELEMENT_TYPE IntegerEntry
#define SH_KEY_TYPE int64
#define SH_KEY key
#define SH_HASH_KEY(table, key) murmurhash32((uint32) ((uint64) (key) ^ ((uint64) (key) >> 32)))
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

#define SH_PREFIX any
#define SH_ELEMENT_TYPE AnyEntry
#define SH_KEY_TYPE int
#define SH_KEY number
#define SH_HASH_KEY(table, key) 0 /* always given */
#define SH_EQUAL(table, a, b) equal_keys((table)->private_data, a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, entry) ((entry)->hash)
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

const Datum *
orm_keyset_values(const OrmKeySet *keys, int number)
{
	return keys->values + (size_t) number * keys->ncolumns;
}

int
orm_keyset_count(const OrmKeySet *keys)
{
	return keys->count;
}

/* Are two values of a column equal? */
static bool
equal_values(const KeyColumn *column, Datum a, Datum b)
{
	if (column->functions == NULL)
		return datum_image_eq(a, b, column->by_value, column->length);
	return DatumGetBool(FunctionCall2Coll(&column->functions->eq_opr_finfo, column->collation, a, b));
}

/* Are two keys equal?  The second can be the key being looked up. */
static bool
equal_keys(OrmKeySet *keys, int a, int b)
{
	const Datum *left = a == PROBE ? keys->sought : orm_keyset_values(keys, a);
	const Datum *right = b == PROBE ? keys->sought : orm_keyset_values(keys, b);

	for (int i = 0; i < keys->ncolumns; i++)
		if (!equal_values(&keys->columns[i], left[i], right[i]))
			return false;
	return true;
}

/* The hash of a key. */
static uint32
hash_key(const OrmKeySet *keys, const Datum *key)
{
	uint32 hash = 0;

	for (int i = 0; i < keys->ncolumns; i++)
	{
		const KeyColumn *column = &keys->columns[i];
		uint32 part = column->functions == NULL
			? datum_image_hash(key[i], column->by_value, column->length)
			: DatumGetUInt32(FunctionCall1Coll(&column->functions->hash_proc_finfo, column->collation, key[i]));

		hash = hash_combine(hash, part);
	}
	return hash;
}

/* Sets the comparison functions of a column. */
static void
set_column(KeyColumn *column, const OrmType *type)
{
	TypeCacheEntry *functions = lookup_type_cache(type->base, TYPECACHE_HASH_PROC_FINFO | TYPECACHE_EQ_OPR_FINFO);

	if (OidIsValid(functions->hash_proc_finfo.fn_oid) && OidIsValid(functions->eq_opr_finfo.fn_oid))
		column->functions = functions;
	column->collation = type->collation;
	column->length = type->length;
	column->by_value = type->by_value;
}

OrmKeySet *
orm_keyset_make(int ncolumns, const OrmType *const *types)
{
	OrmKeySet *keys = palloc0(sizeof(OrmKeySet));

	keys->context = CurrentMemoryContext;
	keys->ncolumns = ncolumns;
	keys->columns = palloc0(sizeof(KeyColumn) * ncolumns);
	keys->last_number = -1;
	for (int i = 0; i < ncolumns; i++)
		set_column(&keys->columns[i], types[i]);
	if (ncolumns == 1 &&
		(types[0]->class == ORM_TYPE_INT2 || types[0]->class == ORM_TYPE_INT4 || types[0]->class == ORM_TYPE_INT8))
	{
		keys->integer = types[0]->class;
		keys->integers = integers_create(CurrentMemoryContext, 64, NULL);
	}
	else
		keys->any = any_create(CurrentMemoryContext, 64, keys);
	return keys;
}

OrmKeySet *
orm_keyset_make_for(const OrmModel *model)
{
	const OrmKey *key = orm_model_need_key(model);
	const OrmType *types[INDEX_MAX_KEYS];

	for (int i = 0; i < key->nattributes; i++)
		types[i] = model->attributes[key->attributes[i]].type;
	return orm_keyset_make(key->nattributes, types);
}

/* Appends the values of a new key and returns its number. */
static int
append_key(OrmKeySet *keys, const Datum *key)
{
	MemoryContext caller = MemoryContextSwitchTo(keys->context);
	Datum *values;

	if (keys->count == keys->capacity)
	{
		size_t size;

		keys->capacity = Max(keys->capacity * 2, 64);
		size = sizeof(Datum) * keys->capacity * keys->ncolumns;
		keys->values = keys->values == NULL ? palloc(size) : repalloc_huge(keys->values, size);
	}
	values = keys->values + (size_t) keys->count * keys->ncolumns;
	for (int i = 0; i < keys->ncolumns; i++)
		values[i] = datumCopy(key[i], keys->columns[i].by_value, keys->columns[i].length);
	MemoryContextSwitchTo(caller);
	return keys->count++;
}

/* A value of the only column as int64. */
static inline int64
integer_value(const OrmKeySet *keys, Datum value)
{
	return keys->integer == ORM_TYPE_INT4 ? DatumGetInt32(value)
		: keys->integer == ORM_TYPE_INT8  ? DatumGetInt64(value)
										  : DatumGetInt16(value);
}

/* Stores the last integer key. */
static inline int
remember(OrmKeySet *keys, int64 key, int number)
{
	keys->last_key = key;
	keys->last_number = number;
	return number;
}

int
orm_keyset_add(OrmKeySet *keys, const Datum *key)
{
	bool found;

	if (keys->integers != NULL)
	{
		int64 integer = integer_value(keys, key[0]);
		IntegerEntry *entry;

		if (keys->last_number >= 0 && keys->last_key == integer)
			return keys->last_number;
		entry = integers_insert(keys->integers, integer, &found);
		if (!found)
			entry->number = append_key(keys, key);
		return remember(keys, integer, entry->number);
	}
	else
	{
		AnyEntry *entry;

		keys->sought = key;
		entry = any_insert_hash(keys->any, PROBE, hash_key(keys, key), &found);
		if (!found)
			entry->number = append_key(keys, key);
		return entry->number;
	}
}

int
orm_keyset_find(OrmKeySet *keys, const Datum *key)
{
	if (keys->integers != NULL)
	{
		int64 integer = integer_value(keys, key[0]);
		IntegerEntry *entry;

		if (keys->last_number >= 0 && keys->last_key == integer)
			return keys->last_number;
		entry = integers_lookup(keys->integers, integer);
		return entry ? remember(keys, integer, entry->number) : -1;
	}
	else
	{
		AnyEntry *entry;

		keys->sought = key;
		entry = any_lookup_hash(keys->any, PROBE, hash_key(keys, key));
		return entry ? entry->number : -1;
	}
}
