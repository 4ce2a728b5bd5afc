/*
 * loosen.h - computed attributes of tables that a migration changes.
 *
 * The parsed body of a function depends on the columns and the row type, and stops
 * ALTER TABLE: on 15 to 17 every rewrite of the table and every added column with a
 * default, and everywhere changes of a column's type.  So the functions get their
 * expressions as texts before such a step, and orm_compute_reconcile parses them
 * again; their OIDs, and views over them, stay.  Until then the attributes are pending.
 *
 * The server keeps expressions of indexes with such texts inlined, for the former type
 * of a column, so the indexes are dropped before its type changes, and made again at
 * the end.
 */
#ifndef ORM_DEFINE_LOOSEN_H
#define ORM_DEFINE_LOOSEN_H

#include "differ/step.h"

/*
 * Before a step is run, as its owner.  Appends the statements that make the indexes
 * again to *indexes, as steps of that owner.
 */
extern void orm_loosen_computed(const OrmStep *step, List **indexes);

#endif
