/*
 * query_verb.h - the verbs of LANGUAGE orm for queries.
 */
#ifndef ORM_ACCESSOR_QUERY_VERB_H
#define ORM_ACCESSOR_QUERY_VERB_H

#include "accessor/verb.h"

extern const OrmLanguageVerb orm_query_verb_table[];
extern const int orm_query_verb_count;

#endif
