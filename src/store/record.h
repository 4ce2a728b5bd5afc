/*
 * record.h - objects of a model as records: for every attribute, whether it is
 * given and with which value.
 *
 * Nobody else assigns "values", "isnull" and "given"; everybody reads them.
 */
#ifndef ORM_STORE_RECORD_H
#define ORM_STORE_RECORD_H

#include "base/document.h"
#include "model/model.h"
#include "model/patch.h"

typedef struct OrmRecord
{
	Datum *values; /* by attribute */
	bool *isnull;
	bool *given;
	uint8 *patch;		  /* by attribute: OrmPatch; NULL: all are ORM_PATCH_SET */
	int16 *source;		  /* by attribute, of ORM_PATCH_ATTRIBUTE: number of the other attribute; NULL: there is none */
	int index;			  /* place in the caller's array, for messages; -1: a single object */
	bool in_graph;		  /* "place" is its place in the document, and "index" only orders */
	const OrmPath *place; /* in a graph; NULL: the root */
	bool done;			  /* its row came back, or was written; it is pending until then */
	uint8 action;		  /* OrmAction: what was done, once its row has come back */
	bool checked;		  /* its version or etag was compared, by this batch or an earlier one: see stale.h */
	const char *etag;	  /* of the row that it was read from; NULL: not given */
	bool *wrong;		  /* by attribute: its value could not be read, see orm_reader_guard; NULL: all could */
} OrmRecord;

/* What was done to a row. */
typedef enum OrmAction
{
	ORM_ACTION_INSERTED,
	ORM_ACTION_UPDATED,
	ORM_ACTION_UNCHANGED
} OrmAction;

/*
 * Allocates n records for a model in the current context, nothing given.
 */
extern OrmRecord *orm_record_make(const OrmModel *model, int n);

/* Gives a record a value, which is not copied, or NULL. */
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

/* Takes an attribute out of a record. */
static inline void
orm_record_unset(OrmRecord *record, int attribute)
{
	record->given[attribute] = record->isnull[attribute] = false;
}

/* Gives a record the values of a key, in key order; they are not copied. */
extern void orm_record_copy_key(OrmRecord *record, const OrmKey *key, const Datum *values);

/* Marks an attribute whose value could not be read; negative: something else could not. */
extern void orm_record_set_wrong(OrmRecord *record, const OrmModel *model, int attribute);

/* Reads the values of a key, in key order, which the record has. */
extern void orm_record_key(const OrmRecord *record, const OrmKey *key, Datum *values);

/* Is the whole key given, without NULL (unless that is a value like others)? */
extern bool orm_record_has_key(const OrmRecord *record, const OrmKey *key);

/* Is any part of the key NULL? */
extern bool orm_record_has_null(const OrmRecord *record, const OrmKey *key);

/* The place of a record in the document, maybe in the caller's storage; NULL for a single object. */
extern const OrmPath *orm_record_place(const OrmRecord *record, OrmPath *path);

/*
 * The column, from 1, of a returned row that holds an attribute: how many
 * attributes of "returning" come before it, and one.
 */
extern int orm_record_column(const bool *returning, int attribute);

#endif
