/*
 * key_declared.c - see key_declared.h.
 *
 * Those of builders and those given as SQL take one way: their statement is printed, parsed
 * and analysed.
 */
#include "postgres.h"

#include "access/amapi.h"
#include "access/reloptions.h"
#include "catalog/namespace.h"
#include "catalog/pg_index.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_oper.h"
#include "parser/parser.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "ddl/print.h"
#include "differ/key_declared.h"
#include "differ/key_form.h"
#include "model/foreign_key.h"

/* A declared constraint that is being read; for orm_attempt. */
typedef struct ConstraintReading
{
	const OrmDiffer *differ;
	OrmKeyForm *form;
	char *statement;
} ConstraintReading;

/* Names in a raw parse tree (of String) as a List of char *. */
static List *
name_list(const List *names)
{
	List *list = NIL;
	ListCell *cell;

	foreach(cell, names)
		list = lappend(list, strVal(lfirst(cell)));
	return list;
}

/* Storage parameters and tablespace, as in the catalogs. */
static char *
print_storage(List *parameters, const char *tablespace)
{
	Datum options = transformRelOptions((Datum) 0, parameters, NULL, NULL, false, false);

	return psprintf("%s %s", orm_key_form_parameters(options), tablespace != NULL ? tablespace : "");
}

/* An element of an index: its column, or its expression, analysed. */
typedef struct Element
{
	char *column;
	Oid type;
	Oid collation;
} Element;

/* Raises 42703 for a column that is not there. */
static AttrNumber
number_of(const OrmDiffer *differ, const char *column)
{
	AttrNumber number = orm_differ_number(differ, column);

	if (number == InvalidAttrNumber)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" does not exist", column));
	return number;
}

/* Reads an element of an index; an expression that is a column is that column. */
static Element
read_element(ConstraintReading *reading, const IndexElem *raw)
{
	const OrmDiffer *differ = reading->differ;
	OrmAnalysisPlace place = {.kind = ORM_ANALYSIS_INDEX};
	Element element = {.column = ""};
	AttrNumber number = InvalidAttrNumber;
	int32 typmod;
	Node *expression;

	if (raw->name != NULL)
		number = number_of(differ, raw->name);
	else
	{
		expression = orm_analysis_analyse_raw(differ, &place, raw->expr);
		if (expression == NULL)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("expression cannot be analysed"));
		element.type = exprType(expression);
		element.collation = exprCollation(expression);
		while (IsA(expression, CollateExpr))
			expression = (Node *) ((CollateExpr *) expression)->arg;
		if (IsA(expression, Var) && ((Var *) expression)->varattno > 0)
			number = ((Var *) expression)->varattno;
		else
			reading->form->expressions = lappend(reading->form->expressions, expression);
	}
	if (number > 0)
	{
		element.column = strVal(list_nth(differ->names, number - 1));
		get_atttypetypmodcoll(RelationGetRelid(differ->relation), number, &element.type, &typmod, &element.collation);
	}
	return element;
}

/* The order of an element, as in pg_index.indoption. */
static int
order_of(const IndexElem *raw, bool can_order)
{
	int order = 0;

	if (!can_order)
		return 0;
	if (raw->ordering == SORTBY_DESC)
		order |= INDOPTION_DESC;
	if (raw->nulls_ordering == SORTBY_NULLS_FIRST ||
		(raw->nulls_ordering == SORTBY_NULLS_DEFAULT && raw->ordering == SORTBY_DESC))
		order |= INDOPTION_NULLS_FIRST;
	return order;
}

/* Reads the elements of an index; "operators" (List of List of String) are those of an exclusion constraint. */
static void
read_elements(ConstraintReading *reading, const List *elements, const List *operators, const char *method_name)
{
	OrmKeyForm *form = reading->form;
	Oid method = get_index_am_oid(method_name, false);
	bool can_order = GetIndexAmRoutineByAmId(method, false)->amcanorder;
	ListCell *cell;

	form->method = pstrdup(method_name);
	foreach(cell, elements)
	{
		IndexElem *raw = lfirst_node(IndexElem, cell);
		Element element = read_element(reading, raw);
		Oid collation = raw->collation != NIL ? get_collation_oid(raw->collation, false) : element.collation;
		Oid operator= InvalidOid;
		Oid opclass = ResolveOpClass(raw->opclass, element.type, method_name, method);

		if (operators != NIL)
			operator= compatible_oper_opid(list_nth(operators, foreach_current_index(cell)), element.type, element.type,
										   false);
		form->columns = lappend(form->columns, element.column);
		form->options = lappend(
			form->options,
			orm_key_form_option(opclass, collation, order_of(raw, can_order), operator,
								transformRelOptions((Datum) 0, raw->opclassopts, NULL, NULL, false, false)));
	}
}

/* Reads the condition of a check or an index. */
static void
read_condition(ConstraintReading *reading, OrmAnalysisKind kind, Node *raw)
{
	OrmAnalysisPlace place = {.kind = kind};

	if (raw == NULL)
		return;
	reading->form->condition = orm_analysis_analyse_raw(reading->differ, &place, raw);
	if (reading->form->condition == NULL)
		reading->form->unreadable = true;
}

