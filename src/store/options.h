/*
 * options.h - the options of writing calls.
 */
#ifndef ORM_STORE_OPTIONS_H
#define ORM_STORE_OPTIONS_H

#include "store/reader.h"
#include "store/write.h"

/* The options of a writing call. */
typedef struct OrmWriteOptions
{
	bool no_result;			   /* "return": false */
	OrmJson query;			   /* "return": how what was written is read back; its node is NULL: as it was stored */
	OrmOnConflict on_conflict; /* ERROR: not given */
	int64 expect;			   /* rows at most; negative: any number */
	bool action;			   /* say of every object what was done */
	bool may_skip;			   /* "skipped": "allow": rows that a trigger passes over are no error */
	OrmJson etag;			   /* the state that is expected (expected.h); their nodes are NULL: not given */
	OrmJson version;
	bool dry_run; /* undo it all in the end: see api/write.c */
} OrmWriteOptions;

/* Reads the options of a verb (NULL: none is given); raises 22023 for one that the verb does not have. */
extern OrmWriteOptions orm_options_read(const OrmDocument *document, OrmVerb verb);

#endif
