/*
 * arbiter.h - partial unique indexes, and those over expressions, as conflict targets.
 *
 * Such an index identifies the row of an object if the row that the object would become,
 * with its defaults, is in the index, under a key without NULL.  It is looked for by the
 * index's columns, the values of its expressions, and its predicate; ON CONFLICT has
 * both, so that the server finds the index.  What BEFORE triggers would change is not known.
 */
#ifndef ORM_STORE_ARBITER_H
#define ORM_STORE_ARBITER_H

#include "store/batch.h"

/* The index of a key with terms, open. */
typedef struct OrmArbiter OrmArbiter;

extern OrmArbiter *orm_arbiter_open(const OrmModel *model, const OrmKey *key);
extern void orm_arbiter_close(OrmArbiter *arbiter);

/*
 * Does the index identify the row of a record, which gives the key (orm_record_has_key)?
 * Evaluates the index's expressions; errors of them have the place of the record.
 */
extern bool orm_arbiter_identifies(OrmArbiter *arbiter, const OrmRecord *record);

/* Raises 21000 for two records of a batch for which the expressions of the index have equal values. */
extern void orm_arbiter_refuse_twins(const OrmBatch *batch, const OrmKey *key);

/* Appends the conditions for row t besides those on columns: AND lower(t."a") = lower(u."a") AND (t."b") */
extern void orm_arbiter_condition(StringInfo sql, const OrmModel *model, const OrmKey *key);

/* Appends the expressions of the conflict target, after its columns: , (lower("a")) */
extern void orm_arbiter_expressions(StringInfo sql, const OrmModel *model, const OrmKey *key, bool *first);

/* Appends the predicate of the conflict target: WHERE "b" */
extern void orm_arbiter_predicate(StringInfo sql, const OrmModel *model, const OrmKey *key);

#endif
