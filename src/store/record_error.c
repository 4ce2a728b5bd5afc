/*
 * record_error.c - errors about records; see record_error.h.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "model/hidden.h"
#include "store/record_error.h"

char *
orm_record_error_key_text(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[key->attributes[i]];

		appendStringInfo(&text, "%s%s = %s", i ? ", " : "", attribute->name,
						 record->isnull[key->attributes[i]] ? "null"
							 : attribute->hidden
							 ? ORM_HIDDEN
							 : OutputFunctionCall(&attribute->type->output, record->values[key->attributes[i]]));
	}
	return text.data;
}

void
orm_record_error_missing(const OrmModel *model, const OrmKey *key, const OrmRecord *record)
{
	OrmPath room;

	ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND),
			record && orm_record_has_key(record, key) ? errmsg("no object of model \"%s\" has the key %s", model->name,
															   orm_record_error_key_text(model, key, record))
													  : errmsg("no object of model \"%s\" has a null key", model->name),
			record ? orm_error_place(orm_record_place(record, &room)) : 0);
}

void
orm_record_error_needs_row(const OrmModel *model, const OrmRecord *record)
{
	int attribute = orm_record_needs_row(record, model);
	OrmPath room;
	OrmPath place;
	OrmPath here;

	if (attribute < 0)
		return;
	place = orm_path_key(orm_record_place(record, &room), model->attributes[attribute].name);
	here = orm_path_key(&place, orm_patch_name(record->patch[attribute]));
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("\"%s\" is not allowed here", orm_patch_name(record->patch[attribute])), orm_error_place(&here),
			errhint("It needs an object that exists: give its key."));
}

/* The text of a place, also for the root. */
static const char *
place_text(const OrmPath *place)
{
	return place != NULL ? orm_path_text(place) : "the root";
}

void
orm_record_error_same_key(const OrmModel *model, const OrmRecord *first, const OrmRecord *second)
{
	OrmPath first_place;
	OrmPath second_place;

	ereport(ERROR, errcode(ERRCODE_CARDINALITY_VIOLATION),
			errmsg("two objects of model \"%s\" have the same key", model->name),
			errdetail("At %s and %s.", place_text(orm_record_place(first, &first_place)),
					  place_text(orm_record_place(second, &second_place))));
}

void
orm_record_error_not_stored_at(const OrmModel *model, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
			errmsg("object of model \"%s\" was not stored as given", model->name), orm_error_place(place),
			errhint("A trigger, rule or policy skipped the row or changed its key."));
}

void
orm_record_error_not_stored(const OrmModel *model, const OrmRecord *record)
{
	OrmPath room;

	orm_record_error_not_stored_at(model, orm_record_place(record, &room));
}
