/*
 * error.h - the place of an error in a document.
 *
 * A place in a document is a chain of OrmPath records on the C stack, one for
 * each level that has been entered; nothing is allocated until an error needs
 * the text.  The root of a document has no record: its path is NULL.
 *
 *     ereport(ERROR,
 *             errcode(ERRCODE_UNDEFINED_COLUMN),
 *             errmsg("attribute \"%s\" of model \"%s\" does not exist", ...),
 *             orm_error_place(path),
 *             orm_nearest_hint("attribute", given, names, nnames));
 */
#ifndef ORM_BASE_ERROR_H
#define ORM_BASE_ERROR_H

#include "base/compat.h"
#include "base/path.h"

/* A name as messages show it: cut, with "..." behind, when it is longer than 200 bytes. */
extern const char *orm_error_clip(const char *name);

/* In an ereport: the DETAIL "At where.and[1].edda."; nothing at the root. */
extern int orm_error_place(const OrmPath *path);

/*
 * In a PG_CATCH block only: adds the place to the error being raised (as its
 * DETAIL, or as CONTEXT when it has a DETAIL of its own) and raises it again.
 * "caller" is the memory context that was current at the PG_TRY.
 */
extern void orm_error_rethrow_at(const OrmPath *path, MemoryContext caller) pg_attribute_noreturn();

/*
 * The two halves of this, for work between them that can raise an error of its
 * own.  The error is taken from the server's stack into the context "caller",
 * which becomes current; a place of NULL adds nothing.
 */
extern ErrorData *orm_error_take(MemoryContext caller);
extern void orm_error_throw_at(ErrorData *error, const OrmPath *path) pg_attribute_noreturn();

/*
 * The same for an error of a document within another one, whose place is
 * "path": where it has a place, "At title.", that becomes "At [1].title.".
 */
extern void orm_error_rethrow_within(const OrmPath *path, MemoryContext caller) pg_attribute_noreturn();

/* The table that an error of the server is about, or InvalidOid. */
extern Oid orm_error_table(const ErrorData *error);

#endif
