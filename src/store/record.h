/*
 * record.h - records: the attribute values given for objects of a model.
 *
 * "values", "isnull" and "given" are assigned only by the functions of this
 * file.
 */
#ifndef ORM_STORE_RECORD_H
#define ORM_STORE_RECORD_H

#include "base/document.h"
#include "exec/assigned.h"
#include "model/model.h"
#include "model/patch.h"

typedef struct OrmRecord
{
	Datum *values; /* by attribute */
	bool *isnull;
	bool *given;
	uint8 *patch;  /* by attribute: OrmPatch; NULL: all ORM_PATCH_SET */
	int16 *source; /* by attribute, for ORM_PATCH_ATTRIBUTE: number of the source attribute; NULL: none */
	const OrmAssigned **assigned; /* by attribute, for ORM_PATCH_EXPRESSION and _MEMBERS; NULL: none */
	int index;					  /* position in the caller's array, for messages; -1: a single object */
	bool in_graph;				  /* "place" is the place in the document, and "index" only orders records */
	const OrmPath *place;		  /* in a graph; NULL: the root */
	bool done;					  /* its row was returned or written; the record is pending until then */
	uint8 action;				  /* OrmAction, once the row is returned */
	bool kept;					  /* its row does not satisfy the condition of an upsert, and stays as it is */
	bool given_back;			  /* ambiguous values keep the stored ones, see model/given_back.h */
	bool checked;				  /* its version or etag was compared already, see stale.h */
	const char *etag;			  /* etag of the row that it was read from; NULL: not given */
	bool *wrong;				  /* by attribute: its value could not be read, see orm_reader_guard(); NULL: none */
} OrmRecord;

/* The effect of a write on a row. */
typedef enum OrmAction
{
	ORM_ACTION_INSERTED,
	ORM_ACTION_UPDATED,
	ORM_ACTION_UNCHANGED
} OrmAction;

/* Allocates n records for a model in the current context, with no attribute given. */
extern OrmRecord *orm_record_make(const OrmModel *model, int n);

/* Sets an attribute to a value, which is not copied, or NULL. */
static inline void
orm_record_set(OrmRecord *record, int attribute, Datum value, bool isnull)
{
	record->given[attribute] = true;
	record->isnull[attribute] = isnull;
	record->values[attribute] = value;
}

static inline void
orm_record_set_null(OrmRecord *record, int attribute)
{
	orm_record_set(record, attribute, (Datum) 0, true);
}

/* Sets the kind of the value that is given for an attribute. */
extern void orm_record_set_patch(OrmRecord *record, const OrmModel *model, int attribute, OrmPatch patch);

/* The first attribute with a patch that needs an existing row, or -1. */
extern int orm_record_needs_row(const OrmRecord *record, const OrmModel *model);

/* Normalizes the given values; the record has no patches. */
extern void orm_record_normalize(OrmRecord *record, const OrmModel *model);

/* Makes an attribute not given. */
static inline void
orm_record_unset(OrmRecord *record, int attribute)
{
	record->given[attribute] = record->isnull[attribute] = false;
}

/* Sets the attributes of a key to values in key order, which are not copied. */
extern void orm_record_copy_key(OrmRecord *record, const OrmKey *key, const Datum *values);

/*
 * Marks an attribute whose value could not be read, and makes it not given;
 * negative: some other key of the object.
 */
extern void orm_record_set_wrong(OrmRecord *record, const OrmModel *model, int attribute);

/* Stores the values of a key, in key order; the record must give all of them. */
extern void orm_record_key(const OrmRecord *record, const OrmKey *key, Datum *values);

/*
 * Is the whole key given, without NULL unless the key is NULLS NOT DISTINCT?  Of a key with
 * terms this says nothing of its expressions and its predicate (arbiter.h).
 */
extern bool orm_record_has_key(const OrmRecord *record, const OrmKey *key);

/* Is any part of the key NULL? */
extern bool orm_record_has_null(const OrmRecord *record, const OrmKey *key);

/* The place of a record in the document, which may be built in "path"; NULL for a single object and for the root. */
extern const OrmPath *orm_record_place(const OrmRecord *record, OrmPath *path);

/* The column, counted from 1, of an attribute in a returned row with the attributes of "returning". */
extern int orm_record_column(const bool *returning, int attribute);

#endif
