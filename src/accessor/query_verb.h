/*
 * query_verb.h - the verbs of LANGUAGE orm that have documents.
 */
#ifndef ORM_ACCESSOR_QUERY_VERB_H
#define ORM_ACCESSOR_QUERY_VERB_H

#include "accessor/verb.h"

/* The verbs with documents. */
extern const OrmLanguageVerb orm_query_verb_table[];
extern const int orm_query_verb_count;

#endif
