/*
 * join.c - comparing keys of referenced and referencing rows; see join.h.
 *
 * Compare ri_GenerateQual (SQL) and ri_HashCompareOp (C) in the server's
 * utils/adt/ri_triggers.c.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_oper.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/sql.h"
#include "model/cast.h"
#include "model/join.h"

OrmJoin
orm_join_of(const OrmModel *model, const OrmRelationship *relationship)
{
	const OrmRelationship *r = relationship;
	Oid other = r->kind == ORM_MANY_TO_MANY ? r->join_relid : r->target_relid;
	OrmJoin join = {.n = r->nkeys, .operators = r->operators};

	join.referenced = r->key_is_local ? other : model->relid;
	join.referencing = r->key_is_local ? model->relid : other;
	join.referenced_columns = r->key_is_local ? r->remote : r->local;
	join.referencing_columns = r->key_is_local ? r->local : r->remote;
	return join;
}

OrmJoin
orm_join_of_target(const OrmRelationship *relationship)
{
	OrmJoin join = {.n = relationship->njoin, .operators = relationship->join_operators};

	Assert(relationship->kind == ORM_MANY_TO_MANY);
	join.referenced = relationship->target_relid;
	join.referencing = relationship->join_relid;
	join.referenced_columns = relationship->target_key;
	join.referencing_columns = relationship->join_target;
	return join;
}

Oid
orm_join_operator(Oid referenced_type, Oid referencing_type)
{
	Oid referenced = getBaseType(referenced_type);
	Oid referencing = getBaseType(referencing_type);
	TypeCacheEntry *entry;
	Oid operator;

	if (referenced == referencing)
		return orm_type_equality(referenced);
	entry = lookup_type_cache(referenced, TYPECACHE_BTREE_OPFAMILY);
	operator= get_opfamily_member(entry->btree_opf, entry->btree_opintype, referencing, BTEqualStrategyNumber);
	if (!OidIsValid(operator))
	{
		List *name = list_make2(makeString("pg_catalog"), makeString("="));
		Operator found = oper(NULL, name, referenced, referencing, true, -1);

		if (found == NULL)
			return InvalidOid;
		operator= oprid(found);
		ReleaseSysCache(found);
	}
	return operator;
}

char *
orm_join_column_name(Oid relation, AttrNumber column)
{
	char *name = get_attname(relation, column, true);

	if (name == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column %d of the relation with OID %u does not exist", column, relation),
				errhint("A table of a relationship was changed concurrently. Try again."));
	return name;
}

OrmJoinSide
orm_join_value(const char *sql, Oid relation, AttrNumber column)
{
	OrmJoinSide side = {.sql = sql, .is_value = true};
	int32 typmod;

	get_atttypetypmodcoll(relation, column, &side.type, &typmod, &side.collation);
	return side;
}

OrmJoinSide
orm_join_column(const char *alias, Oid relation, AttrNumber column)
{
	char *name = orm_join_column_name(relation, column);
	OrmJoinSide side;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s.", alias);
	orm_sql_name(&sql, name);
	side = orm_join_value(sql.data, relation, column);
	side.is_value = false;
	return side;
}

/* Casts an operand to the operator's input type; without the cast the parser could choose another operator. */
static void
cast_side(OrmJoinSide *side, Oid expected)
{
	StringInfoData sql;

	if (side->type == expected || IsPolymorphicType(expected))
		return;
	initStringInfo(&sql);
	appendStringInfo(&sql, "%s::", side->sql);
	orm_sql_type(&sql, expected, -1);
	side->sql = sql.data;
	side->type = expected;
}

/* The collation of the operand for the parser; InvalidOid: none. */
static Oid
own_collation(const OrmJoinSide *side)
{
	return side->is_value && OidIsValid(side->collation) ? get_typcollation(side->type) : side->collation;
}

/* Does the parser choose the wanted or an equivalent collation without COLLATE? */
static bool
is_chosen(Oid left, Oid right, Oid wanted)
{
	bool bytes = get_collation_isdeterministic(wanted);

	if (left != right && left != DEFAULT_COLLATION_OID && right != DEFAULT_COLLATION_OID)
		return false;
	left = left != DEFAULT_COLLATION_OID ? left : right;
	return left == wanted || (bytes && get_collation_isdeterministic(left));
}

