/*
 * query_tag.h - orm.query_tag: a text that statements of the plan cache have as a comment,
 * as logs and pg_stat_statements show them.
 */
#ifndef ORM_EXEC_QUERY_TAG_H
#define ORM_EXEC_QUERY_TAG_H

#include "lib/stringinfo.h"

/* Defines the setting. */
extern void orm_query_tag_init(void);

/* A hash of the tag, for keys of the plan cache; 0: there is none. */
extern uint64 orm_query_tag_hash(void);

/* Appends the comment, in which the tag cannot end or begin a comment; nothing without a tag. */
extern void orm_query_tag_append(StringInfo sql);

#endif
