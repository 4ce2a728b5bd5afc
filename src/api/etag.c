/*
 * etag.c - the SQL function orm.etag: a hash of the values of a row.
 *
 * It hashes the bytes of the values, so it depends on no setting and on no
 * function of their types.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(orm_sql_etag);
PG_FUNCTION_INFO_V1(orm_sql_secret_etag);

/* Length of a hash. */
#define ETAG_BYTES 16

/* Two hashes of 64 bits, each the seed for the next value; or the bytes, to be hashed under a secret. */
typedef struct RowHash
{
	uint64 halves[2];
	StringInfo bytes; /* NULL: they are hashed as they come */
} RowHash;

/* Adds bytes to a hash. */
static void
add_bytes(RowHash *hash, const void *bytes, Size length)
{
	if (hash->bytes != NULL)
	{
		appendBinaryStringInfo(hash->bytes, (const char *) &length, sizeof(length));
		appendBinaryStringInfo(hash->bytes, bytes, length);
		return;
	}
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

/* Adds the values of a row. */
static void
add_row(RowHash *hash, HeapTupleHeader row)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	Datum *values = palloc(sizeof(Datum) * Max(descriptor->natts, 1));
	bool *isnull = palloc(sizeof(bool) * Max(descriptor->natts, 1));

	heap_deform_tuple(&tuple, descriptor, values, isnull);
	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped)
			add_value(hash, TupleDescAttr(descriptor, i), values[i], isnull[i]);
	ReleaseTupleDesc(descriptor);
}

/* orm.etag(record) */
Datum
orm_sql_etag(PG_FUNCTION_ARGS)
{
	RowHash hash = {{UINT64CONST(0x6F726D2D65746167), UINT64CONST(0x9E3779B97F4A7C15)}, NULL};

	add_row(&hash, PG_GETARG_HEAPTUPLEHEADER(0));
	PG_RETURN_TEXT_P(
		cstring_to_text(psprintf("%08x%08x%08x%08x", (uint32) (hash.halves[0] >> 32), (uint32) hash.halves[0],
								 (uint32) (hash.halves[1] >> 32), (uint32) hash.halves[1])));
}

/* The secret of the database, palloc'd; read without regard to privileges, as nobody has any. */
static bytea *
read_secret(void)
{
	Oid relid = get_relname_relid("secret", get_namespace_oid("orm", false));
	Relation relation = OidIsValid(relid) ? table_open(relid, AccessShareLock) : NULL;
	SysScanDesc scan = relation != NULL ? systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL) : NULL;
	HeapTuple tuple = scan != NULL ? systable_getnext(scan) : NULL;
	bytea *secret;
	bool isnull;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("table orm.secret has no row"),
				errhint("It is filled by CREATE EXTENSION."));
	secret = DatumGetByteaPCopy(heap_getattr(tuple, 1, RelationGetDescr(relation), &isnull));
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return secret;
}

/* The secret, read once for a call site. */
static const bytea *
secret_of(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(flinfo->fn_mcxt);

		flinfo->fn_extra = read_secret();
		MemoryContextSwitchTo(caller);
	}
	return flinfo->fn_extra;
}

/* orm.secret_etag(record) */
Datum
orm_sql_secret_etag(PG_FUNCTION_ARGS)
{
	const bytea *secret = secret_of(fcinfo->flinfo);
	RowHash hash = {{0, 0}, makeStringInfo()};
	pg_hmac_ctx *context = pg_hmac_create(PG_SHA256);
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	char text[2 * ETAG_BYTES + 1];

	add_row(&hash, PG_GETARG_HEAPTUPLEHEADER(0));
	if (context == NULL || pg_hmac_init(context, (const uint8 *) VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret)) < 0 ||
		pg_hmac_update(context, (const uint8 *) hash.bytes->data, hash.bytes->len) < 0 ||
		pg_hmac_final(context, digest, sizeof(digest)) < 0)
		ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute the etag of a row"));
	pg_hmac_free(context);
	hex_encode((const char *) digest, ETAG_BYTES, text);
	text[2 * ETAG_BYTES] = '\0';
	PG_RETURN_TEXT_P(cstring_to_text(text));
}
