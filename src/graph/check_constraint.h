/*
 * check_constraint.h - checking CHECK constraints and foreign keys of an
 * object.
 */
#ifndef ORM_GRAPH_CHECK_CONSTRAINT_H
#define ORM_GRAPH_CHECK_CONSTRAINT_H

#include "graph/check_row.h"

/*
 * Evaluates the CHECK constraints whose columns are known, and looks up the
 * rows that foreign keys reference, in the tables and in the document.  Foreign
 * keys to tables with row security are skipped.  Violations become findings.
 */
extern void orm_check_constraint_all(const OrmSubject *subject, Relation relation);

#endif