/* Adds COLLATE to one of the operands, if needed. */
static void
collate_sides(OrmJoinSide *left, OrmJoinSide *right, Oid wanted)
{
	Oid own_left = own_collation(left);
	Oid own_right = own_collation(right);
	OrmJoinSide *side;
	StringInfoData sql;

	if (!OidIsValid(wanted) || !OidIsValid(own_left) || !OidIsValid(own_right) ||
		is_chosen(own_left, own_right, wanted))
		return;
	side = right->is_value || (own_right == wanted && !left->is_value) ? left : right;
	initStringInfo(&sql);
	appendStringInfo(&sql, "(%s COLLATE ", side->sql);
	orm_sql_collation(&sql, wanted);
	appendStringInfoChar(&sql, ')');
	side->sql = sql.data;
}

/* Is this the equality operator of the common type of both operands, which needs no casts? */
static bool
is_equality_of_both(Oid operator, Oid left, Oid right)
{
	Oid type = getBaseType(left);

	return type == getBaseType(right) && orm_type_equality(type) == operator;
}

void
orm_join_compare_under(StringInfo sql, Oid operator, OrmJoinSide left, OrmJoinSide right, Oid collation)
{
	Oid left_type;
	Oid right_type;

	op_input_types(operator, & left_type, &right_type);
	collate_sides(&left, &right, collation);
	if (!is_equality_of_both(operator, left.type, right.type))
	{
		cast_side(&left, left_type);
		cast_side(&right, right_type);
	}
	orm_sql_comparison(sql, operator, left.sql, left.type, right.sql, right.type);
}

void
orm_join_compare(StringInfo sql, Oid operator, OrmJoinSide referenced, OrmJoinSide referencing)
{
	orm_join_compare_under(sql, operator, referenced, referencing, referenced.collation);
}

void
orm_join_compare_action(StringInfo sql, Oid operator, OrmJoinSide referenced, OrmJoinSide referencing)
{
	Oid collation = referenced.collation;

	if (OidIsValid(collation) && get_collation_isdeterministic(collation))
		collation = referencing.collation;
	orm_join_compare_under(sql, operator, referenced, referencing, collation);
}

/* The operand of the i-th pair for one end. */
static OrmJoinSide
side_of(OrmJoinEnd end, Oid relation, AttrNumber column, int i)
{
	if (end.first < 0)
		return orm_join_column(end.alias, relation, column);
	return orm_join_value(psprintf("%s.k%d", end.alias, end.first + i), relation, column);
}

void
orm_join_append(StringInfo sql, const OrmJoin *join, OrmJoinEnd referenced, OrmJoinEnd referencing)
{
	for (int i = 0; i < join->n; i++)
	{
		if (i > 0)
			appendStringInfoString(sql, " AND ");
		orm_join_compare(sql, join->operators[i], side_of(referenced, join->referenced, join->referenced_columns[i], i),
						 side_of(referencing, join->referencing, join->referencing_columns[i], i));
	}
}

void
orm_join_repeat(StringInfo sql, Oid operator, OrmJoinSide column, Oid values_type, int parameter)
{
	if (column.type != values_type || !is_equality_of_both(operator, column.type, values_type) ||
		(OidIsValid(column.collation) && !get_collation_isdeterministic(column.collation)))
		return;
	appendStringInfo(sql, " AND %s ", column.sql);
	orm_sql_operator(sql, operator);
	appendStringInfo(sql, " ANY ($%d)", parameter);
}

void
orm_join_repeat_all(StringInfo sql, const OrmJoin *join, const char *alias, int first)
{
	for (int i = 0; i < join->n; i++)
		orm_join_repeat(sql, join->operators[i],
						orm_join_column(alias, join->referencing, join->referencing_columns[i]),
						get_atttype(join->referenced, join->referenced_columns[i]), first + i);
}

/* The type of a column. */
typedef struct ColumnType
{
	Oid oid;
	Oid base;
	int32 typmod;
	Oid collation;
	int16 length;
	bool by_value;
} ColumnType;

struct OrmJoinKey
{
	ColumnType referenced;
	ColumnType referencing;
	bool plain;
	FmgrInfo equal;
	bool casts_referenced; /* the operator's operand needs a cast function */
	FmgrInfo cast_referenced;
	bool casts_referencing;
	FmgrInfo cast_referencing;
	ExprState *assign; /* NULL: no conversion needed */
	ExprContext *assigning;
};

static ColumnType
column_type(Oid relation, AttrNumber column)
{
	ColumnType type;

	get_atttypetypmodcoll(relation, column, &type.oid, &type.typmod, &type.collation);
	type.base = getBaseType(type.oid);
	get_typlenbyval(type.oid, &type.length, &type.by_value);
	return type;
}

