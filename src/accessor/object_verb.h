/*
 * object_verb.h - the verbs of LANGUAGE orm for objects: orm.create, orm.add,
 * ... They take documents of objects, or only a key.
 */
#ifndef ORM_ACCESSOR_OBJECT_VERB_H
#define ORM_ACCESSOR_OBJECT_VERB_H

#include "accessor/verb.h"

extern const OrmLanguageVerb orm_object_verb_table[];
extern const int orm_object_verb_count;

#endif
