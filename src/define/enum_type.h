/*
 * enum_type.h - creating the enum types of declarations.
 */
#ifndef ORM_DEFINE_ENUM_TYPE_H
#define ORM_DEFINE_ENUM_TYPE_H

#include "model/declaration.h"

/*
 * Creates the enums of a declaration, whose schema is set, as the current user, and
 * resolves the columns with their types.  A type that exists is used if it is an
 * enum with the same labels, else 42710 is raised.  Created types are added to *changes.
 */
extern void orm_enum_type_create(const OrmDeclaration *declaration, List **changes);

#endif
