/*
 * step.c - see step.h.
 */
#include "postgres.h"

#include "differ/step.h"

OrmStep *
orm_step_add(List **steps, OrmStepPhase phase, const char *model, const char *action, char *object, char *sql,
			 char *reverse)
{
	OrmStep *step = palloc0(sizeof(OrmStep));

	Assert(object != NULL);
	step->phase = phase;
	step->model = model;
	step->action = action;
	step->object = object;
	step->sql = sql;
	step->reverse = reverse;
	step->rows = -1;
	step->seconds = -1;
	*steps = lappend(*steps, step);
	return step;
}

/* list_sort keeps no order among equals: elements are steps with their places. */
typedef struct Placed
{
	OrmStep *step;
	int place;
} Placed;

static int
compare_placed(const void *a, const void *b)
{
	const Placed *left = a;
	const Placed *right = b;

	if (left->step->phase != right->step->phase)
		return left->step->phase < right->step->phase ? -1 : 1;
	return left->place < right->place ? -1 : 1;
}

void
orm_step_sort(List *steps)
{
	int n = list_length(steps);
	Placed *placed = palloc(sizeof(Placed) * Max(n, 1));

	for (int i = 0; i < n; i++)
		placed[i] = (Placed){list_nth(steps, i), i};
	qsort(placed, n, sizeof(Placed), compare_placed);
	for (int i = 0; i < n; i++)
		lfirst(list_nth_cell(steps, i)) = placed[i].step;
	pfree(placed);
}
