/*
 * constraint_check.h - checks of constraints and indexes that need more than one key.
 */
#ifndef ORM_MODEL_CONSTRAINT_CHECK_H
#define ORM_MODEL_CONSTRAINT_CHECK_H

#include "model/declaration.h"

/* Reads the definitions of constraints and indexes that are given as SQL; raises errors with the place. */
extern void orm_constraint_read_definitions(const OrmDeclaration *declaration);

/*
 * Checks the constraints and indexes of a declaration: columns exist, options fit.  In a mapped
 * document the existence of columns is not checked.  Fills in "leading", "is_partial", "opclass".
 */
extern void orm_constraint_check(const OrmDeclaration *declaration, bool mapped);

/* The place of a key of a constraint's element. */
extern const OrmPath *orm_constraint_place(OrmElementPlace *place, const OrmDeclaredConstraint *constraint,
										   const char *key);

#endif
