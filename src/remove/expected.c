/*
 * expected.c - the expected state of a row to be deleted; see expected.h.
 */
#include "postgres.h"

#include "base/members.h"
#include "model/value.h"
#include "remove/expected.h"
#include "store/stale.h"

static bool
is_given(OrmJson json)
{
	return json.node != NULL && orm_json_kind(json) != ORM_JSON_NULL;
}

OrmExpected
orm_expected_read(const OrmModel *model, OrmJson etag, OrmJson version, const OrmPath *place)
{
	OrmPath etag_place = orm_path_key(place, "etag");
	OrmPath version_place = orm_path_key(place, "version");
	OrmExpected expected = {0};
	bool isnull;

	if (is_given(etag))
	{
		if (orm_json_kind(etag) != ORM_JSON_STRING)
			orm_members_raise_kind(etag, "a string", &etag_place);
		expected.etag = orm_json_string(etag);
	}
	if (!is_given(version))
		return expected;
	if (model->version < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("model \"%s\" has no version", model->name),
				orm_error_place(&version_place), errhint("Give an \"etag\", or declare orm.version(column_name)."));
	expected.version = orm_value_read(model->attributes[model->version].type, version, &version_place, &isnull);
	expected.versioned = !isnull;
	return expected;
}

void
orm_expected_check(const OrmModel *model, const Datum *key, const OrmExpected *expected, const OrmPath *place)
{
	const OrmKey *primary_key = orm_model_need_key(model);
	OrmWrite write = {.model = model};
	OrmRecord *record;
	OrmBatch batch;

	if (!orm_expected_any(expected))
		return;
	record = orm_record_make(model, 1);
	orm_record_copy_key(record, primary_key, key);
	if (expected->versioned)
		orm_record_set(record, model->version, expected->version, false);
	record->etag = expected->etag;
	record->in_graph = true;
	record->place = place;
	batch = orm_batch_make(&write, record, 1);
	orm_stale_check(&batch, primary_key, ORM_ABSENCE_IS_FINE);
}
