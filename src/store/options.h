/*
 * options.h - the options of write calls.
 */
#ifndef ORM_STORE_OPTIONS_H
#define ORM_STORE_OPTIONS_H

#include "base/local_settings.h"
#include "base/settings.h"
#include "store/reader.h"
#include "store/write.h"

/* The options of a write call.  The node of an OrmJson is NULL if the option is not given. */
typedef struct OrmWriteOptions
{
	bool no_result;			   /* "return": false */
	OrmJson query;			   /* "return": query that reads the written objects back */
	OrmOnConflict on_conflict; /* ORM_CONFLICT_ERROR: not given */
	OrmJson where;			   /* upsert: conditions that an existing row must satisfy to be updated */
	int64 expect;			   /* maximum number of rows; negative: no limit */
	bool action;			   /* returned objects have "$action" */
	bool may_skip;			   /* "skipped": "allow": rows skipped by a trigger are not an error */
	bool unscoped;			   /* default scopes are lifted */
	bool hard;				   /* rows are deleted for good, whatever marks them */
	OrmJson etag;			   /* expected state of the deleted row, see remove/expected.h */
	OrmJson version;
	OrmJson settings;  /* in force during the call, see base/local_settings.h */
	bool validate_all; /* "validate": "all": one error with everything that is wrong */
	bool reorder;	   /* lists of "$set" take the order of their arrays */
	bool dry_run;	   /* undo the call at its end, see api/write.c */
} OrmWriteOptions;

/*
 * Reads the options of a verb from a document (NULL: none).  Raises 22023 for
 * an unrecognized option, for one that the verb does not have and for an
 * invalid value, 42701 for an option given twice.
 */
extern OrmWriteOptions orm_options_read(const OrmDocument *document, OrmVerb verb);

/* Puts the settings of a call in force until orm_settings_leave(); 0: it has none. */
extern int orm_options_enter_settings(const OrmWriteOptions *options);

#endif
