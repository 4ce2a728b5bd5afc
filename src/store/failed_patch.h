/*
 * failed_patch.h - finding the record whose patch broke a constraint of a
 * domain.  Private to this folder.
 *
 * The server's error names the domain, but neither the row nor the value.  The
 * patches are evaluated again, record by record, over the rows that the failed
 * statement has read: under its snapshot, which is still the active one.
 */
#ifndef ORM_STORE_FAILED_PATCH_H
#define ORM_STORE_FAILED_PATCH_H

#include "store/batch.h"
#include "store/statement.h"

/* The number of the record of a failed statement that an error is about, or -1; as orm_failed_row_row(). */
extern int orm_failed_patch_row(const OrmStatement *statement, const OrmBatch *batch, const ErrorData *error);

#endif
