/*
 * sql.c - building SQL text; the only place that quotes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_type.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/names.h"
#include "base/sql.h"

/* The schema of a type. */
static Oid
get_type_schema(Oid type)
{
	return GetSysCacheOid1(TYPEOID, Anum_pg_type_typnamespace, ObjectIdGetDatum(type));
}

/* What has been named in texts, by hashes of system cache rows: a bit may stand for several. */
static uint8 named[1024];

/* The bit of a hash. */
static inline uint8
bit_of(uint32 hash)
{
	return 1 << hash % BITS_PER_BYTE;
}

/* Remembers that a text names an object. */
static void
note_named(int cache, Oid oid)
{
	uint32 hash;

	if (oid < FirstNormalObjectId && oid != PG_PUBLIC_NAMESPACE)
		return;
	hash = GetSysCacheHashValue1(cache, ObjectIdGetDatum(oid));
	named[hash / BITS_PER_BYTE % lengthof(named)] |= bit_of(hash);
}

bool
orm_sql_has_named(int cache, uint32 hash)
{
	return hash == 0 || (named[hash / BITS_PER_BYTE % lengthof(named)] & bit_of(hash)) != 0;
}

/* Appends an identifier. */
void
orm_sql_name(StringInfo sql, const char *name)
{
	appendStringInfoString(sql, quote_identifier(name));
}

char *
orm_sql_quoted(const char *name)
{
	return pstrdup(quote_identifier(name));
}

/* Appends schema.name. */
void
orm_sql_qualified(StringInfo sql, const char *schema, const char *name)
{
	orm_sql_name(sql, schema);
	appendStringInfoChar(sql, '.');
	orm_sql_name(sql, name);
}

void
orm_sql_composed(StringInfo sql, const char *composed)
{
	char *schema;
	char *name;

	orm_name_split(composed, &schema, &name);
	if (schema != NULL)
		orm_sql_qualified(sql, schema, name);
	else
		orm_sql_name(sql, name);
}

/* Appends the qualified name of a relation. */
void
orm_sql_relation(StringInfo sql, Oid relation)
{
	char *name = get_rel_name(relation);
	char *schema = name ? get_namespace_name(get_rel_namespace(relation)) : NULL;

	if (schema == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relation));
	orm_sql_qualified(sql, schema, name);
}

/* Appends a string literal. */
void
orm_sql_literal(StringInfo sql, const char *text)
{
	char *quoted = quote_literal_cstr(text);

	appendStringInfoString(sql, quoted);
	pfree(quoted);
}

void
orm_sql_function(StringInfo sql, Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	char *schema;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", function));
	form = (Form_pg_proc) GETSTRUCT(tuple);
	note_named(PROCOID, function);
	note_named(NAMESPACEOID, form->pronamespace);
	schema = get_namespace_name(form->pronamespace);
	orm_sql_qualified(sql, schema ? schema : "pg_catalog", NameStr(form->proname));
	ReleaseSysCache(tuple);
}

/* Appends OPERATOR(schema.op). */
void
orm_sql_operator(StringInfo sql, Oid operator)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char *schema;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("operator with OID %u does not exist", operator));
	form = (Form_pg_operator) GETSTRUCT(tuple);
	note_named(OPEROID, operator);
	note_named(NAMESPACEOID, form->oprnamespace);
	schema = get_namespace_name(form->oprnamespace);
	appendStringInfo(sql, "OPERATOR(%s.%s)", quote_identifier(schema ? schema : "pg_catalog"), NameStr(form->oprname));
	ReleaseSysCache(tuple);
}

/*
 * Appends a cast of an operand to what its operator takes.  An operator in
 * pg_catalog is found without, as nobody can put another beside it.  In any
 * other schema one that fits the operands more exactly (domains, say) would be
 * taken before ours.  A polymorphic operator does not look below domains.
 */
static void
append_cast(StringInfo sql, Oid type, Oid expected, Oid namespace_id)
{
	if (IsPolymorphicType(expected) && getBaseType(type) != type)
	{
		appendStringInfoString(sql, "::");
		orm_sql_type(sql, getBaseType(type), -1);
		return;
	}
	if (namespace_id == PG_CATALOG_NAMESPACE || type == expected || IsPolymorphicType(expected))
		return;
	appendStringInfoString(sql, "::");
	orm_sql_type(sql, expected, -1);
}

void
orm_sql_comparison(StringInfo sql, Oid opno, const char *left, Oid left_type, const char *right, Oid right_type)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(opno));
	Form_pg_operator form;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("operator with OID %u does not exist", opno));
	form = (Form_pg_operator) GETSTRUCT(tuple);
	appendStringInfoString(sql, left);
	append_cast(sql, left_type, form->oprleft, form->oprnamespace);
	appendStringInfoChar(sql, ' ');
	orm_sql_operator(sql, opno);
	appendStringInfo(sql, " %s", right);
	append_cast(sql, right_type, form->oprright, form->oprnamespace);
	ReleaseSysCache(tuple);
}

/* Appends a type, qualified, with its modifiers. */
void
orm_sql_type(StringInfo sql, Oid type, int32 typmod)
{
	char *name = format_type_extended(
		type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_INVALID_AS_NULL | FORMAT_TYPE_FORCE_QUALIFY);

	if (name == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("type with OID %u does not exist", type));
	note_named(TYPEOID, type);
	note_named(NAMESPACEOID, get_type_schema(type));
	appendStringInfoString(sql, name);
}

