/*
 * once.h - the words of a declaration that count once: renamed_from, renamed_labels, table_renamed_from, fill,
 * using_expr, data_step and removed.
 *
 * They say how a table comes to what is declared, and leave the declaration when it is there.
 */
#ifndef ORM_MODEL_ONCE_H
#define ORM_MODEL_ONCE_H

#include "model/declaration.h"

/* Takes them out of a declaration. */
extern void orm_once_take_out(OrmDeclaration *declaration);

#endif
