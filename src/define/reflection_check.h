/*
 * reflection_check.h - the options of orm.reflect against the catalogs.
 */
#ifndef ORM_DEFINE_REFLECTION_CHECK_H
#define ORM_DEFINE_REFLECTION_CHECK_H

#include "define/reflection_options.h"
#include "model/catalog.h"

/*
 * Checks what is said about tables against the relations of the schema, all of
 * which are read, and finds the foreign keys.  Raises 42P01, 42703 and 42704 for a table, a
 * column or a foreign key that does not exist, with the nearest name; 42702 for a name of
 * several foreign keys, 42701 for names given twice, 42P16 for a second primary key.
 */
extern void orm_reflection_check_options(const OrmReflectionOptions *options, const OrmCatalog *catalog);

#endif
