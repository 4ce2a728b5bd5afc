/*
 * verb.h - the verbs of LANGUAGE orm.
 */
#ifndef ORM_ACCESSOR_VERB_H
#define ORM_ACCESSOR_VERB_H

#include "base/body.h"
#include "query/query.h"
#include "store/reader.h"

/* Results of functions; flags, since a verb may have several. */
typedef enum OrmResult
{
	ORM_RESULT_ROW = 1,	 /* row type of the model's table */
	ORM_RESULT_ROWS = 2, /* SETOF that type */
	ORM_RESULT_JSON = 4,
	ORM_RESULT_VOID = 8,
	ORM_RESULT_BOOLEAN = 16,
	ORM_RESULT_JSONS = 32, /* SETOF json */
	ORM_RESULT_BIGINT = 64,
	ORM_RESULT_SCALAR = 128, /* type of the only attribute in "select" */
	ORM_RESULT_SCALARS = 256 /* SETOF that type */
} OrmResult;

/* The attributes that a verb takes as arguments. */
typedef enum OrmArgumentRule
{
	ORM_ARGUMENTS_TO_STORE,	 /* attributes that can be stored */
	ORM_ARGUMENTS_TO_CHANGE, /* the key, and attributes that can be stored */
	ORM_ARGUMENTS_TO_MATCH,	 /* attributes with an equality operator */
	ORM_ARGUMENTS_KEY,		 /* the key, and the expected version */
	ORM_ARGUMENTS_PARAMETERS /* parameters of the documents, and the key if ORM_KEY_GIVEN */
} OrmArgumentRule;

/* The use of the primary key by a verb. */
typedef enum OrmKeyRule
{
	ORM_KEY_UNUSED,
	ORM_KEY_KNOWN, /* the model must have a primary key */
	ORM_KEY_GIVEN  /* and each call must give all of it */
} OrmKeyRule;

struct OrmCall;

/* A verb of the language; the tables are in verb.c, query_verb.c and object_verb.c. */
typedef struct OrmLanguageVerb
{
	const char *name;
	bool writes;
	int results; /* OrmResult flags */
	OrmArgumentRule arguments;
	OrmKeyRule key;
	bool takes_row; /* a single argument may be a row of the table */
	bool no_model;	/* the body has no model */
	bool queues;	/* no flush before it runs: it uses the session's queue itself, or adds to it */
	const char *documents[ORM_BODY_DOCUMENTS]; /* in order: "query", "patch", "object", "conflict_on", "options" */
	int required;							   /* number of required documents */
	OrmQueryVerb query;						   /* with a query: the verb it is read for */
	OrmVerb write;							   /* with an object or options: the verb they are read for */
	Datum (*run)(struct OrmCall *call);
} OrmLanguageVerb;

/*
 * The verb of a name; raises 42601 if there is none.  If two verbs have the
 * name, with_documents selects the one that takes documents.
 */
extern const OrmLanguageVerb *orm_verb_find(const char *name, bool with_documents);

#endif
