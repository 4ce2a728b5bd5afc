/*
 * operator.c - resolving the operators named in documents; see operator.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "parser/parse_coerce.h"
#include "parser/parse_oper.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "model/candidate.h"
#include "model/operator.h"

/* For use in ereport(): a hint with the operators of the left type. */
static int
hint_names(const OrmOperands *operands)
{
	const char *names = orm_candidate_names(operands);

	if (*names == '\0')
		return errhint("Type %s has no such operators.", format_type_be(operands->left));
	return errhint("Operators of type %s: %s.", format_type_be(operands->left), names);
}

/* For use in ereport(): a detail with the place, if any, and the fitting candidates. */
static int
detail_rivals(const List *rivals, const OrmPath *path)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach(cell, rivals)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", format_operator_qualified(lfirst_oid(cell)));
	if (path == NULL)
		return errdetail("It could be %s.", text.data);
	return errdetail("At %s.  It could be %s.", orm_path_text(path), text.data);
}

/* The operands, for messages. */
static const char *
describe_operands(const OrmOperands *operands, const char *what)
{
	if (operands->right == UNKNOWNOID)
		return psprintf("%s of type %s", what, format_type_be(operands->left));
	return psprintf("%s of type %s and a value of type %s", what, format_type_be(operands->left),
					format_type_be(operands->right));
}

/* The operator of that name for these operands; raises 42883 or 42725. */
static OrmOperator
find(const char *name, const OrmOperands *operands, const char *what, const OrmPath *path)
{
	Oid types[2] = {operands->left, operands->right};
	OrmChosen chosen = orm_candidate_choose(orm_candidate_find(name, operands), 2, types);
	OrmOperator operator= {0};

	if (OidIsValid(chosen.oid) && orm_candidate_describe(chosen.oid, operands, &operator))
		return operator;
	if (chosen.rivals != NIL)
		ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_FUNCTION),
				errmsg("operator \"%s\" is ambiguous for %s", name, describe_operands(operands, what)),
				detail_rivals(chosen.rivals, path));
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
			operands->result == BOOLOID
				? errmsg("unrecognized operator \"%s\" for %s", name, describe_operands(operands, what))
				: errmsg("unrecognized ordering operator \"%s\" for %s", name, describe_operands(operands, what)),
			orm_error_place(path), hint_names(operands));
	return operator;
}

OrmOperator
orm_operator_find(const char *name, const OrmType *type, Oid result, const char *what, const OrmPath *path)
{
	OrmOperands operands = {type->base, UNKNOWNOID, result};

	return find(name, &operands, what, path);
}

OrmOperator
orm_operator_find_between(const char *name, const OrmType *left, const OrmType *right, Oid result, const char *what,
						  const OrmPath *path)
{
	OrmOperands operands = {left->base, right->base, result};

	return find(name, &operands, what, path);
}

/*
 * Is a literal of unknown type a duration, as in created_at - '7 days'?  SQL takes it for another
 * timestamp, after + for an interval; here it is one in both places.
 */
static bool
subtracts_duration(const char *name, Oid left, Oid right)
{
	return strcmp(name, "-") == 0 && (left == TIMESTAMPOID || left == TIMESTAMPTZOID) && right == UNKNOWNOID;
}

OrmOperator
orm_operator_resolve(const char *name, Oid left, Oid right, const OrmPath *path)
{
	OrmOperands operands = {left, subtracts_duration(name, left, right) ? INTERVALOID : right, ANYOID};
	Oid types[2] = {operands.left, operands.right};
	OrmChosen chosen = orm_candidate_choose(orm_candidate_find(name, &operands), 2, types);
	OrmOperator operator= {0};

	if (OidIsValid(chosen.oid) && orm_candidate_describe(chosen.oid, &operands, &operator))
		return operator;
	if (chosen.rivals != NIL)
		ereport(ERROR, errcode(ERRCODE_AMBIGUOUS_FUNCTION),
				errmsg("operator \"%s\" is ambiguous for types %s and %s", name, format_type_be(left),
					   format_type_be(right)),
				detail_rivals(chosen.rivals, path));
	ereport(
		ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
		errmsg("operator \"%s\" does not exist for types %s and %s", name, format_type_be(left), format_type_be(right)),
		orm_error_place(path),
		left != UNKNOWNOID ? errhint("{\"cast\": type, \"of\": ...} makes a value of another type.") : 0);
	return operator;
}

OrmOperator
orm_operator_resolve_prefix(const char *name, Oid type, const OrmPath *path)
{
	Operator tuple = left_oper(NULL, list_make2(makeString("pg_catalog"), makeString(pstrdup(name))), type, true, -1);
	OrmOperator operator= {0};

	if (tuple == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("operator \"%s\" does not exist for type %s", name, format_type_be(type)),
				orm_error_place(path));
	operator.oid = oprid(tuple);
	operator.right =((Form_pg_operator) GETSTRUCT(tuple))->oprright;
	operator.result =((Form_pg_operator) GETSTRUCT(tuple))->oprresult;
	ReleaseSysCache(tuple);
	return operator;
}

bool
orm_operator_has_order(const OrmType *type)
{
	return orm_candidate_has_order(type->base);
}

