/*
 * statement_subject.h - whether the index, sequence or statistics of a statement are the table's own.
 */
#ifndef ORM_MODEL_STATEMENT_SUBJECT_H
#define ORM_MODEL_STATEMENT_SUBJECT_H

#include "model/table_statement.h"

/* Raises 42P16 where the subject of a statement exists, and is not the table's own. */
extern void orm_statement_subject_check(const OrmTableStatement *statement, Oid relid);

#endif
