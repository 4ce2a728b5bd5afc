/*
 * check_row.h - checking an object against its table: the row, its values, and
 * which of them are required.
 */
#ifndef ORM_GRAPH_CHECK_ROW_H
#define ORM_GRAPH_CHECK_ROW_H

#include "utils/rel.h"

#include "graph/graph.h"

/* An object that is checked, and the future values of its row. */
typedef struct OrmSubject
{
	OrmGraph *graph;
	OrmObject *object;
	const OrmModel *model;
	bool exists;
	bool *known; /* by attribute: is the value known? */
	Datum *values;
	bool *isnull;
} OrmSubject;

/* The object that supplies the attribute by a reference, and whose key is not known; NULL if there is none. */
extern const OrmObject *orm_check_row_supplier(const OrmObject *object, int attribute);

/* A record of the attributes an object gives and of attributes supplied by references, whose values are not known. */
extern OrmRecord *orm_check_row_supplied(const OrmObject *object);

/* Is the attribute given as a value, without a patch? */
extern bool orm_check_row_gives(const OrmRecord *record, int attribute);

/* The names of attributes as a JSON array. */
extern char *orm_check_row_names(const OrmModel *model, const int *attributes, int n);

/* Does the object change any of the attributes, or is its row new? */
extern bool orm_check_row_changes(const OrmSubject *subject, const int *attributes, int n);

/* Are all of the attributes known and not NULL? */
extern bool orm_check_row_knows(const OrmSubject *subject, const int *attributes, int n);

/*
 * Checks an object of a graph with findings, whose references are settled as
 * far as possible.  Reads its row, and determines its values and whether it is
 * new.
 */
extern void orm_check_row(OrmGraph *graph, OrmObject *object);

#endif
