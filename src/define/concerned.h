/*
 * concerned.h - the models that a DDL command concerns, without reading all.
 *
 * A session keeps a list of the relations that each model function names: its
 * table, and the tables of its bound columns.  The list is made again when models
 * may have changed (orm_cache_generation), so DDL on other tables costs one look
 * at it, however many models there are.  A list may say too much, as what it
 * names is read again; it never says too little: a function that gets another table
 * is announced as changed, and one without a binding, with a table or not, is read in
 * any case.
 */
#ifndef ORM_DEFINE_CONCERNED_H
#define ORM_DEFINE_CONCERNED_H

#include "registry/registry.h"

/*
 * The models in force (List of OrmRegistered *) whose texts or accessors may name
 * one of these relations, and those without a binding.
 */
extern List *orm_concerned_by(const List *relations);

/* The model functions that name a table and do not depend on it yet, whoever owns them. */
extern List *orm_concerned_untied(Oid relid);

#endif
