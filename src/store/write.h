/*
 * write.h - writing objects of one model, any number of them, without nested
 * objects.  (Graphs, see graph/graph.h, order these calls; so they take records,
 * not JSON.)
 *
 * A record says for every attribute of the model whether it is given and with
 * which value.  Records with the same set of given attributes go in one
 * statement, however many there are: arrays through unnest, plain VALUES for a
 * single one.  Rows that come back are matched with records by primary key,
 * never by position, so keys that the database fills are made before the
 * insert, by evaluating the columns' defaults as the INSERT would (store/default_keys.c);
 * where that cannot be (no primary key, or a trigger fills it) records go one
 * at a time.
 *
 * An update writes only what changed: a row that already is as the record
 * says is not touched and counts as written all the same.
 */
#ifndef ORM_STORE_WRITE_H
#define ORM_STORE_WRITE_H

#include "base/document.h"
#include "exec/plan.h"
#include "executor/tuptable.h"
#include "model/model.h"
#include "model/patch.h"

typedef struct OrmRecord
{
	Datum *values; /* by attribute */
	bool *isnull;
	bool *given;
	uint8 *patch;		  /* by attribute: OrmPatch; NULL: all are ORM_PATCH_SET */
	int index;			  /* place in the caller's array, for messages; -1: a single object */
	bool in_graph;		  /* "place" is its place in the document, and "index" only orders */
	const OrmPath *place; /* in a graph; NULL: the root */
	int rank;			  /* while it is being written: place among those written with it */
	bool done;			  /* while it is being written: its row has come back, or was written */
	bool differs;		  /* while it is being written: its row was found, and is not as it says */
	uint8 action;		  /* OrmAction: what was done, once its row has come back */
	bool checked;		  /* its row was compared with what it was read from: see stale.h */
	const char *etag;	  /* of the row that it was read from; NULL: not given */
} OrmRecord;

/* What was done to a row. */
typedef enum OrmAction
{
	ORM_ACTION_INSERTED,
	ORM_ACTION_UPDATED,
	ORM_ACTION_UNCHANGED
} OrmAction;

/*
 * Called once for each record that was stored, with the stored row: the slot
 * holds the attributes of "returning", in table order (and maybe more behind
 * them).  In a per-row context.
 */
typedef void (*OrmStored)(void *argument, const OrmRecord *record, TupleTableSlot *slot);

typedef enum OrmOnConflict
{
	ORM_CONFLICT_ERROR, /* as an INSERT */
	ORM_CONFLICT_UPDATE,
	ORM_CONFLICT_IGNORE /* leave the row that is there as it is */
} OrmOnConflict;

typedef struct OrmWrite
{
	const OrmModel *model;
	const bool *returning; /* by attribute; NULL: no row is asked for, no right to read is needed */
	OrmStored stored;	   /* with returning */
	void *argument;
	OrmOnConflict on_conflict;
	bool action;	 /* with returning: tell inserted from updated */
	bool told_apart; /* tell them without: by statements of their own */
} OrmWrite;

/*
 * Allocates n records for a model in the current context, nothing given.
 */
extern OrmRecord *orm_record_make(const OrmModel *model, int n);

/* Which verb a document is read for; decides what is refused and what is passed over. */
typedef enum OrmVerb
{
	ORM_VERB_CREATE,
	ORM_VERB_UPDATE,
	ORM_VERB_SAVE,
	ORM_VERB_UPSERT,
	ORM_VERB_NESTED, /* no verb of its own: an object nested in another, saved, or patched if it exists */
	ORM_VERB_NAMED,	 /* nor is this: an object that names a row by a key, also one that the server fills */
	ORM_VERB_DELETE, /* this and the next have options only */
	ORM_VERB_UPDATE_WHERE,
	ORM_VERB_DELETE_WHERE,
	ORM_VERB_FLUSH
} OrmVerb;

/*
 * Reads an object of a document into a record; every error has its place.
 * Raises 22023 for a relationship.
 */
extern void orm_record_read(const OrmModel *model, OrmJson object, const OrmPath *path, OrmVerb verb,
							OrmRecord *record);

/* Reads the attributes of objects of one model; relationships are left to the caller. */
typedef struct OrmReader OrmReader;

extern OrmReader *orm_reader_make(const OrmModel *model);

/* Reads those of one object; returns how many of its keys are relationships. */
extern int orm_reader_read(OrmReader *reader, OrmJson object, const OrmPath *path, OrmVerb verb, OrmRecord *record);

/* INSERT.  With on_conflict IGNORE, records that conflict with any key are not stored. */
extern void orm_write_insert(const OrmWrite *write, OrmRecord *records, int n);

/*
 * UPDATE by primary key (given in every record; it only identifies).  Sets
 * missing[i] where there is no such row.
 */
extern void orm_write_update(const OrmWrite *write, OrmRecord *records, int n, bool *missing);

/*
 * By primary key: update the row if there is one, else insert it.  A record
 * without its key, or with a part of it NULL, is new.  Raises P0002 for a key
 * that does not exist where the database numbers that key.
 */
extern void orm_write_save(const OrmWrite *write, OrmRecord *records, int n);

/* Raises P0002: there is no row with the record's primary key.  NULL: the key was null. */
extern void orm_write_missing(const OrmModel *model, const OrmRecord *record) pg_attribute_noreturn();

/* DELETE by primary key values in key order, and of what goes with it (remove/delete.h); true when a row went. */
extern bool orm_write_delete(const OrmModel *model, const Datum *key);

/* The options of a writing call. */
typedef struct OrmWriteOptions
{
	bool no_result;			   /* "return": false */
	OrmJson query;			   /* "return": how what was written is read back; its node is NULL: as it was stored */
	OrmOnConflict on_conflict; /* ERROR: not given */
	int64 expect;			   /* rows at most; negative: any number */
	bool action;			   /* say of every object what was done */
	bool dry_run;			   /* undo it all in the end: see api/write.c */
} OrmWriteOptions;

/* Reads them; raises 22023 for one that the verb does not have. */
extern OrmWriteOptions orm_write_options(const OrmDocument *document, OrmVerb verb);

#endif
