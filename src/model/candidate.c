/*
 * candidate.c - operator candidates of a name, and the choice among them.
 *
 * The server's parser collects candidates by search_path and then chooses by
 * operand types.  Here the candidates are the trusted operators of the name, in
 * any schema; the choice by types is the server's.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "model/candidate.h"

/* Kinds of polymorphic types. */
typedef enum Shape
{
	NOT_POLYMORPHIC,
	ELEMENT,
	ARRAY,
	RANGE,
	MULTIRANGE,
	ITSELF /* record: resolved only from another operand of this kind */
} Shape;

static const struct
{
	Oid type;
	Shape shape;
} shapes[] = {{ANYELEMENTOID, ELEMENT},
			  {ANYNONARRAYOID, ELEMENT},
			  {ANYENUMOID, ELEMENT},
			  {ANYCOMPATIBLEOID, ELEMENT},
			  {ANYCOMPATIBLENONARRAYOID, ELEMENT},
			  {ANYARRAYOID, ARRAY},
			  {ANYCOMPATIBLEARRAYOID, ARRAY},
			  {ANYRANGEOID, RANGE},
			  {ANYCOMPATIBLERANGEOID, RANGE},
			  {ANYMULTIRANGEOID, MULTIRANGE},
			  {ANYCOMPATIBLEMULTIRANGEOID, MULTIRANGE},
			  {RECORDOID, ITSELF},
			  {RECORDARRAYOID, ITSELF}};

/* The kind of a declared type. */
static Shape
shape_of(Oid type)
{
	for (int i = 0; i < lengthof(shapes); i++)
		if (shapes[i].type == type)
			return shapes[i].shape;
	return NOT_POLYMORPHIC;
}

Oid
orm_candidate_concrete(Oid type, Oid declared, Oid actual)
{
	Shape shape = shape_of(declared);
	Shape wanted = shape_of(type);
	Oid range = InvalidOid;
	Oid element = InvalidOid;

	if (wanted == NOT_POLYMORPHIC)
		return get_typtype(type) == TYPTYPE_PSEUDO ? InvalidOid : type;
	if (wanted == shape)
		return actual;
	if (shape == ELEMENT)
		element = actual;
	else if (shape == ARRAY)
		element = get_element_type(actual);
	else if (shape == RANGE || shape == MULTIRANGE)
	{
		range = shape == RANGE ? actual : get_multirange_range(actual);
		element = OidIsValid(range) ? get_range_subtype(range) : InvalidOid;
	}
	if (wanted == ELEMENT)
		return element;
	if (wanted == ARRAY)
		return OidIsValid(element) ? get_array_type(element) : InvalidOid;
	if (wanted == RANGE)
		return range;
	return wanted == MULTIRANGE && OidIsValid(range) ? get_range_multirange(range) : InvalidOid;
}

/* Fills in the operator with the types of a call for these operands. */
static bool
describe(Form_pg_operator form, const OrmOperands *operands, OrmOperator *operator)
{
	bool from_right = operands->left == UNKNOWNOID;
	Oid declared = from_right ? form->oprright : form->oprleft;
	Oid actual = from_right ? operands->right : operands->left;

	operator->oid = form->oid;
	if (from_right)
		operator->left = orm_candidate_concrete(form->oprleft, declared, actual);
	else
		operator->left = shape_of(form->oprleft) == NOT_POLYMORPHIC ? form->oprleft : operands->left;
	if (shape_of(form->oprright) != NOT_POLYMORPHIC && operands->right != UNKNOWNOID)
		operator->right = operands->right;
	else
		operator->right = orm_candidate_concrete(form->oprright, declared, actual);
	operator->result = orm_candidate_concrete(form->oprresult, declared, actual);
	return OidIsValid(operator->left) && OidIsValid(operator->right) && OidIsValid(operator->result);
}

bool
orm_candidate_has_order(Oid type)
{
	return OidIsValid(lookup_type_cache(type, TYPECACHE_LT_OPR)->lt_opr);
}

