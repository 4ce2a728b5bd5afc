/*
 * label_uses.h - which operations reference the labels of which others.
 */
#ifndef ORM_SESSION_LABEL_USES_H
#define ORM_SESSION_LABEL_USES_H

#include "nodes/pg_list.h"

#include "session/operations.h"

/*
 * By operation: the numbers of the operations whose labels its object contains as
 * {"$ref": label}, nested objects included (List of int); NULL if no operation
 * has a label.  Json values that look like references count as well.
 */
extern List **orm_label_uses_find(const OrmOperation *operations, int n);

#endif
