/*
 * keys.h - added, changed and removed keys, constraints and indexes.
 */
#ifndef ORM_DIFFER_KEYS_H
#define ORM_DIFFER_KEYS_H

#include "differ/differ.h"

/* Appends the steps of all declared keys, constraints and indexes; columns have been compared before. */
extern void orm_keys_compare(OrmDiffer *differ);

#endif
