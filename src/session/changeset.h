/*
 * changeset.h - operations in a document:
 *
 *     {"add" | "merge": [{"model": name, "object": {...}, "label": text}],
 *      "remove": [{"model": name, "key": key, "etag": text, "version": value}]}
 */
#ifndef ORM_SESSION_CHANGESET_H
#define ORM_SESSION_CHANGESET_H

#include "base/document.h"
#include "graph/labels.h"

/*
 * Writes a changeset as the current user, and returns
 *
 *     {"ids": {label: key}, "inserted": n, "updated": n, "deleted": n}
 *
 * as json.  "find_label" (or NULL) finds labels of earlier objects.  Raises
 * 22023 and 22004 for a document of another form, with the place; otherwise
 * what writing the operations raises.
 */
extern Datum orm_changeset_write(const OrmDocument *document, OrmFindLabel find_label, bool may_skip);

#endif
