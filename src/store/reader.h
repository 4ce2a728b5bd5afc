/*
 * reader.h - reading objects of documents into records.
 */
#ifndef ORM_STORE_READER_H
#define ORM_STORE_READER_H

#include "store/record.h"

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
	ORM_VERB_REMOVE,
	ORM_VERB_FLUSH
} OrmVerb;

/* Reads the attributes of objects of one model; relationships are left to the caller. */
typedef struct OrmReader OrmReader;

extern OrmReader *orm_reader_make(const OrmModel *model);

/*
 * Reads a member by work(argument) for a reader that is to find all errors:
 * takes care of the error that this raises, and returns false then.  "place" is
 * the member's.
 */
typedef bool (*OrmReadGuard)(void *owner, void (*work)(void *), void *argument, const OrmPath *place);

extern void orm_reader_guard(OrmReader *reader, OrmReadGuard guard, void *owner);

/* Reads those of one object; returns how many of its keys are relationships. */
extern int orm_reader_read(OrmReader *reader, OrmJson object, const OrmPath *path, OrmVerb verb, OrmRecord *record);

#endif
