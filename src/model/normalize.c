/*
 * normalize.c - values of attributes that are normalized; see normalize.h.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "base/attempt.h"
#include "base/error.h"
#include "model/cast.h"
#include "model/kept.h"
#include "model/normalize.h"
#include "model/row_expression.h"

/* ---- Declarations ---- */

/* Arguments of analyze(). */
typedef struct NormalizedText
{
	Oid relid;
	AttrNumber attnum;
	const OrmDeclaredColumn *column;
	Node *result;
} NormalizedText;

/* Raises 42P10 for an expression that names anything but its column. */
static void
check_columns(const NormalizedText *analysis)
{
	Bitmapset *columns = NULL;

	pull_varattnos(analysis->result, 1, &columns);
	columns = bms_del_member(columns, analysis->attnum - FirstLowInvalidHeapAttributeNumber);
	if (!bms_is_empty(columns))
		ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				errmsg("\"%s\" of column \"%s\" must not name other columns", "normalizes", analysis->column->name));
}

static void
analyze(void *argument)
{
	NormalizedText *analysis = argument;
	Oid type;
	int32 typmod;
	Oid collation;

	get_atttypetypmodcoll(analysis->relid, analysis->attnum, &type, &typmod, &collation);
	analysis->result = orm_row_expression_analyze(analysis->relid, analysis->column->normalizes, type, typmod,
												  COERCE_IMPLICIT_CAST, EXPR_KIND_TRIGGER_WHEN, NULL, NULL);
	check_columns(analysis);
}

Node *
orm_normalize_analyze(Oid relid, AttrNumber attnum, const OrmDeclaredColumn *column)
{
	MemoryContext caller = CurrentMemoryContext;
	NormalizedText analysis = {relid, attnum, column, NULL};
	OrmElementPlace place;

	PG_TRY();
	{
		analyze(&analysis);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_declaration_place(&place, column->position, "column", "normalizes"), caller);
	}
	PG_END_TRY();
	return analysis.result;
}

/* The text of the expression of a column. */
static char *
text_of(Oid relid, const List *kept, const OrmDeclaredColumn *column, bool in_force)
{
	NormalizedText analysis = {relid, get_attnum(relid, column->name), column, NULL};
	const OrmKept *record = orm_kept_find(kept, ORM_KEPT_NORMALIZED, analysis.attnum);
	char *stored;
	bool failed;

	if (record == NULL || record->expression == NULL)
		return column->normalizes;
	stored = orm_row_expression_print(record->expression, relid, NULL);
	failed = orm_attempt(analyze, &analysis, ORM_ATTEMPT_UNDO) != NULL;
	return failed || (in_force && strcmp(orm_row_expression_print(analysis.result, relid, NULL), stored) != 0)
		? stored
		: column->normalizes;
}

void
orm_normalize_follow(Oid relid, OrmDeclaration *declaration, bool in_force)
{
	List *kept = NIL;
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *copy;

		if (((OrmDeclaredColumn *) lfirst(cell))->normalizes == NULL)
			continue;
		if (kept == NIL)
			kept = orm_kept_of_relation(relid);
		copy = palloc(sizeof(OrmDeclaredColumn));
		*copy = *(OrmDeclaredColumn *) lfirst(cell);
		copy->normalizes = text_of(relid, kept, copy, in_force);
		lfirst(cell) = copy;
	}
}

/* ---- Values ---- */

struct OrmNormalizer
{
	ExprState *state;
	ExprContext *context;
	bool by_value;
	int16 length;
};

/* Mutator: the column is a parameter. */
static Node *
parameter_for_column(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		const Var *column = (Var *) node;
		Param *parameter = makeNode(Param);

		parameter->paramkind = PARAM_EXTERN;
		parameter->paramid = 1;
		parameter->paramtype = column->vartype;
		parameter->paramtypmod = column->vartypmod;
		parameter->paramcollid = column->varcollid;
		parameter->location = -1;
		return (Node *) parameter;
	}
	return expression_tree_mutator(node, parameter_for_column, context);
}

