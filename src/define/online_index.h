/*
 * online_index.h - steps of online migrations that run outside of transactions: CREATE and DROP INDEX CONCURRENTLY.
 *
 * Whether such a step is done cannot be written with it, so the catalogs say it: an index that a step was to make, and
 * that is valid, was made by it; one that is invalid was left by an attempt that failed, and is dropped first.
 */
#ifndef ORM_DEFINE_ONLINE_INDEX_H
#define ORM_DEFINE_ONLINE_INDEX_H

#include "define/online.h"
#include "nodes/nodes.h"

typedef enum OrmOnlineIndex
{
	ORM_ONLINE_INDEX_RUN,  /* the step is to be run */
	ORM_ONLINE_INDEX_DROP, /* an invalid index is to be dropped before */
	ORM_ONLINE_INDEX_DONE
} OrmOnlineIndex;

/* What is to be done; raises 55P03 while another process builds the index. */
extern OrmOnlineIndex orm_online_index_look(const OrmMigrationStep *step);

/* The statement that drops an index that an attempt has left. */
extern char *orm_online_index_drop(const OrmMigrationStep *step);

/*
 * A statement of a step, ready for orm_transaction_process, in the current memory context.  Its expressions are
 * analysed as the owner of the table.  Settings stay pinned until the end of the transaction.
 */
extern Node *orm_online_index_read(const OrmMigrationStep *step, const char *sql);

/* Raises 55000 for a text that is no statement of the step. */
extern void orm_online_index_check(const OrmMigrationStep *step, const char *sql);

/* Has the statement expressions, so that it depends on the search_path what it means? */
extern bool orm_online_index_has_expressions(const OrmMigrationStep *step);

#endif
