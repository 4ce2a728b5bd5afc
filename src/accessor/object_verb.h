/*
 * object_verb.h - the verbs of LANGUAGE orm that take documents of objects, or
 * none and a key, as the functions orm.create, orm.add, ... do.
 */
#ifndef ORM_ACCESSOR_OBJECT_VERB_H
#define ORM_ACCESSOR_OBJECT_VERB_H

#include "accessor/verb.h"

extern const OrmLanguageVerb orm_object_verb_table[];
extern const int orm_object_verb_count;

#endif
