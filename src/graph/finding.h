/*
 * finding.h - findings: errors that are collected, with their places, instead
 * of raised.
 *
 *     {"name": ["a value is required"], "posts[1].title": ["value too long for type character varying(5)"]}
 *
 *     [{"path": "name", "attribute": "name", "rule": "required", "message": "a value is required",
 *       "sqlstate": "23502", "parameters": {}}, ...]
 */
#ifndef ORM_GRAPH_FINDING_H
#define ORM_GRAPH_FINDING_H

#include "base/document.h"

typedef struct OrmFindings OrmFindings;

/* An empty collection in the current memory context. */
extern OrmFindings *orm_finding_make(void);

/* What is wrong at a place. */
typedef struct OrmFinding
{
	const char *reason;
	const char *rule;		/* "required", "unique"... */
	int sqlerrcode;			/* that writing it would raise */
	const char *limit;		/* parameter "limit"; NULL: none */
	const char *attributes; /* parameter "attributes", of a key, as JSON; NULL: none */
} OrmFinding;

/* Adds a finding at a place, unless that place has it already. */
extern void orm_finding_add(OrmFindings *findings, const OrmPath *place, const OrmFinding *finding);

/*
 * Runs work(argument).  If findings is not NULL, it runs in a subtransaction;
 * an error becomes a finding, at the place that the error names or else at
 * "place", and false is returned.  Errors that are not about data are rethrown.
 */
extern bool orm_finding_try(OrmFindings *findings, void (*work)(void *), void *argument, const OrmPath *place);

/* As orm_finding_try(), but discards the error. */
extern bool orm_finding_look(OrmFindings *findings, void (*work)(void *), void *argument);

/* The JSON object of places and reasons, in the order of discovery. */
extern Datum orm_finding_json(const OrmFindings *findings);

/* The JSON array of all findings, in the same order; and their number. */
extern Datum orm_finding_violations(const OrmFindings *findings);
extern int orm_finding_count(const OrmFindings *findings);

/* The SQLSTATE of the first one. */
extern int orm_finding_first(const OrmFindings *findings);

#endif
