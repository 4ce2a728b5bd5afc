/*
 * arrange.c - keeping the argument order of existing functions; see arrange.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "parser/parse_coerce.h"

#include "accessor/arrange.h"
#include "accessor/generate.h"

/* The arguments of an existing function, paired with those of the accessor. */
typedef struct Pairing
{
	const OrmModel *model;
	const OrmAccessor *accessor;
	int n; /* number of arguments of the function */
	char **names;
	Oid *types;
	int *taken; /* by argument of the function: argument of the accessor, or -1 */
	bool *used; /* by argument of the accessor: is it paired? */
} Pairing;

static AttrNumber
column_of(const Pairing *pairing, int argument)
{
	return pairing->model->attributes[pairing->accessor->attributes[argument]].attnum;
}

static void
take(Pairing *pairing, int old, int argument)
{
	Assert(pairing->taken[old] < 0 && !pairing->used[argument]);
	pairing->taken[old] = argument;
	pairing->used[argument] = true;
}

/* Pairs the arguments with equal names. */
static void
pair_by_name(Pairing *pairing)
{
	for (int i = 0; i < pairing->n; i++)
		for (int j = 0; j < pairing->accessor->nargs; j++)
			if (!pairing->used[j] && strcmp(pairing->names[i], pairing->accessor->argument_names[j]) == 0)
			{
				take(pairing, i, j);
				break;
			}
}

/* The number of arguments, of the function or of the accessor, that are not paired. */
static int
count_left(const Pairing *pairing, bool of_function)
{
	int n = 0;

	for (int i = 0; i < (of_function ? pairing->n : pairing->accessor->nargs); i++)
		n += of_function ? pairing->taken[i] < 0 : !pairing->used[i];
	return n;
}

/* The first unpaired argument of the accessor whose column is between two others, or -1. */
static int
next_left(const Pairing *pairing, AttrNumber after, AttrNumber before)
{
	for (int j = 0; j < pairing->accessor->nargs; j++)
		if (!pairing->used[j] && column_of(pairing, j) > after && column_of(pairing, j) < before)
			return j;
	return -1;
}

/* The accessor argument between the columns of an argument's paired neighbours, or -1. */
static int
renamed_between(const Pairing *pairing, int old)
{
	AttrNumber after = 0;
	AttrNumber before = 0;

	for (int i = 0; i < old; i++)
		if (pairing->taken[i] >= 0)
			after = column_of(pairing, pairing->taken[i]);
	for (int i = old + 1; i < pairing->n && before == 0; i++)
		if (pairing->taken[i] >= 0 && column_of(pairing, pairing->taken[i]) > after)
			before = column_of(pairing, pairing->taken[i]);
	return next_left(pairing, after, before == 0 ? MaxHeapAttributeNumber + 1 : before);
}

/* Pairs renamed arguments: in order if the numbers match on both sides, else by their neighbours and type. */
static void
pair_renamed(Pairing *pairing)
{
	bool as_many = count_left(pairing, true) == count_left(pairing, false);

	for (int i = 0; i < pairing->n; i++)
	{
		int j;

		if (pairing->taken[i] >= 0)
			continue;
		j = as_many ? next_left(pairing, 0, MaxHeapAttributeNumber + 1) : renamed_between(pairing, i);
		if (j >= 0 && (as_many || pairing->types[i] == pairing->accessor->argument_types[j]))
			take(pairing, i, j);
	}
}

/* Pairs the arguments of a function with those of the accessor; false if there are none to pair. */
static bool
pair(Pairing *pairing, const OrmModel *model, const OrmAccessor *accessor, HeapTuple function)
{
	char *modes;

	pairing->model = model;
	pairing->accessor = accessor;
	pairing->n = get_func_arg_info(function, &pairing->types, &pairing->names, &modes);
	if (accessor->attributes == NULL || pairing->n == 0 || pairing->names == NULL || modes != NULL)
		return false;
	pairing->taken = palloc(sizeof(int) * pairing->n);
	for (int i = 0; i < pairing->n; i++)
		pairing->taken[i] = -1;
	pairing->used = palloc0(sizeof(bool) * Max(accessor->nargs, 1));
	pair_by_name(pairing);
	pair_renamed(pairing);
	return true;
}

/* The arguments of the accessor in the order of the function, new ones last; required ones precede optional ones. */
static int *
order_of(const Pairing *pairing)
{
	const OrmAccessor *accessor = pairing->accessor;
	int *order = palloc(sizeof(int) * Max(accessor->nargs, 1));
	int n = 0;

	for (int optional = 0; optional <= 1; optional++)
	{
		for (int i = 0; i < pairing->n; i++)
			if (pairing->taken[i] >= 0 && (pairing->taken[i] >= accessor->required) == optional)
				order[n++] = pairing->taken[i];
		for (int j = 0; j < accessor->nargs; j++)
			if (!pairing->used[j] && (j >= accessor->required) == optional)
				order[n++] = j;
	}
	Assert(n == accessor->nargs);
	return order;
}

static void
reorder(OrmAccessor *accessor, const int *order)
{
	int n = accessor->nargs;
	int *attributes = palloc(sizeof(int) * Max(n, 1));
	Oid *types = palloc(sizeof(Oid) * Max(n, 1));
	char **names = palloc(sizeof(char *) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		attributes[i] = accessor->attributes[order[i]];
		types[i] = accessor->argument_types[order[i]];
		names[i] = accessor->argument_names[order[i]];
	}
	accessor->attributes = attributes;
	accessor->argument_types = types;
	accessor->argument_names = names;
}

void
orm_arrange_arguments(const OrmModel *model, OrmAccessor *accessor, HeapTuple function)
{
	Pairing pairing;

	if (!pair(&pairing, model, accessor, function) || accessor->nargs == 0)
		return;
	reorder(accessor, order_of(&pairing));
	orm_generate_write(model, accessor);
}

bool
orm_arrange_body(const OrmModel *model, OrmAccessor *accessor, HeapTuple function)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(function);
	Pairing pairing;

	if (form->pronargs != accessor->nargs)
		return false;
	if (accessor->by_row || accessor->nargs == 0)
		return accessor->nargs == 0 || form->proargtypes.values[0] == accessor->argument_types[0];
	if (!pair(&pairing, model, accessor, function) || count_left(&pairing, false) > 0)
		return false;
	reorder(accessor, order_of(&pairing));
	if (!can_coerce_type(accessor->nargs, form->proargtypes.values, accessor->argument_types, COERCION_EXPLICIT))
		return false;
	memcpy(accessor->argument_types, form->proargtypes.values, sizeof(Oid) * accessor->nargs);
	orm_generate_write(model, accessor);
	return true;
}
