/*
 * check_row.h - one object and its table: required values, unique keys, CHECK
 * constraints, foreign keys.
 */
#ifndef ORM_GRAPH_CHECK_ROW_H
#define ORM_GRAPH_CHECK_ROW_H

#include "utils/rel.h"

#include "graph/graph.h"

/* An object that is looked at, and what its row will have. */
typedef struct OrmSubject
{
	OrmGraph *graph;
	OrmObject *object;
	const OrmModel *model;
	bool exists;
	bool *known; /* by attribute */
	Datum *values;
	bool *isnull;
} OrmSubject;

/* Will any of the attributes have another value than before? */
extern bool orm_check_row_changes(const OrmSubject *subject, const int *attributes, int n);

/* Are all the attributes known, and not NULL? */
extern bool orm_check_row_knows(const OrmSubject *subject, const int *attributes, int n);

/*
 * Looks at an object of a graph with findings, whose references are settled as
 * far as they can be.  What its row has is known then, and so is whether it is new.
 */
extern void orm_check_row(OrmGraph *graph, OrmObject *object);

#endif
