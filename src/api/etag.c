/*
 * etag.c - the SQL function orm.etag: a hash of the values of a row.
 *
 * It hashes the bytes of the values, so it depends on no setting and on no
 * function of their types.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(orm_sql_etag);

/* Two hashes of 64 bits, each the seed for the next value. */
typedef struct RowHash
{
	uint64 halves[2];
} RowHash;

/* Adds bytes to a hash. */
static void
add_bytes(RowHash *hash, const void *bytes, Size length)
{
	for (int i = 0; i < 2; i++)
		hash->halves[i] = hash_bytes_extended(bytes, length, hash->halves[i] + i + length);
}

/* Adds a value. */
static void
add_value(RowHash *hash, Form_pg_attribute attribute, Datum value, bool isnull)
{
	add_bytes(hash, &isnull, sizeof(isnull));
	if (isnull)
		return;
	if (attribute->attbyval)
		add_bytes(hash, &value, sizeof(value));
	else if (attribute->attlen == -1)
	{
		struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

		add_bytes(hash, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	}
	else
		add_bytes(hash, DatumGetPointer(value),
				  attribute->attlen > 0 ? attribute->attlen : strlen(DatumGetCString(value)));
}

/* orm.etag(record) */
Datum
orm_sql_etag(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	TupleDesc descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	Datum *values = palloc(sizeof(Datum) * Max(descriptor->natts, 1));
	bool *isnull = palloc(sizeof(bool) * Max(descriptor->natts, 1));
	RowHash hash = {{UINT64CONST(0x6F726D2D65746167), UINT64CONST(0x9E3779B97F4A7C15)}};

	heap_deform_tuple(&tuple, descriptor, values, isnull);
	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped)
			add_value(&hash, TupleDescAttr(descriptor, i), values[i], isnull[i]);
	ReleaseTupleDesc(descriptor);
	PG_RETURN_TEXT_P(
		cstring_to_text(psprintf("%08x%08x%08x%08x", (uint32) (hash.halves[0] >> 32), (uint32) hash.halves[0],
								 (uint32) (hash.halves[1] >> 32), (uint32) hash.halves[1])));
}