OrmNormalizer *
orm_normalize_make(const Node *expression, Oid type, int32 typmod)
{
	OrmNormalizer *normalizer = palloc(sizeof(OrmNormalizer));
	Node *node = parameter_for_column(unconstify(Node *, expression), NULL);
	Oid found = exprType(node);

	node = coerce_to_target_type(NULL, node, found, type, typmod, COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
	if (node == NULL)
		ereport(
			ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
			errmsg("expression is of type %s, not %s", format_type_be(found), format_type_with_typemod(type, typmod)));
	normalizer->state = ExecInitExpr(expression_planner((Expr *) node), NULL);
	normalizer->context = CreateStandaloneExprContext();
	normalizer->context->ecxt_param_list_info = makeParamList(1);
	normalizer->context->ecxt_param_list_info->params[0].ptype = type;
	get_typlenbyval(type, &normalizer->length, &normalizer->by_value);
	return normalizer;
}

Datum
orm_normalize_run(const OrmNormalizer *normalizer, Datum value, bool *isnull)
{
	ParamExternData *parameter = normalizer->context->ecxt_param_list_info->params;
	Datum result;

	parameter->value = value;
	parameter->isnull = *isnull;
	result = ExecEvalExprSwitchContext(normalizer->state, normalizer->context, isnull);
	if (!*isnull)
		result = datumCopy(result, normalizer->by_value, normalizer->length);
	ResetExprContext(normalizer->context);
	return result;
}

/* Values to be normalized, of a type that is compared with the attribute. */
typedef struct Normalization
{
	const OrmAttribute *attribute;
	Oid type;
	Expr *to;	/* the cast to the attribute's type; NULL: none is needed */
	Expr *back; /* the cast of the normalized value */
	OrmNormalizer *normalizer;
} Normalization;

/* The cast between two types, or NULL for types without a need of one. */
static Expr *
find_cast(Oid from, Oid to)
{
	Expr *cast = IsBinaryCoercible(from, to) ? NULL : orm_cast_find(from, to, -1);

	Assert(cast != NULL || IsBinaryCoercible(from, to));
	return cast;
}

/* Begins a normalization; end() frees what the executor has of it. */
static Normalization
begin(const OrmAttribute *attribute, Oid type)
{
	Oid own = attribute->type->oid;

	return (Normalization){.attribute = attribute,
						   .type = type,
						   .to = find_cast(type, own),
						   .back = find_cast(own, type),
						   .normalizer = orm_normalize_make(attribute->normalizes, own, attribute->type->typmod)};
}

static void
end(Normalization *normalization)
{
	FreeExprContext(normalization->normalizer->context, true);
}

/* Normalizes a value. */
static Datum
run(const Normalization *normalization, Datum value, bool *isnull)
{
	if (normalization->to != NULL && !*isnull)
		value = orm_cast_run(normalization->to, normalization->attribute->type->oid, value, isnull);
	value = orm_normalize_run(normalization->normalizer, value, isnull);
	return normalization->back == NULL || *isnull
		? value
		: orm_cast_run(normalization->back, normalization->type, value, isnull);
}

Datum
orm_normalize_value(const OrmAttribute *attribute, Oid type, Datum value, bool *isnull, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile Datum result = 0;

	PG_TRY();
	{
		Normalization normalization = begin(attribute, type);

		result = run(&normalization, value, isnull);
		end(&normalization);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	return result;
}

/* The elements of an array, normalized; without elements that become NULL. */
static Datum
run_list(const OrmAttribute *attribute, const OrmType *type, ArrayType *array)
{
	Normalization normalization = begin(attribute, type->oid);
	Oid element = ARR_ELEMTYPE(array);
	Datum *elements;
	int n;
	int kept = 0;

	deconstruct_array(array, element, type->length, type->by_value, type->align, &elements, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		bool isnull = false;
		Datum value;

		CHECK_FOR_INTERRUPTS();
		value = run(&normalization, elements[i], &isnull);
		if (!isnull)
			elements[kept++] = value;
	}
	end(&normalization);
	return PointerGetDatum(construct_array(elements, kept, element, type->length, type->by_value, type->align));
}

Datum
orm_normalize_list(const OrmAttribute *attribute, const OrmType *type, Datum list, const OrmPath *place)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile Datum result = 0;

	PG_TRY();
	{
		result = run_list(attribute, type, DatumGetArrayTypeP(list));
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(place, caller);
	}
	PG_END_TRY();
	return result;
}