/* Appends a collation, qualified. */
void
orm_sql_collation(StringInfo sql, Oid collation)
{
	HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	Form_pg_collation form;
	char *schema;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("collation with OID %u does not exist", collation));
	form = (Form_pg_collation) GETSTRUCT(tuple);
	note_named(COLLOID, collation);
	note_named(NAMESPACEOID, form->collnamespace);
	schema = get_namespace_name(form->collnamespace);
	orm_sql_qualified(sql, schema ? schema : "pg_catalog", NameStr(form->collname));
	ReleaseSysCache(tuple);
}

/* Appends a fragment in parentheses; a line end closes a comment in it. */
void
orm_sql_fragment(StringInfo sql, const char *fragment)
{
	appendStringInfo(sql, strstr(fragment, "--") != NULL ? "(%s\n)" : "(%s)", fragment);
}

/* While text is parsed: an error's position is one in this text, not in the caller's query. */
static void
text_error_callback(void *arg)
{
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
	}
	internalerrquery(arg);
}

/* Parses as PL/pgSQL parses an expression: what may follow SELECT. */
static List *
parse_fragment(const char *fragment)
{
	ErrorContextCallback callback = {error_context_stack, text_error_callback, unconstify(char *, fragment)};
	List *statements;

	error_context_stack = &callback;
	statements = raw_parser(fragment, RAW_PARSE_PLPGSQL_EXPR);
	error_context_stack = callback.previous;
	return statements;
}

/* State of parsing a statement around a given text. */
typedef struct SplicedText
{
	const char *text;
	int before; /* characters before the text */
	const char *hint;
} SplicedText;

/* Error context: reports the text and a position in it instead of the whole statement. */
static void
spliced_error_callback(void *arg)
{
	const SplicedText *spliced = arg;
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(Max(position - spliced->before, 1));
	}
	internalerrquery(spliced->text);
	if (spliced->hint != NULL && geterrcode() == ERRCODE_SYNTAX_ERROR)
		errhint("%s", spliced->hint);
}

Node *
orm_sql_parse_spliced(const char *before, const char *text, const char *after, const char *hint)
{
	SplicedText spliced = {text, pg_mbstrlen(before), hint};
	ErrorContextCallback callback = {error_context_stack, spliced_error_callback, &spliced};
	List *statements;

	error_context_stack = &callback;
	statements = raw_parser(psprintf("%s%s%s", before, text, after), RAW_PARSE_DEFAULT);
	error_context_stack = callback.previous;
	return list_length(statements) == 1 ? linitial_node(RawStmt, statements)->stmt : NULL;
}

/* Parses the text of a type. */
TypeName *
orm_sql_parse_type(const char *text)
{
	ErrorContextCallback callback = {error_context_stack, text_error_callback, unconstify(char *, text)};
	TypeName *name;

	error_context_stack = &callback;
	name = orm_type_name_parse(text);
	error_context_stack = callback.previous;
	return name;
}

/* Is this SELECT nothing but one expression without a name? */
static bool
is_one_expression(Node *statement)
{
	SelectStmt *select = (SelectStmt *) statement;
	ResTarget *target;

	if (statement == NULL || !IsA(statement, SelectStmt) || list_length(select->targetList) != 1)
		return false;
	target = linitial_node(ResTarget, select->targetList);
	if (target->name != NULL || target->indirection != NIL || target->val == NULL)
		return false;
	if (IsA(target->val, ColumnRef) && IsA(linitial(((ColumnRef *) target->val)->fields), A_Star))
		return false;
	return select->op == SETOP_NONE && select->distinctClause == NIL && select->intoClause == NULL &&
		select->fromClause == NIL && select->whereClause == NULL && select->groupClause == NIL &&
		select->havingClause == NULL && select->windowClause == NIL && select->valuesLists == NIL &&
		select->sortClause == NIL && select->limitOffset == NULL && select->limitCount == NULL &&
		select->lockingClause == NIL && select->withClause == NULL;
}

/* Raises unless the text is one expression, alone and in parentheses. */
void
orm_sql_check_expression(const char *fragment, const char *what)
{
	List *statements = parse_fragment(fragment);
	StringInfoData spliced;

	if (list_length(statements) != 1 || !is_one_expression(linitial_node(RawStmt, statements)->stmt))
		ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR),
				errmsg("%s must be one expression and nothing else: \"%s\"", what, fragment));

	/* an expression behind SELECT need not be one in parentheses: "ALL 1" */
	initStringInfo(&spliced);
	orm_sql_fragment(&spliced, fragment);
	parse_fragment(spliced.data);
}

/* Walker: raises for a column. */
static bool
refuse_column(Node *node, void *fragment)
{
	check_stack_depth();
	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("column \"%s\" cannot be used in a default", NameListToString(((ColumnRef *) node)->fields)),
				errhint("A text constant has its own quotes: in SQL '''pending'''."));
	return raw_expression_tree_walker(node, refuse_column, fragment);
}

void
orm_sql_check_default(const char *fragment)
{
	ListCell *cell;

	foreach(cell, parse_fragment(fragment))
		refuse_column(lfirst_node(RawStmt, cell)->stmt, NULL);
}

char *
orm_sql_without_parentheses(const char *text)
{
	size_t length = strlen(text);

	return length > 1 && text[0] == '(' && text[length - 1] == ')' ? pnstrdup(text + 1, length - 2) : pstrdup(text);
}