/* Looks up the cast function from a type to the operator's input type; false when none is needed. */
static bool
find_cast(Oid type, Oid expected, FmgrInfo *cast)
{
	Oid function = InvalidOid;

	if (type == expected || IsPolymorphicType(expected) ||
		find_coercion_pathway(expected, type, COERCION_IMPLICIT, &function) != COERCION_PATH_FUNC)
		return false;
	fmgr_info_cxt(function, cast, CurrentMemoryContext);
	return true;
}

/* An I/O conversion cast. */
static Expr *
text_cast(const ColumnType *from, const ColumnType *to)
{
	CaseTestExpr *value = makeNode(CaseTestExpr);
	CoerceViaIO *cast = makeNode(CoerceViaIO);

	value->typeId = from->base;
	value->typeMod = -1;
	value->collation = get_typcollation(from->base);
	cast->arg = (Expr *) value;
	cast->resulttype = to->base;
	cast->resultcollid = get_typcollation(to->base);
	cast->coerceformat = COERCE_IMPLICIT_CAST;
	cast->location = -1;
	return (Expr *) coerce_to_target_type(NULL, (Node *) cast, to->base, to->oid, to->typmod, COERCION_ASSIGNMENT,
										  COERCE_IMPLICIT_CAST, -1);
}

/* Prepares the assignment of a referenced value to the referencing column. */
static void
prepare_assign(OrmJoinKey *pair)
{
	const ColumnType *from = &pair->referenced;
	const ColumnType *to = &pair->referencing;
	Expr *cast;

	if (from->oid == to->oid && (from->typmod == to->typmod || to->typmod < 0))
		return;
	cast = orm_cast_find(from->base, to->oid, to->typmod);
	if (cast == NULL)
		cast = text_cast(from, to);
	while (IsA(cast, RelabelType))
		cast = ((RelabelType *) cast)->arg;
	if (IsA(cast, CaseTestExpr))
		return;
	pair->assign = ExecInitExpr(expression_planner(cast), NULL);
	pair->assigning = CreateStandaloneExprContext();
}

/* Prepares the functions of one pair of columns. */
static OrmJoinKey *
make_pair(const OrmJoin *join, int i)
{
	OrmJoinKey *pair = palloc0(sizeof(OrmJoinKey));
	Oid left;
	Oid right;

	pair->referenced = column_type(join->referenced, join->referenced_columns[i]);
	pair->referencing = column_type(join->referencing, join->referencing_columns[i]);
	op_input_types(join->operators[i], &left, &right);
	fmgr_info_cxt(get_opcode(join->operators[i]), &pair->equal, CurrentMemoryContext);
	pair->casts_referenced = find_cast(pair->referenced.base, left, &pair->cast_referenced);
	pair->casts_referencing = find_cast(pair->referencing.base, right, &pair->cast_referencing);
	pair->plain = pair->referenced.base == pair->referencing.base &&
		orm_type_equality(pair->referencing.base) == join->operators[i] &&
		(pair->referenced.collation == pair->referencing.collation ||
		 (get_collation_isdeterministic(pair->referenced.collation) &&
		  get_collation_isdeterministic(pair->referencing.collation)));
	prepare_assign(pair);
	return pair;
}

OrmJoinKey **
orm_join_keys(const OrmJoin *join)
{
	OrmJoinKey **pairs = palloc(sizeof(OrmJoinKey *) * join->n);

	for (int i = 0; i < join->n; i++)
		pairs[i] = make_pair(join, i);
	return pairs;
}

bool
orm_join_key_equal(OrmJoinKey *pair, Datum referenced, Datum referencing)
{
	if (pair->casts_referenced)
		referenced = FunctionCall3(&pair->cast_referenced, referenced, Int32GetDatum(-1), BoolGetDatum(false));
	if (pair->casts_referencing)
		referencing = FunctionCall3(&pair->cast_referencing, referencing, Int32GetDatum(-1), BoolGetDatum(false));
	return DatumGetBool(FunctionCall2Coll(&pair->equal, pair->referenced.collation, referenced, referencing));
}

bool
orm_join_key_assign(OrmJoinKey *pair, Datum referenced, Datum *referencing)
{
	bool isnull;

	*referencing = referenced;
	if (pair->assign == NULL)
		return true;
	ResetExprContext(pair->assigning);
	pair->assigning->caseValue_datum = referenced;
	pair->assigning->caseValue_isNull = false;
	*referencing = ExecEvalExprSwitchContext(pair->assign, pair->assigning, &isnull);
	if (isnull)
		return false;
	*referencing = datumCopy(*referencing, pair->referencing.by_value, pair->referencing.length);
	return orm_join_key_equal(pair, referenced, *referencing);
}

bool
orm_join_key_is_plain(const OrmJoinKey *pair)
{
	return pair->plain;
}
