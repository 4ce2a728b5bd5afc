/*
 * index_element.c - the elements of indexes and exclusion constraints.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/names.h"
#include "base/sql.h"
#include "model/index_element.h"

OrmIndexElement
orm_index_element_parse(const OrmDeclaration *declaration, const char *text)
{
	OrmIndexElement element = {0};

	if (text[0] == '\0' || strchr("-(", text[0]) == NULL || orm_declaration_column(declaration, text) != NULL)
		element.column = text;
	else if (text[0] == '(')
		element.sql = text;
	else
	{
		element.column = text + 1;
		element.descending = true;
	}
	return element;
}

char *
orm_index_element_opclass_name(Oid opclass)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Form_pg_opclass form;
	char *name;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("operator class with OID %u does not exist", opclass));
	form = (Form_pg_opclass) GETSTRUCT(tuple);
	name = form->opcnamespace == PG_CATALOG_NAMESPACE
		? orm_name_compose(NULL, NameStr(form->opcname))
		: orm_name_compose(get_namespace_name(form->opcnamespace), NameStr(form->opcname));
	ReleaseSysCache(tuple);
	return name;
}

char *
orm_index_element_column(const OrmDeclaration *declaration, const char *column, bool descending)
{
	char *text = psprintf("%s%s", descending ? "-" : "", column);
	StringInfoData sql;

	if (!descending || orm_declaration_column(declaration, text) == NULL)
		return text;
	initStringInfo(&sql);
	orm_sql_name(&sql, column);
	return psprintf("(%s) DESC", sql.data);
}

char *
orm_index_element_sql(const char *expression, const char *options)
{
	return psprintf(expression[0] == '(' ? "%s%s" : "(%s)%s", expression, options);
}

/* Hints for SQL that is not an element. */
#define INDEX_HINT "An element is a column, or an expression in parentheses with its options: '(lower(name)) DESC'."
#define EXCLUSION_HINT "An element is a column, or an expression in parentheses, with its operator: 'during WITH &&'."

/* Raises 42601: the text is more, or less, than an element. */
static void
raise_element(const char *sql, const char *what, const char *hint)
{
	ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("%s must be one element and nothing else: \"%s\"", what, sql),
			errhint("%s", hint));
}

/* Parses the text in CREATE INDEX: parts of other clauses show as a statement with more than the element. */
IndexElem *
orm_index_element_check(const char *sql)
{
	IndexStmt *index = (IndexStmt *) orm_sql_parse_spliced("CREATE INDEX ON t (", sql, "\n)", INDEX_HINT);

	if (index == NULL || !IsA(index, IndexStmt) || list_length(index->indexParams) != 1 ||
		index->indexIncludingParams != NIL || index->options != NIL || index->whereClause != NULL ||
		index->tableSpace != NULL || index->nulls_not_distinct)
		raise_element(sql, "element of an index", INDEX_HINT);
	return linitial_node(IndexElem, index->indexParams);
}

/* Parses the text in EXCLUDE. */
IndexElem *
orm_index_element_check_exclusion(const char *sql)
{
	AlterTableStmt *alter = (AlterTableStmt *) orm_sql_parse_spliced("ALTER TABLE t ADD EXCLUDE (", sql, "\n)",
																	 EXCLUSION_HINT);
	Constraint *constraint = NULL;

	if (alter != NULL && IsA(alter, AlterTableStmt) && list_length(alter->cmds) == 1)
		constraint = (Constraint *) linitial_node(AlterTableCmd, alter->cmds)->def;
	if (constraint == NULL || !IsA(constraint, Constraint) || constraint->contype != CONSTR_EXCLUSION ||
		list_length(constraint->exclusions) != 1 || constraint->including != NIL || constraint->options != NIL ||
		constraint->where_clause != NULL || constraint->indexspace != NULL || constraint->deferrable)
		raise_element(sql, "element of an exclusion constraint", EXCLUSION_HINT);
	return linitial_node(IndexElem, linitial_node(List, constraint->exclusions));
}