bool
orm_candidate_describe(Oid oid, const OrmOperands *operands, OrmOperator *operator)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(oid));
	bool known;

	if (!HeapTupleIsValid(tuple))
		return false;
	known = describe((Form_pg_operator) GETSTRUCT(tuple), operands, operator);
	ReleaseSysCache(tuple);
	return known;
}

/* The owner of a function, or InvalidOid. */
static Oid
owner_of_function(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* The owner of a type, or InvalidOid. */
static Oid
owner_of_type(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Oid owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_type) GETSTRUCT(tuple))->typowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* Does the operator belong to the family of a default operator class of the type? */
static bool
in_default_family(Oid operator, Oid type)
{
	CatCList *list = SearchSysCacheList1(AMOPOPID, ObjectIdGetDatum(operator));
	bool found = false;

	for (int i = 0; i < list->n_members && !found; i++)
	{
		Form_pg_amop member = (Form_pg_amop) GETSTRUCT(&list->members[i]->tuple);
		Oid opclass = GetDefaultOpClass(type, member->amopmethod);

		found = OidIsValid(opclass) && get_opclass_family(opclass) == member->amopfamily;
	}
	ReleaseSysCacheList(list);
	return found;
}

/*
 * Is the operator trusted: of pg_catalog, of a default operator class of the
 * type, or of an extension under the conditions below?
 *
 * Extension membership alone is not sufficient: the owner of an extension (of a
 * trusted one, any role with CREATE on the database) can add own operators to
 * it.  Ownership by a superuser alone is not sufficient either: the operator may
 * not be meant for general use.  An operator outside pg_catalog must be declared
 * for concrete types, because an operator of the same qualified name with better
 * matching types could be created later; domains are not accepted either.
 */
static bool
is_answered_for(Form_pg_operator form, Oid type)
{
	Oid extension;
	Oid owner = form->oprowner;

	if (form->oprnamespace == PG_CATALOG_NAMESPACE)
		return true;
	if (get_typtype(form->oprleft) == TYPTYPE_PSEUDO || get_typtype(form->oprright) == TYPTYPE_PSEUDO ||
		get_typtype(form->oprleft) == TYPTYPE_DOMAIN || get_typtype(form->oprright) == TYPTYPE_DOMAIN)
		return false;
	if (in_default_family(form->oid, type))
		return true;
	extension = getExtensionOfObject(OperatorRelationId, form->oid);
	if (!OidIsValid(extension))
		return false;
	if (superuser_arg(owner) && superuser_arg(owner_of_function(form->oprcode)))
		return true;
	return getExtensionOfObject(TypeRelationId, type) == extension && owner == owner_of_type(type) &&
		owner == owner_of_function(form->oprcode);
}

/* Is this operator a candidate for the operands? */
static bool
is_candidate(Form_pg_operator form, const OrmOperands *operands)
{
	OrmOperator operator;

	if (form->oprkind != 'b' || !OidIsValid(form->oprcode) || !describe(form, operands, &operator))
		return false;
	if (operands->result == BOOLOID && operator.result != BOOLOID)
		return false;
	if (operands->result == InvalidOid && !orm_candidate_has_order(operator.result))
		return false;
	return is_answered_for(form, operands->left == UNKNOWNOID ? operands->right : operands->left) ||
		(operands->right != UNKNOWNOID && is_answered_for(form, operands->right));
}

/* Prepends a candidate.  Of two with equal argument types, the one of pg_catalog hides the other. */
static FuncCandidateList
add_candidate(FuncCandidateList list, Oid oid, Oid namespace_id, int n, const Oid *types)
{
	FuncCandidateList candidate;

	for (candidate = list; candidate != NULL; candidate = candidate->next)
		if (memcmp(candidate->args, types, sizeof(Oid) * n) == 0 &&
			(candidate->pathpos == 0 || namespace_id == PG_CATALOG_NAMESPACE))
		{
			if (namespace_id != PG_CATALOG_NAMESPACE)
				return list;
			candidate->oid = oid;
			candidate->pathpos = 0;
			return list;
		}
	candidate = palloc0(offsetof(struct _FuncCandidateList, args) + sizeof(Oid) * n);
	candidate->next = list;
	candidate->pathpos = namespace_id == PG_CATALOG_NAMESPACE ? 0 : 1;
	candidate->oid = oid;
	candidate->nominalnargs = candidate->nargs = n;
	memcpy(candidate->args, types, sizeof(Oid) * n);
	return candidate;
}

