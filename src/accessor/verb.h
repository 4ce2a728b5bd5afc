/*
 * verb.h - the verbs of LANGUAGE orm.
 */
#ifndef ORM_ACCESSOR_VERB_H
#define ORM_ACCESSOR_VERB_H

#include "accessor/body.h"
#include "query/query.h"
#include "store/reader.h"

/* What a function may return; flags, as a verb takes several. */
typedef enum OrmResult
{
	ORM_RESULT_ROW = 1,	 /* the row type of the model's table */
	ORM_RESULT_ROWS = 2, /* SETOF it */
	ORM_RESULT_JSON = 4,
	ORM_RESULT_VOID = 8,
	ORM_RESULT_BOOLEAN = 16,
	ORM_RESULT_JSONS = 32, /* SETOF json */
	ORM_RESULT_BIGINT = 64,
	ORM_RESULT_SCALAR = 128, /* the type of the one attribute that "select" names */
	ORM_RESULT_SCALARS = 256 /* SETOF it */
} OrmResult;

/* What an attribute must be to be an argument. */
typedef enum OrmArgumentRule
{
	ORM_ARGUMENTS_TO_STORE,	 /* what can be stored */
	ORM_ARGUMENTS_TO_CHANGE, /* the key, and what can be stored */
	ORM_ARGUMENTS_TO_MATCH,	 /* what has an equality */
	ORM_ARGUMENTS_KEY,		 /* the key, and the version that is expected */
	ORM_ARGUMENTS_PARAMETERS /* they are no attributes, but parameters of the documents; except the key, where
								 * it is to be given */
} OrmArgumentRule;

/* What a verb does with the primary key. */
typedef enum OrmKeyRule
{
	ORM_KEY_UNUSED,
	ORM_KEY_KNOWN, /* the model must have one */
	ORM_KEY_GIVEN  /* ... and each call says all of it */
} OrmKeyRule;

struct OrmCall;

/* A verb of the language; the table of them is in verb.c. */
typedef struct OrmLanguageVerb
{
	const char *name;
	bool writes;
	int results; /* OrmResult flags */
	OrmArgumentRule arguments;
	OrmKeyRule key;
	bool takes_row;							   /* a single argument may be the whole row */
	bool no_model;							   /* it stands alone in its body */
	bool queues;							   /* it leaves the queue alone, or adds to it */
	const char *documents[ORM_BODY_DOCUMENTS]; /* "query", "patch", "object", "conflict_on", "options": what it
												* takes, in this order */
	int required;							   /* how many of them must be given */
	OrmQueryVerb query;						   /* with a query: what it is read for */
	OrmVerb write;							   /* with an object or options: whose these are */
	Datum (*run)(struct OrmCall *call);
} OrmLanguageVerb;

/*
 * The verb of that name; raises 42601 for none.  Of two the one that takes
 * documents is meant where the body has some, else the one whose arguments are
 * attributes.
 */
extern const OrmLanguageVerb *orm_verb_find(const char *name, bool with_documents);

#endif
