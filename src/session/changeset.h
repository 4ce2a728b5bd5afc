/*
 * changeset.h - documents of operations:
 *
 *     {"add" | "merge": [{"model": name, "object": {...}, "label": text}],
 *      "remove": [{"model": name, "key": key, "etag": text, "version": value}]}
 */
#ifndef ORM_SESSION_CHANGESET_H
#define ORM_SESSION_CHANGESET_H

#include "base/document.h"
#include "graph/labels.h"
#include "session/operations.h"

/*
 * Writes a changeset as the current user, and returns as json
 *
 *     {"ids": {label: key}, "inserted": n, "updated": n, "deleted": n}
 *
 * "find_label" (or NULL) finds labels of earlier objects; with "may_skip"
 * triggers, rules and policies may skip rows.  Opens the models with
 * RowExclusiveLock. Raises 22023, 22004 and 42701 for an invalid document, with
 * the place, and the errors of orm_operations_write().
 */
extern Datum orm_changeset_write(const OrmDocument *document, OrmFindLabel find_label,
								 const OrmOperationOptions *options);

#endif
