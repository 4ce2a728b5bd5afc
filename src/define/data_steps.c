/*
 * data_steps.c - see data_steps.h.
 */
#include "postgres.h"

#include "define/data_steps.h"
#include "model/data_step.h"

void
orm_data_steps_add(const OrmRegistered *row, const OrmDeclaration *declaration, List **steps)
{
	ListCell *cell;

	foreach(cell, orm_data_step_pending(declaration))
	{
		const OrmDeclaredDataStep *declared = lfirst(cell);
		bool before = orm_data_step_is_before(declared);
		OrmStep *step;

		if (before && !row->mapped)
			continue;
		step = orm_step_add(steps, before ? ORM_PHASE_BEFORE : ORM_PHASE_DATA, row->name, ORM_DATA_STEP_ACTION,
							orm_data_step_object(declared), declared->sql, NULL);
		step->owner = orm_registry_owner(row);
		step->schema = declaration->schema;
		step->note = "once: orm.migration has its name when it is done";
	}
}
