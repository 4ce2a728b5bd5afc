/*
 * stale.c - detecting rows changed since they were read; see stale.h.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datum.h"

#include "base/sql.h"
#include "exec/access.h"
#include "model/hidden.h"
#include "store/record_error.h"
#include "store/key_order.h"
#include "store/lookup.h"
#include "store/stale.h"
#include "store/statement.h"

/* Values in messages are truncated to this many bytes, as the server does. */
#define LONGEST_VALUE 64

void
orm_stale_append_etag(StringInfo sql, const OrmModel *model)
{
	appendStringInfo(sql, ", orm.%s(ROW(", model->hides ? "secret_etag" : "etag");
	for (int i = 0; i < model->nattributes; i++)
	{
		appendStringInfoString(sql, i > 0 ? ", t." : "t.");
		orm_sql_name(sql, model->attributes[i].column);
	}
	appendStringInfoString(sql, "))");
}

/* The order of orm_batch_lock_order().  A statement for one record needs no order. */
void
orm_stale_append_lock(StringInfo sql, const OrmStatement *statement)
{
	const OrmModel *model = statement->model;
	OrmKeyOrder order = {0};

	if (statement->many)
		orm_key_order_make(&order, model, statement->key);
	for (int i = 0; i < order.nparts; i++)
	{
		const OrmAttribute *attribute = &model->attributes[order.parts[i].attribute];

		appendStringInfoString(sql, i > 0 ? ", t." : " ORDER BY t.");
		orm_sql_name(sql, attribute->column);
		if (order.parts[i].collation != attribute->type->collation)
		{
			appendStringInfoString(sql, " COLLATE ");
			orm_sql_collation(sql, order.parts[i].collation);
		}
	}
	appendStringInfoString(sql, " FOR NO KEY UPDATE OF t");
}

/* The first stale record, in document order. */
typedef struct StaleRow
{
	OrmWrite write;			 /* its "returning" are the columns read */
	MemoryContext context;	 /* for "what"; longer-lived than the per-row context */
	const OrmRecord *record; /* NULL: none is stale */
	char *what;				 /* for the DETAIL */
} StaleRow;

/* Does the record give a version? */
static bool
gives_version(const OrmModel *model, const OrmRecord *record)
{
	return model->version >= 0 && record->given[model->version] && !record->isnull[model->version];
}

bool
orm_stale_is_asked(const OrmModel *model, const OrmRecord *record)
{
	return !record->done && !record->checked && (record->etag != NULL || gives_version(model, record));
}

bool
orm_stale_is_same(const OrmModel *model, const OrmRecord *a, const OrmRecord *b)
{
	if ((a->etag == NULL) != (b->etag == NULL) || gives_version(model, a) != gives_version(model, b))
		return false;
	return (a->etag == NULL || strcmp(a->etag, b->etag) == 0) &&
		(!gives_version(model, a) ||
		 orm_key_order_same_value(model, model->version, a->values[model->version], b->values[model->version]));
}

/* Arguments of is_chosen(). */
typedef struct Choice
{
	const OrmModel *model;
	const OrmKey *key;
} Choice;

static bool
is_chosen(const OrmRecord *record, const void *argument)
{
	const Choice *choice = argument;

	return orm_stale_is_asked(choice->model, record) && orm_record_has_key(record, choice->key);
}

/* Is any record to be compared?  Avoids making a batch if not. */
static bool
any_chosen(const OrmBatch *batch, const Choice *choice)
{
	for (int i = 0; i < batch->n; i++)
		if (is_chosen(batch->records[i], choice))
			return true;
	return false;
}

/* Appends a value for a message: truncated, NULL as null. */
static void
append_value(StringInfo out, const OrmType *type, Datum value, bool isnull)
{
	char *text;
	int length;

	if (isnull)
	{
		appendStringInfoString(out, "null");
		return;
	}
	text = OutputFunctionCall(unconstify(FmgrInfo *, &type->output), value);
	length = strlen(text);
	if (length <= LONGEST_VALUE)
		appendStringInfoString(out, text);
	else
	{
		appendBinaryStringInfo(out, text, pg_mbcliplen(text, length, LONGEST_VALUE));
		appendStringInfoString(out, "...");
	}
}

