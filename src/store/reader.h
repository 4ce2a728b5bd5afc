/*
 * reader.h - reading objects of documents into records.
 */
#ifndef ORM_STORE_READER_H
#define ORM_STORE_READER_H

#include "store/record.h"

/* The verb that a document is read for; it decides which attributes are refused and which are ignored. */
typedef enum OrmVerb
{
	ORM_VERB_CREATE,
	ORM_VERB_UPDATE,
	ORM_VERB_SAVE,
	ORM_VERB_UPSERT,
	ORM_VERB_NESTED, /* an object nested in another: saved, or patched if its row exists */
	ORM_VERB_FOUND,	 /* an object that is created unless its row exists, which is not changed */
	ORM_VERB_NAMED,	 /* an object that names a row by a key, also by a column that the server fills */
	ORM_VERB_DELETE, /* this and the following have options only */
	ORM_VERB_UPDATE_WHERE,
	ORM_VERB_DELETE_WHERE,
	ORM_VERB_REMOVE,
	ORM_VERB_QUEUE, /* orm.add, orm.merge */
	ORM_VERB_FLUSH,
	ORM_VERB_BATCH
} OrmVerb;

/* Reads the attributes of objects of one model; relationships are read by the caller. */
typedef struct OrmReader OrmReader;

extern OrmReader *orm_reader_make(const OrmModel *model);

/*
 * Runs work(argument), which reads a member, for a reader that collects all
 * errors.  If it raises an error, the guard records it and returns false.
 * "place" is the place of the member.
 */
typedef bool (*OrmReadGuard)(void *owner, void (*work)(void *), void *argument, const OrmPath *place);

extern void orm_reader_guard(OrmReader *reader, OrmReadGuard guard, void *owner);

/*
 * Reads the attributes of an object into a record, whose values are allocated
 * in the current context; returns the number of its keys that are
 * relationships. Raises 42703 for an attribute that does not exist, 42701 for
 * one given twice, 428C9 for one that only the server fills, and 22023 for a
 * patch that is not allowed.
 */
extern int orm_reader_read(OrmReader *reader, OrmJson object, const OrmPath *path, OrmVerb verb, OrmRecord *record);

#endif
