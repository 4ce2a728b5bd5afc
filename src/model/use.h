/*
 * use.h - what mixins bring into a declaration.
 *
 *     {"use": {"name": "Audited", "elements": [
 *         {"timestamps": {"created_at": "created_at"}}, ...]}}
 *
 * A model keeps the elements of a mixin as they were when it was declared, so
 * its text says everything without the mixin.  The elements are in the lists of
 * the declaration like all others, and nothing but this file tells them apart:
 * the use has a declaration of its own whose lists have the same records.  One
 * that has been replaced or taken out of the declaration is not the mixin's any
 * more.  A use without elements brings none; define/mixin.h completes it when a
 * model is declared.
 */
#ifndef ORM_MODEL_USE_H
#define ORM_MODEL_USE_H

#include "model/declaration.h"

/* Reads the elements of a use into the declaration; raises 22023, 42710 and what elements raise, with the place. */
extern void orm_use_read(OrmDeclaration *declaration, OrmDeclaredUse *use, bool mapped);

/* Raises 22023 for an element that no mixin brings; anything that is no element is left to who reads it. */
extern void orm_use_check_element(OrmJson element, const OrmPath *path);

/*
 * The elements of a use that the declaration still has, as a declaration
 * that shares them; NULL: none.
 */
extern const OrmDeclaration *orm_use_brought(const OrmDeclaration *declaration, const OrmDeclaredUse *use);

/* The declaration without the elements that mixins have brought, sharing its other elements. */
extern const OrmDeclaration *orm_use_own(const OrmDeclaration *declaration);

/*
 * Adds a use to a declaration that was made without: its elements are those
 * that are like the ones which "use" has brought.  Columns count up to the
 * first that is not behind the one before, so that their order stays.
 */
extern void orm_use_resume(OrmDeclaration *declaration, const OrmDeclaredUse *use);

/* Takes a use and what it has brought out of a declaration; false: there is none of that mixin. */
extern bool orm_use_take_out(OrmDeclaration *declaration, const char *name);

#endif
