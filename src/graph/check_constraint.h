/*
 * check_constraint.h - CHECK constraints and foreign keys of an object's table.
 */
#ifndef ORM_GRAPH_CHECK_CONSTRAINT_H
#define ORM_GRAPH_CHECK_CONSTRAINT_H

#include "graph/check_row.h"

/*
 * Evaluates the CHECK constraints whose columns are known, and looks for the rows
 * that foreign keys refer to, in the tables and in the document.  Rows that row
 * security may hide are passed over.
 */
extern void orm_check_constraint_all(const OrmSubject *subject, Relation relation);

#endif
