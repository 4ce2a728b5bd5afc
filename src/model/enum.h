/*
 * enum.h - enum types that are declared with a model.
 *
 *     {"enum": {"name": "mood", "labels": ["sad", "happy"]}}
 *
 * The type is in the schema of the table.  A column names it without a schema or
 * with this one, also as the element of an array; it is then this type, whatever
 * the search_path has.
 */
#ifndef ORM_MODEL_ENUM_H
#define ORM_MODEL_ENUM_H

#include "model/declaration.h"

/* Sets the enumeration of the column, and its type if that exists in the schema of the declaration. */
extern void orm_enum_resolve(const OrmDeclaration *declaration, OrmDeclaredColumn *column);

/* The labels of an enum type in their order, as a List of char *. */
extern List *orm_enum_labels(Oid type);

/* Adds the type of a reflected column to the declaration, if it is an enum in the schema of the table. */
extern void orm_enum_reflect(OrmDeclaration *declaration, Oid type);

#endif
