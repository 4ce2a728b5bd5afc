/*
 * check_patch.h - the results of an object's patches.
 */
#ifndef ORM_GRAPH_CHECK_PATCH_H
#define ORM_GRAPH_CHECK_PATCH_H

#include "graph/check_row.h"

/*
 * Computes the values that the patches of an existing row's object would make,
 * by the expressions of the UPDATE, and sets them in the subject.  An error, of
 * an operator or a domain, becomes a finding at the attribute.  "key" is the
 * key that identifies the row.
 */
extern void orm_check_patch_all(OrmSubject *subject, const OrmKey *key);

#endif