/* Reads CREATE INDEX. */
static void
read_index(ConstraintReading *reading, const IndexStmt *index)
{
	OrmKeyForm *form = reading->form;
	ListCell *cell;

	form->validated = true;
	form->is_unique = index->unique;
	form->nulls_not_distinct = index->nulls_not_distinct;
	form->storage = print_storage(index->options, index->tableSpace);
	foreach(cell, index->indexIncludingParams)
		form->include = lappend(form->include, lfirst_node(IndexElem, cell)->name);
	read_elements(reading, index->indexParams, NIL, index->accessMethod);
	read_condition(reading, ORM_ANALYSIS_CONDITION, index->whereClause);
}

/* Reads the rest of a foreign key. */
static void
read_foreign_key(ConstraintReading *reading, const Constraint *constraint)
{
	OrmKeyForm *form = reading->form;

	form->columns = name_list(constraint->fk_attrs);
	form->target = RangeVarGetRelid(constraint->pktable, NoLock, true);
	if (!OidIsValid(form->target) && form->declared->former != NULL)
	{
		constraint->pktable->relname = pstrdup(form->declared->former);
		form->target = RangeVarGetRelid(constraint->pktable, NoLock, true);
	}
	form->referenced = name_list(constraint->pk_attrs);
	form->on_delete = constraint->fk_del_action;
	form->on_update = constraint->fk_upd_action;
	form->match = constraint->fk_matchtype;
	form->on_delete_columns = name_list(constraint->fk_del_set_cols);
	if (form->referenced == NIL && OidIsValid(form->target))
	{
		AttrNumber key[INDEX_MAX_KEYS];
		int n = orm_foreign_key_primary(form->target, key);

		for (int i = 0; i < n; i++)
			form->referenced = lappend(form->referenced, get_attname(form->target, key[i], false));
	}
}

/* Reads the elements and operators of an exclusion constraint. */
static void
read_exclusion(ConstraintReading *reading, const Constraint *constraint)
{
	List *elements = NIL;
	List *operators = NIL;
	ListCell *cell;

	foreach(cell, constraint->exclusions)
	{
		List *pair = lfirst_node(List, cell);

		elements = lappend(elements, linitial(pair));
		operators = lappend(operators, lsecond(pair));
	}
	read_elements(reading, elements, operators, constraint->access_method);
	read_condition(reading, ORM_ANALYSIS_CONDITION, constraint->where_clause);
}

/* Reads a constraint of ALTER TABLE ADD. */
static void
read_constraint(ConstraintReading *reading, const Constraint *constraint)
{
	OrmKeyForm *form = reading->form;
	bool has_index = constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE ||
		constraint->contype == CONSTR_EXCLUSION;

	form->deferrable = constraint->deferrable;
	form->deferred = constraint->initdeferred;
	form->no_inherit = constraint->is_no_inherit;
	form->not_enforced = !has_index && !orm_parsed_is_enforced(constraint);
	form->validated = !constraint->skip_validation;
	if (has_index)
	{
		form->columns = name_list(constraint->keys);
		form->include = name_list(constraint->including);
		form->is_unique = constraint->contype != CONSTR_EXCLUSION;
		form->nulls_not_distinct = constraint->nulls_not_distinct;
		form->storage = print_storage(constraint->options, constraint->indexspace);
	}
	if (constraint->contype == CONSTR_EXCLUSION)
		read_exclusion(reading, constraint);
	else if (constraint->contype == CONSTR_FOREIGN)
		read_foreign_key(reading, constraint);
	else if (constraint->contype == CONSTR_CHECK)
		read_condition(reading, ORM_ANALYSIS_CHECK, constraint->raw_expr);
}

/* The work of read. */
static void
do_read(void *argument)
{
	ConstraintReading *reading = argument;
	Node *statement = linitial_node(RawStmt, raw_parser(reading->statement, RAW_PARSE_DEFAULT))->stmt;

	if (IsA(statement, IndexStmt))
		read_index(reading, (IndexStmt *) statement);
	else
		read_constraint(
			reading,
			castNode(Constraint, linitial_node(AlterTableCmd, castNode(AlterTableStmt, statement)->cmds)->def));
}

/* The form of a declared constraint. */
static OrmKeyForm *
read(const OrmDiffer *differ, const OrmDdlConstraint *constraint)
{
	OrmKeyForm *form = palloc0(sizeof(OrmKeyForm));
	ConstraintReading reading = {differ, form, orm_print_constraint(differ->table, constraint)};

	form->kind = constraint->kind;
	form->name = constraint->rule == NULL && !constraint->named ? constraint->name : NULL;
	form->declared = constraint;
	form->comment = constraint->comment;
	if (orm_attempt(do_read, &reading, ORM_ATTEMPT_KEEP) != NULL)
		form->unreadable = true;
	return form;
}

/* The check that a column declares, as a constraint. */
static OrmDdlConstraint *
column_check(const OrmDdlColumn *column)
{
	OrmDdlConstraint *check = palloc0(sizeof(OrmDdlConstraint));

	check->kind = ORM_CONSTRAINT_CHECK;
	check->columns = list_make1(column->name);
	check->expr = column->declared->check_expr;
	check->position = column->declared->position;
	return check;
}

List *
orm_key_declared_read(const OrmDiffer *differ)
{
	List *forms = NIL;
	ListCell *cell;

	foreach(cell, differ->table->columns)
	{
		const OrmDdlColumn *column = lfirst(cell);

		/* a column that is added brings its check along */
		if (column->declared != NULL && column->declared->check_expr != NULL &&
			orm_differ_number(differ, column->name) != InvalidAttrNumber)
			forms = lappend(forms, read(differ, column_check(column)));
	}
	foreach(cell, differ->table->constraints)
		forms = lappend(forms, read(differ, lfirst(cell)));
	return forms;
}
