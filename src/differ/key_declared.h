/*
 * key_declared.h - declared keys, constraints and indexes in normalized form.
 */
#ifndef ORM_DIFFER_KEY_DECLARED_H
#define ORM_DIFFER_KEY_DECLARED_H

#include "differ/key_form.h"

/* The declared keys, constraints and indexes of a table (List of OrmKeyForm *). */
extern List *orm_key_declared_read(const OrmDiffer *differ);

#endif
