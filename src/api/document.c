/*
 * document.c - the SQL type orm.document: input, output, casts.
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "base/document.h"

/* The first byte of the binary form, as that of jsonb. */
#define BINARY_VERSION 1

PG_FUNCTION_INFO_V1(orm_sql_document_in);
PG_FUNCTION_INFO_V1(orm_sql_document_out);
PG_FUNCTION_INFO_V1(orm_sql_document_recv);
PG_FUNCTION_INFO_V1(orm_sql_document_send);
PG_FUNCTION_INFO_V1(orm_sql_document_from_text);
PG_FUNCTION_INFO_V1(orm_sql_document_from_jsonb);
PG_FUNCTION_INFO_V1(orm_sql_document_to_json);
PG_FUNCTION_INFO_V1(orm_sql_document_to_jsonb);

/* The document in an argument; limits are checked when it is read (orm_document_open). */
static OrmDocument *
document_argument(Datum datum)
{
	return (OrmDocument *) PG_DETOAST_DATUM(datum);
}

/* orm.document_in(cstring) */
Datum
orm_sql_document_in(PG_FUNCTION_ARGS)
{
	char *text = PG_GETARG_CSTRING(0);

	PG_RETURN_POINTER(orm_document_parse(text, strlen(text)));
}

/* orm.document_out(orm.document) */
Datum
orm_sql_document_out(PG_FUNCTION_ARGS)
{
	OrmDocument *document = document_argument(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(pnstrdup(orm_document_text(document), document->text_length));
}

/* orm.document_recv(internal): a version byte, then the text */
Datum
orm_sql_document_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int version = pq_getmsgbyte(message);
	char *text;
	int length;

	if (version != BINARY_VERSION)
		ereport(ERROR, errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				errmsg("unsupported orm.document version number %d", version));
	text = pq_getmsgtext(message, message->len - message->cursor, &length);
	PG_RETURN_POINTER(orm_document_parse(text, length));
}

/* orm.document_send(orm.document) */
Datum
orm_sql_document_send(PG_FUNCTION_ARGS)
{
	OrmDocument *document = document_argument(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint8(&message, BINARY_VERSION);
	pq_sendtext(&message, orm_document_text(document), document->text_length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* orm.document_from_text(text), and from json, which is the same inside */
Datum
orm_sql_document_from_text(PG_FUNCTION_ARGS)
{
	text *given = PG_GETARG_TEXT_PP(0);

	PG_RETURN_POINTER(orm_document_parse(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given)));
}

/* orm.document_from_jsonb(jsonb) */
Datum
orm_sql_document_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb *jsonb = PG_GETARG_JSONB_P(0);
	StringInfoData text;

	initStringInfo(&text);
	JsonbToCString(&text, &jsonb->root, VARSIZE(jsonb));
	PG_RETURN_POINTER(orm_document_parse(text.data, text.len));
}

/* orm.document_to_json(orm.document) */
Datum
orm_sql_document_to_json(PG_FUNCTION_ARGS)
{
	OrmDocument *document = document_argument(PG_GETARG_DATUM(0));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(orm_document_text(document), document->text_length));
}

/* orm.document_to_jsonb(orm.document) */
Datum
orm_sql_document_to_jsonb(PG_FUNCTION_ARGS)
{
	OrmDocument *document = document_argument(PG_GETARG_DATUM(0));
	char *text = pnstrdup(orm_document_text(document), document->text_length);

	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}
