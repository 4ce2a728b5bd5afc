/*
 * saved.h - migrations as documents, for version control.
 *
 *     {"format": 1, "name": "add ages", "hash_before": "...", "hash_after": "...",
 *      "declarations": {"Customer": {"before": {...}, "declared": {...}, "after": {...}}},
 *      "steps": [{"model": "Customer", "action": "add", "object": "...", "sql": "...", "reverse": "..."}]}
 *
 * What is run is found by the differ, from the declarations; the steps of the document must be the same.
 * So no document can run a statement that orm.migrate would not.
 */
#ifndef ORM_DEFINE_SAVED_H
#define ORM_DEFINE_SAVED_H

#include "define/applied.h"
#include "define/migrate.h"

/* The version of the form of documents. */
#define ORM_SAVED_FORMAT 1

/*
 * The latest migration of that name that is done, as a document, palloc'd.  Raises 42704, and 0A000 for
 * one that has dropped models.
 */
extern char *orm_saved_print(const char *name);

/*
 * Applies options->saved; returns the steps that were run, none when it is applied already.  Raises 22023
 * for a document that does not agree with itself, 55000 for models that are declared otherwise and for
 * steps that are others here, and what orm_migrate_apply does.
 */
extern List *orm_saved_run(const OrmMigrateOptions *options, OrmApplied *applied);

#endif
