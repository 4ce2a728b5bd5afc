/*
 * once.c - see once.h.
 */
#include "postgres.h"

#include "model/once.h"

void
orm_once_take_out(OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		column->renamed_from = column->fill = column->using_expr = NULL;
	}
	foreach(cell, declaration->constraints)
		((OrmDeclaredConstraint *) lfirst(cell))->renamed_from = NULL;
	foreach(cell, declaration->enums)
		((OrmDeclaredEnum *) lfirst(cell))->renamed_labels = NULL;
	declaration->removals = declaration->data_steps = declaration->renames = declaration->table_renames = NIL;
}
