/*
 * rename.h - models that are to be renamed.
 *
 * A model whose declaration says renamed_from is declared beside the one of that name, on its table, and
 * both are in force.  A migration forgets the former one (orm.unmap), and what other models say of it
 * becomes the new one's:
 *
 *     renamed_from      the former model     the new model
 *     pending           is there             is declared on its table
 *     nothing to do     is not there         is there
 *     42704             is not there         is not there
 *     42710             is there             is there, and was not declared as a rename
 */
#ifndef ORM_DEFINE_RENAME_H
#define ORM_DEFINE_RENAME_H

#include "model/declaration.h"
#include "registry/registry.h"

/*
 * The model that a new declaration renames, locked; "now" is the model that has its name, NULL: none.  NULL: there is
 * nothing to rename.  Raises 42704, 42710, 42501 unless the caller may change it, and 42P16 when it has another table
 * than the declaration.
 */
extern OrmRegistered *orm_rename_former(const OrmDeclaration *declaration, const OrmRegistered *now);

/* The name of the model that a registered one renames and that is still there, on its table; NULL: none. */
extern const char *orm_rename_pending(const OrmRegistered *row, const OrmDeclaration *declaration);

/* The name of the model that is to take the place of a registered one; NULL: none. */
extern char *orm_rename_successor(const OrmRegistered *row);

/* The models whose declarations name this one (List of char *); raises 42501 for one that "owner" may not change. */
extern List *orm_rename_followers(const char *name, const char *successor, Oid owner);

/* Makes what these models say of one model another one's. */
extern void orm_rename_follow(const List *followers, const char *name, const char *successor);

#endif
