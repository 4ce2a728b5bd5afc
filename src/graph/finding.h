/*
 * finding.h - findings: errors that are collected, with their places, instead
 * of raised.
 *
 *     {"name": ["a value is required"], "posts[1].title": ["value too long for type character varying(5)"]}
 */
#ifndef ORM_GRAPH_FINDING_H
#define ORM_GRAPH_FINDING_H

#include "base/document.h"

typedef struct OrmFindings OrmFindings;

/* An empty collection in the current memory context. */
extern OrmFindings *orm_finding_make(void);

/* Adds a finding at a place, unless that place has it already. */
extern void orm_finding_add(OrmFindings *findings, const OrmPath *place, const char *reason);

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

#endif