/* Does the record give the stored value? */
static bool
is_as_given(const OrmModel *model, int attribute, const OrmRecord *record, Datum value, bool isnull)
{
	const OrmType *type = model->attributes[attribute].type;

	if (isnull || record->isnull[attribute])
		return isnull && record->isnull[attribute];
	return datum_image_eq(value, record->values[attribute], type->by_value, type->length) ||
		(OidIsValid(model->attributes[attribute].equality) &&
		 orm_key_order_same_value(model, attribute, record->values[attribute], value));
}

/* Does the record give the new value of an attribute, other than of the key or the version? */
static bool
says_value(const OrmModel *model, const OrmRecord *record, int attribute)
{
	return record->given[attribute] && attribute != model->version && !model->attributes[attribute].in_key &&
		(record->patch == NULL || record->patch[attribute] == ORM_PATCH_SET);
}

/*
 * Appends the stored values that differ from the given ones: Other values than
 * those given are stored: "title" = New, "age" = null.
 */
static void
append_differences(StringInfo out, const OrmWrite *write, const OrmRecord *record, TupleTableSlot *slot)
{
	const OrmModel *model = write->model;
	int column = 0;
	bool first = true;

	for (int i = 0; i < model->nattributes; i++)
	{
		bool isnull;
		Datum value;

		if (!write->returning[i])
			continue;
		value = slot_getattr(slot, ++column, &isnull);
		if (!says_value(model, record, i) || is_as_given(model, i, record, value, isnull))
			continue;
		appendStringInfo(out, "%s\"%s\" = ", first ? " Other values than those given are stored: " : ", ",
						 model->attributes[i].name);
		if (model->attributes[i].hidden)
			appendStringInfoString(out, ORM_HIDDEN);
		else
			append_value(out, model->attributes[i].type, value, isnull);
		first = false;
	}
	if (!first)
		appendStringInfoChar(out, '.');
}

/* Appends the version of the row, if it differs from the given one. */
static void
append_version(StringInfo out, const OrmWrite *write, const OrmRecord *record, TupleTableSlot *slot)
{
	const OrmModel *model = write->model;
	const OrmAttribute *attribute;
	bool isnull;
	Datum value;

	if (!gives_version(model, record))
		return;
	attribute = &model->attributes[model->version];
	value = slot_getattr(slot, orm_record_column(write->returning, model->version), &isnull);
	if (is_as_given(model, model->version, record, value, isnull))
		return;
	if (attribute->hidden)
	{
		appendStringInfo(out, " Its \"%s\" is " ORM_HIDDEN ".", attribute->name);
		return;
	}
	appendStringInfo(out, " Its \"%s\" is ", attribute->name);
	append_value(out, attribute->type, value, isnull);
	appendStringInfoString(out, ", not ");
	append_value(out, attribute->type, record->values[model->version], false);
	appendStringInfoChar(out, '.');
}

/* Appends the etag of the row, if it differs from the given one. */
static void
append_etag(StringInfo out, const OrmRecord *record, TupleTableSlot *slot)
{
	bool isnull;
	char *etag;

	if (record->etag == NULL)
		return;
	etag = TextDatumGetCString(slot_getattr(slot, slot->tts_tupleDescriptor->natts, &isnull));
	if (strcmp(etag, record->etag) != 0)
		appendStringInfo(out, " Its \"$etag\" is %s now.", etag);
}

/* Compares a row with its record; called in a per-row context. */
static void
compare(void *argument, const OrmRecord *record, TupleTableSlot *slot)
{
	StaleRow *finding = argument;
	StringInfoData what;

	if (finding->record != NULL && finding->record->index <= record->index)
		return;
	initStringInfo(&what);
	append_version(&what, &finding->write, record, slot);
	append_etag(&what, record, slot);
	if (what.len == 0)
		return;
	append_differences(&what, &finding->write, record, slot);
	finding->record = record;
	finding->what = MemoryContextStrdup(finding->context, what.data);
}

/* The columns to read: all that the caller may read, and the version, which must be readable if a record gives it. */
static const bool *
columns_to_read(const OrmModel *model, const OrmBatch *batch)
{
	bool *columns = orm_access_readable(model);

	if (columns == NULL)
	{
		columns = palloc(sizeof(bool) * Max(model->nattributes, 1));
		memset(columns, true, model->nattributes);
	}
	for (int i = 0; i < batch->n; i++)
		if (gives_version(model, batch->records[i]))
			columns[model->version] = true;
	return columns;
}

