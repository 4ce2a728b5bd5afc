/*
 * renaming.h - models and tables that are to be renamed.
 *
 * "table_renamed_from" counts while the table of the former name is there and that of the declared
 * name is not.  The model's table is then the one of the former name: its declaration has that name in
 * "relation", and the declared one in "becomes", which is printed in its place.
 */
#ifndef ORM_MODEL_RENAMING_H
#define ORM_MODEL_RENAMING_H

#include "model/declaration.h"

/*
 * Checks all former names; raises 42701 and 42710 for what is given twice, 42P16 for a name that is the declared one,
 * or of another schema, or where there is no new name, 22023 for labels.
 */
extern void orm_renaming_check(OrmDeclaration *declaration);

/* The element of the former name of the table, or of the model; NULL: there is none. */
extern const OrmDeclaredRename *orm_renaming_table(const OrmDeclaration *declaration);
extern const OrmDeclaredRename *orm_renaming_model(const OrmDeclaration *declaration);

/* The name that the table has or will have. */
static inline char *
orm_renaming_declared(const OrmDeclaration *declaration)
{
	return declaration->becomes != NULL ? declaration->becomes : declaration->relation;
}

/* Makes "relation" the name of the table of a model; "becomes" is the declared name when it is to be renamed so. */
extern void orm_renaming_follow(OrmDeclaration *declaration, char *relation);

/*
 * The same for a declaration whose schema is known and whose table is only known by name.  Raises 42P07
 * where both tables are there.
 */
extern void orm_renaming_apply(OrmDeclaration *declaration);

/*
 * Of a declaration whose table is not to be renamed, in a difference: raises 42P07 where the table of the former
 * name is there as well, and 42P01 where neither is.
 */
extern void orm_renaming_check_tables(const OrmDeclaration *declaration);

/* Is the model of the former name there, on that table? */
extern bool orm_renaming_model_is_there(const OrmDeclaration *declaration, Oid relid);

/* Makes the declared model, or its table, one that is called so until it is renamed. */
extern void orm_renaming_set_model(OrmDeclaration *declaration, char *name);
extern void orm_renaming_set_table(OrmDeclaration *declaration, char *relation);

#endif
