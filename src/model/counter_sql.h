/*
 * counter_sql.h - the statements that keep counters.
 *
 * All have one form: rows of the key of a counting row, k0, k1..., and of what its counters are to
 * become, or what is added to them, n0, n1...  First the counting rows are locked, ordered by their keys,
 * so that two statements never wait for each other; then they are updated by a second statement, whose
 * snapshot is younger than the locks.  Statements are for the owner of the counting table.
 */
#ifndef ORM_MODEL_COUNTER_SQL_H
#define ORM_MODEL_COUNTER_SQL_H

#include "model/shared_trigger.h"
#include "model/model.h"

/* The counters over a relationship. */
typedef struct OrmCounting
{
	const OrmModel *model;
	const OrmRelationship *relationship;
	const OrmModel *target; /* whose mark of deleted rows holds, or NULL; statements depend on its epoch */
	List *counters;			/* of OrmDeclaredCounter *, whose columns are there */
} OrmCounting;

/* What a relationship of a model counts; false: it cannot be counted now, or has no counter. */
extern bool orm_counter_sql_open(const OrmModel *model, const char *relationship, OrmCounting *counting);

/*
 * Under which condition a row of the holder, called "d", is counted by a counter: an expression, palloc'd; NULL:
 * every row is.  Raises 42804 and the errors of expressions, with the place.
 */
extern char *orm_counter_sql_condition(const OrmCounting *counting, const OrmDeclaredCounter *counter);

/* Checks the columns and expressions: raises 42703, 42804, 42P16 and the errors of expressions, with the place. */
extern void orm_counter_sql_check(const OrmCounting *counting);

/*
 * After an event on the holder: locks, and adds what has changed.  A referential action changes rows before the
 * counting row's new key is known to anybody; where there is one, changed rows are counted anew instead.
 */
extern void orm_counter_sql_lock_changed(StringInfo sql, const OrmCounting *counting, OrmSharedEvent event);
extern void orm_counter_sql_add(StringInfo sql, const OrmCounting *counting, OrmSharedEvent event);

/* Locks the rows that are wrong, returning the key as JSON, and "was" and "is" of each counter; sets them right. */
extern void orm_counter_sql_lock_wrong(StringInfo sql, const OrmCounting *counting);
extern void orm_counter_sql_recount(StringInfo sql, const OrmCounting *counting);

/* Sets one row right: the parameters are its key, of the types of the referenced columns. */
extern void orm_counter_sql_recount_one(StringInfo sql, const OrmCounting *counting);

#endif
