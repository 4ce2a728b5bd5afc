/*
 * finding.h - findings: errors that are collected instead of raised, with their
 * places.
 *
 *     {"name": ["a value is required"], "posts[1].title": ["value too long for type character varying(5)"]}
 */
#ifndef ORM_GRAPH_FINDING_H
#define ORM_GRAPH_FINDING_H

#include "base/document.h"

typedef struct OrmFindings OrmFindings;

/* None yet, in the current memory context. */
extern OrmFindings *orm_finding_make(void);

/* Adds a finding at a place. */
extern void orm_finding_add(OrmFindings *findings, const OrmPath *place, const char *reason);

/*
 * Does work(argument).  With findings it does so in a subtransaction, and an
 * error becomes a finding, at the place that the error names, else at "place":
 * then returns false.  Errors that are not about data are raised again.
 */
extern bool orm_finding_try(OrmFindings *findings, void (*work)(void *), void *argument, const OrmPath *place);

/* The same, but an error becomes no finding. */
extern bool orm_finding_look(OrmFindings *findings, void (*work)(void *), void *argument);

/* The JSON object of places and reasons, in the order in which places were first found. */
extern Datum orm_finding_json(const OrmFindings *findings);

#endif
