/*
 * violated.c - what a model says of a violated check constraint; see violated.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_constraint.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "model/validation.h"
#include "model/violated.h"

/* The only column of a constraint of a table; InvalidAttrNumber: it has none, or several, or is not there. */
static AttrNumber
only_column(Oid relid, const char *constraint, bool *exists)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID,
									  ObjectIdGetDatum(get_relation_constraint_oid(relid, constraint, true)));
	AttrNumber only = InvalidAttrNumber;
	ArrayType *array;
	bool isnull;
	Datum columns;

	*exists = HeapTupleIsValid(tuple) && ((Form_pg_constraint) GETSTRUCT(tuple))->contype == CONSTRAINT_CHECK;
	if (!HeapTupleIsValid(tuple))
		return InvalidAttrNumber;
	columns = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conkey, &isnull);
	array = isnull ? NULL : DatumGetArrayTypeP(columns);
	if (array != NULL && ARR_NDIM(array) == 1 && ARR_DIMS(array)[0] == 1)
		only = ((int16 *) ARR_DATA_PTR(array))[0];
	ReleaseSysCache(tuple);
	return only;
}

/* The message that a check is declared with. */
static const char *
check_message(const OrmModel *model, const char *constraint)
{
	ListCell *cell;

	foreach(cell, model->declaration->constraints)
	{
		const OrmDeclaredConstraint *declared = lfirst(cell);

		if (declared->message != NULL && strcmp(declared->name, constraint) == 0)
			return declared->message;
	}
	return NULL;
}

/* The rule of an attribute whose constraint this is. */
static bool
find_rule(const OrmModel *model, const char *constraint, OrmViolatedRule *violated)
{
	ListCell *cell;
	ListCell *item;

	foreach(cell, model->declaration->validations)
	{
		const OrmDeclaredValidation *declared = lfirst(cell);

		if (strcmp(declared->attribute, violated->parameters.attribute) != 0)
			continue;
		foreach(item, orm_validation_rules(declared))
		{
			const OrmRule *rule = lfirst(item);

			if (!orm_validation_is_name(constraint, rule->name))
				continue;
			violated->rule = rule->name;
			violated->message = rule->message;
			violated->parameters.limit = rule->limit;
			return true;
		}
	}
	return false;
}

bool
orm_violated_find(const OrmModel *model, const char *constraint, OrmViolatedRule *violated)
{
	bool exists;
	AttrNumber column = only_column(model->relid, constraint, &exists);

	if (!exists)
		return false;
	memset(violated, 0, sizeof(OrmViolatedRule));
	violated->attribute = column > 0 ? orm_model_attribute_over(model, column) : -1;
	violated->parameters.model = model->name;
	if (violated->attribute >= 0)
		violated->parameters.attribute = model->attributes[violated->attribute].name;
	violated->rule = "check";
	violated->message = check_message(model, constraint);
	if (violated->message == NULL && violated->attribute >= 0)
		(void) find_rule(model, constraint, violated);
	return true;
}