/*
 * The operator of a type's default operator class, or InvalidOid.  The type cache
 * takes element and field types into account: it has no equality for json[],
 * although arrays have one.
 */
static Oid
class_operator(Oid type, int strategy)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);

	if (strategy == BTEqualStrategyNumber)
		return entry->eq_opr;
	if (!OidIsValid(entry->lt_opr))
		return InvalidOid;
	return get_opfamily_member(entry->btree_opf, entry->btree_opintype, entry->btree_opintype, strategy);
}

/* The operator for "left" and "right" in the default btree operator family of "type", or InvalidOid. */
static Oid
family_operator(Oid type, Oid left, Oid right, int strategy)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
	TypeCacheEntry *left_entry = lookup_type_cache(left, TYPECACHE_BTREE_OPFAMILY);
	TypeCacheEntry *right_entry = lookup_type_cache(right, TYPECACHE_BTREE_OPFAMILY);

	if (!OidIsValid(left_entry->btree_opf) || !OidIsValid(right_entry->btree_opf) ||
		get_typtype(left_entry->btree_opintype) == TYPTYPE_PSEUDO ||
		get_typtype(right_entry->btree_opintype) == TYPTYPE_PSEUDO)
		return InvalidOid;
	return get_opfamily_member(entry->btree_opf, left_entry->btree_opintype, right_entry->btree_opintype, strategy);
}

/*
 * The operator that the server chooses by the name of the left type's operator, if
 * it has the same strategy in a default btree operator family; or InvalidOid.
 */
static Oid
server_operator(Oid left, Oid right, int strategy)
{
	OrmOperands operands = {left, right, BOOLOID};
	Oid types[2] = {left, right};
	const char *name = get_opname(class_operator(left, strategy));
	OrmOperator operator;
	Oid found;
	Oid family;

	if (name == NULL)
		return InvalidOid;
	found = orm_candidate_choose(orm_candidate_find(name, &operands), 2, types).oid;
	if (!OidIsValid(found) || !orm_candidate_describe(found, &operands, &operator))
		return InvalidOid;
	family = lookup_type_cache(operator.left, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	return get_op_opfamily_strategy(found, family) == strategy ? found : InvalidOid;
}

/* The one of two types to which the other casts implicitly, or InvalidOid. */
static Oid
common_type(Oid left, Oid right)
{
	if (left == right || can_coerce_type(1, &right, &left, COERCION_IMPLICIT))
		return left;
	return can_coerce_type(1, &left, &right, COERCION_IMPLICIT) ? right : InvalidOid;
}

OrmOperator
orm_operator_order(const OrmType *type, int strategy, const char *what, const OrmPath *path)
{
	OrmOperands operands = {type->base, type->base, BOOLOID};
	OrmOperator operator= {0};

	if (orm_candidate_describe(class_operator(type->base, strategy), &operands, &operator))
		return operator;
	operands.right = UNKNOWNOID;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
			strategy == BTEqualStrategyNumber
				? errmsg("%s of type %s cannot be compared for equality", what, format_type_be(type->oid))
				: errmsg("%s of type %s cannot be ordered", what, format_type_be(type->oid)),
			orm_error_place(path), hint_names(&operands));
	return operator;
}

OrmOperator
orm_operator_between(const OrmType *left, const OrmType *right, int strategy, const char *what, const OrmPath *path)
{
	OrmOperands operands = {left->base, right->base, BOOLOID};
	OrmOperator operator= {0};
	Oid found = InvalidOid;

	if (left->base != right->base)
	{
		found = family_operator(left->base, left->base, right->base, strategy);
		if (!OidIsValid(found))
			found = family_operator(right->base, left->base, right->base, strategy);
		if (!OidIsValid(found))
			found = server_operator(left->base, right->base, strategy);
	}
	if (!OidIsValid(found))
	{
		operands.left = operands.right = common_type(left->base, right->base);
		if (OidIsValid(operands.left))
			found = class_operator(operands.left, strategy);
	}
	if (!OidIsValid(found) || !orm_candidate_describe(found, &operands, &operator) ||
		!can_coerce_type(1, &left->base, &operator.left, COERCION_IMPLICIT) ||
		!can_coerce_type(1, &right->base, &operator.right, COERCION_IMPLICIT))
		ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("%s of type %s cannot be compared with a value of type %s", what, format_type_be(left->oid),
					   format_type_be(right->oid)),
				orm_error_place(path));
	return operator;
}

Oid
orm_operator_aggregate_result(const char *aggregate, Oid argument, const char *what, const OrmPath *path)
{
	Oid function = orm_candidate_choose(orm_candidate_aggregates(aggregate), 1, &argument).oid;
	Oid result = InvalidOid;
	Oid *parameters;
	int n;

	if (OidIsValid(function))
	{
		result = get_func_signature(function, &parameters, &n);
		result = orm_candidate_concrete(result, parameters[0], argument);
	}
	if (!OidIsValid(result))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
				errmsg("aggregate \"%s\" does not exist for %s of type %s", aggregate, what, format_type_be(argument)),
				orm_error_place(path));
	return result;
}
