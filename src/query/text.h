/*
 * text.h - named operators of text.  Private to this folder.
 */
#ifndef ORM_QUERY_TEXT_H
#define ORM_QUERY_TEXT_H

#include "query/condition.h"

extern void orm_text_pattern(OrmCondition *condition);		/* like, regex, contains... */
extern void orm_text_equal_folded(OrmCondition *condition); /* ieq */
extern void orm_text_search(OrmCondition *condition);

#endif