FuncCandidateList
orm_candidate_find(const char *name, const OrmOperands *operands)
{
	FuncCandidateList found = NULL;
	CatCList *list;

	if (strlen(name) >= NAMEDATALEN)
		return NULL;
	list = SearchSysCacheList1(OPERNAMENSP, CStringGetDatum(name));
	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_operator form = (Form_pg_operator) GETSTRUCT(&list->members[i]->tuple);
		Oid types[2] = {form->oprleft, form->oprright};

		if (is_candidate(form, operands))
			found = add_candidate(found, form->oid, form->oprnamespace, 2, types);
	}
	ReleaseSysCacheList(list);
	return found;
}

FuncCandidateList
orm_candidate_aggregates(const char *name)
{
	FuncCandidateList found = NULL;
	CatCList *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		if (form->pronamespace == PG_CATALOG_NAMESPACE && form->pronargs == 1 && form->prokind == PROKIND_AGGREGATE)
			found = add_candidate(found, form->oid, form->pronamespace, 1, form->proargtypes.values);
	}
	ReleaseSysCacheList(list);
	return found;
}

/* Is the candidate declared for exactly these types?  An unknown type counts as that of the other operand. */
static bool
is_exact(FuncCandidateList candidate, int n, const Oid *types)
{
	for (int i = 0; i < n; i++)
	{
		Oid type = types[i] == UNKNOWNOID && n == 2 ? types[1 - i] : types[i];

		if (candidate->args[i] != type)
			return false;
	}
	return true;
}

OrmChosen
orm_candidate_choose(FuncCandidateList candidates, int n, Oid *types)
{
	OrmChosen chosen = {InvalidOid, NIL};
	FuncCandidateList candidate;
	FuncCandidateList fitting;

	for (candidate = candidates; candidate != NULL; candidate = candidate->next)
		if (is_exact(candidate, n, types))
			chosen.rivals = lappend_oid(chosen.rivals, candidate->oid);
	if (chosen.rivals == NIL && func_match_argtypes(n, types, candidates, &fitting) > 0)
	{
		for (candidate = fitting; candidate != NULL; candidate = candidate->next)
			chosen.rivals = lappend_oid(chosen.rivals, candidate->oid);
		candidate = func_select_candidate(n, types, fitting);
		if (candidate != NULL)
			chosen.oid = candidate->oid;
	}
	if (list_length(chosen.rivals) == 1)
		chosen.oid = linitial_oid(chosen.rivals);
	return chosen;
}

/* Does the operator take the type as its left operand without a cast function? */
static bool
stands_left(Form_pg_operator form, Oid type)
{
	return form->oprleft == type || IsBinaryCoercible(type, form->oprleft);
}

/* list_sort comparator for names. */
static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

char *
orm_candidate_names(const OrmOperands *operands)
{
	Relation operators = table_open(OperatorRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(operators, InvalidOid, false, NULL, 0, NULL);
	List *names = NIL;
	const char *last = "";
	StringInfoData text;
	HeapTuple tuple;
	ListCell *cell;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_operator form = (Form_pg_operator) GETSTRUCT(tuple);

		if (stands_left(form, operands->left) && is_candidate(form, operands))
			names = lappend(names, pstrdup(NameStr(form->oprname)));
	}
	systable_endscan(scan);
	table_close(operators, AccessShareLock);

	initStringInfo(&text);
	list_sort(names, compare_names);
	foreach(cell, names)
	{
		if (strcmp(lfirst(cell), last) == 0)
			continue;
		last = lfirst(cell);
		appendStringInfo(&text, "%s\"%s\"", text.len > 0 ? ", " : "", last);
	}
	return text.data;
}