/* The text "At posts[3]."; empty at the root. */
static char *
place_text(const OrmRecord *record)
{
	OrmPath room;
	const OrmPath *place = orm_record_place(record, &room);

	return place != NULL ? psprintf("At %s.", orm_path_text(place)) : "";
}

/* Text without a leading blank. */
static const char *
trimmed(const char *text)
{
	return text[0] == ' ' ? text + 1 : text;
}

/* Does the trigger that counts the model's versions fire in this session? */
static bool
counts_versions(const OrmModel *model)
{
	switch (model->version_trigger)
	{
		case TRIGGER_FIRES_ALWAYS:
			return true;
		case TRIGGER_FIRES_ON_ORIGIN:
			return SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA;
		case TRIGGER_FIRES_ON_REPLICA:
			return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA;
		default:
			return false;
	}
}

/* Raises 55000 if a record gives a version and no trigger counts versions: an outdated version would be accepted. */
static void
check_counted(const OrmBatch *batch)
{
	const OrmModel *model = batch->write->model;

	for (int i = 0; i < batch->n; i++)
		if (gives_version(model, batch->records[i]) && !counts_versions(model))
			ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("versions of model \"%s\" are not counted", model->name),
					errdetail_internal("%s",
									   trimmed(psprintf("%s Table \"%s\" has no enabled trigger for column \"%s\".",
														place_text(batch->records[i]), model->relation,
														model->attributes[model->version].column))),
					errhint("orm.sync('%s') makes the trigger.", model->name));
}

/* Raises 40001 for a row that was changed. */
static void
raise_changed(const OrmModel *model, const StaleRow *finding)
{
	ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			errmsg("object of model \"%s\" has been changed since it was read", model->name),
			errdetail_internal("%s", trimmed(psprintf("%s%s", place_text(finding->record), finding->what))),
			errhint("Read it again and retry."), err_generic_string(PG_DIAG_SCHEMA_NAME, model->schema),
			err_generic_string(PG_DIAG_TABLE_NAME, model->relation));
}

/* Raises 40001 for a row that was deleted. */
static void
raise_gone(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
{
	OrmPath room;

	ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			errmsg("object of model \"%s\" with the key %s no longer exists", model->name,
				   orm_record_error_key_text(model, key, record)),
			orm_error_place(orm_record_place(record, &room)),
			errhint("It was deleted since it was read; orm.create stores it again."),
			err_generic_string(PG_DIAG_SCHEMA_NAME, model->schema),
			err_generic_string(PG_DIAG_TABLE_NAME, model->relation));
}

/* Locks and reads the rows of the records, and compares them. */
static void
ask(const OrmBatch *asked, const OrmKey *key, StaleRow *finding)
{
	OrmWrite write = {
		.model = asked->write->model,
		.returning = columns_to_read(asked->write->model, asked),
		.stored = compare,
		.argument = finding,
		.checking = asked->write->checking,
	};
	OrmBatch batch = {&finding->write, asked->records, asked->n};
	bool etag = false;

	for (int i = 0; i < batch.n; i++)
		etag = etag || batch.records[i]->etag != NULL;
	finding->write = write;
	orm_lookup_lock(&batch, key, etag);
}

void
orm_stale_check(const OrmBatch *batch, const OrmKey *key, OrmAbsence absence)
{
	const OrmModel *model = batch->write->model;
	Choice choice = {model, key};
	StaleRow finding = {.context = CurrentMemoryContext};
	const OrmRecord *gone = NULL;
	OrmBatch asked;

	if (!any_chosen(batch, &choice))
		return;
	asked = orm_batch_pick(batch, is_chosen, &choice);
	check_counted(&asked);
	ask(&asked, key, &finding);
	for (int i = 0; i < asked.n; i++)
	{
		OrmRecord *record = asked.records[i];

		if (!record->done && (gone == NULL || record->index < gone->index))
			gone = record;
		record->done = false;
		record->checked = true;
	}
	if (finding.record != NULL)
		raise_changed(model, &finding);
	if (gone != NULL && absence == ORM_ABSENCE_IS_STALE)
		raise_gone(model, key, gone);
}
