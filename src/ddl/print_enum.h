/*
 * print_enum.h - statements about the enum types of declarations.
 */
#ifndef ORM_DDL_PRINT_ENUM_H
#define ORM_DDL_PRINT_ENUM_H

#include "model/declaration.h"

/* The name of the type, quoted and qualified. */
extern char *orm_print_enum_name(const OrmDeclaration *declaration, const OrmDeclaredEnum *enumeration);

/* CREATE TYPE ... AS ENUM of that name, with these labels (List of char *). */
extern char *orm_print_enum(const char *name, const List *labels);

#endif
