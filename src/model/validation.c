/*
 * validation.c - the rules of the element "validates"; see validation.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "base/names.h"
#include "base/nearest.h"
#include "base/settings.h"
#include "base/sql.h"
#include "model/validation.h"
#include "model/naming.h"

/* A column as the writers of expressions see it. */
typedef struct Subject
{
	const OrmRuleColumn *column;
	const OrmPath *path; /* of the key of the rule */
	const char *key;
	char *name;		 /* quoted */
	Oid type;		 /* without domains; InvalidOid: an enum that is not created yet */
	char *type_name; /* in SQL */
	bool is_text;
	bool is_array;
} Subject;

/* Raises 42804: the type does not have this rule. */
static void
refuse_type(const Subject *subject)
{
	ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
			errmsg("\"%s\" cannot be given for column \"%s\" of type %s", subject->key, subject->column->name,
				   OidIsValid(subject->type) ? format_type_be(subject->type) : subject->type_name),
			orm_error_place(subject->path));
}

/* The name of the column as text. */
static char *
as_text(const Subject *subject)
{
	return subject->type == TEXTOID ? subject->name : psprintf("(%s)::pg_catalog.text", subject->name);
}

/* Raises for a value that the type of the column cannot read. */
static void
check_value(const Subject *subject, const char *value)
{
	static const char *const moving[] = {"now", "today", "tomorrow", "yesterday"};
	char category;
	bool preferred;
	Oid input;
	Oid element;

	if (!OidIsValid(subject->type))
	{
		if (!orm_name_is_among(subject->column->labels, value))
			ereport(ERROR, errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					errmsg("invalid input value for enum %s: \"%s\"", subject->type_name, value),
					orm_error_place(subject->path));
		return;
	}
	get_type_category_preferred(subject->type, &category, &preferred);
	for (int i = 0; category == TYPCATEGORY_DATETIME && i < (int) lengthof(moving); i++)
		if (pg_strcasecmp(value, moving[i]) == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is not allowed here", value),
					orm_error_place(subject->path),
					errhint("It would mean the time of the declaration. Use orm.check with now() or current_date."));
	getTypeInputInfo(subject->type, &input, &element);
	OidInputFunctionCall(input, unconstify(char *, value), element, -1);
}

/* Appends a value of the column's type. */
static void
append_value(StringInfo sql, const Subject *subject, const char *value)
{
	MemoryContext caller = CurrentMemoryContext;
	int level = orm_settings_pin(NULL);

	PG_TRY();
	{
		check_value(subject, value);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(subject->path, caller);
	}
	PG_END_TRY();
	orm_settings_leave(level);
	orm_sql_literal(sql, value);
	appendStringInfo(sql, "::%s", subject->type_name);
}

/* column IS NOT NULL, and not empty */
static void
append_presence(StringInfo sql, const Subject *subject, const OrmRule *rule)
{
	appendStringInfo(sql, "%s IS NOT NULL", subject->name);
	if (subject->is_text)
		appendStringInfo(sql, " AND %s OPERATOR(pg_catalog.~) '[^[:space:]]'", as_text(subject));
	else if (subject->is_array)
		appendStringInfo(sql, " AND pg_catalog.cardinality(%s) OPERATOR(pg_catalog.>) 0", subject->name);
}

/* The length of a value. */
static void
append_length(StringInfo sql, const Subject *subject)
{
	if (subject->is_text)
		appendStringInfo(sql, "pg_catalog.char_length(%s)", as_text(subject));
	else if (subject->is_array)
		appendStringInfo(sql, "pg_catalog.cardinality(%s)", subject->name);
	else
		refuse_type(subject);
}

static void
append_min_length(StringInfo sql, const Subject *subject, const OrmRule *rule)
{
	append_length(sql, subject);
	appendStringInfo(sql, " OPERATOR(pg_catalog.>=) %s", rule->declared->min_length);
}

static void
append_max_length(StringInfo sql, const Subject *subject, const OrmRule *rule)
{
	append_length(sql, subject);
	appendStringInfo(sql, " OPERATOR(pg_catalog.<=) %s", rule->declared->max_length);
}

/* column ~ 'pattern'; the pattern is tried, so that a mistake in it is an error now. */
static void
append_matches(StringInfo sql, const Subject *subject, const OrmRule *rule)
{
	MemoryContext caller = CurrentMemoryContext;

	if (!subject->is_text)
		refuse_type(subject);
	PG_TRY();
	{
		DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID, CStringGetTextDatum(""),
								CStringGetTextDatum(rule->declared->matches));
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(subject->path, caller);
	}
	PG_END_TRY();
	appendStringInfo(sql, "%s OPERATOR(pg_catalog.~) ", as_text(subject));
	orm_sql_literal(sql, rule->declared->matches);
}

/* Appends the operator of a strategy of the type's order; an enum that is not created yet has those of all enums. */
static void
append_operator(StringInfo sql, const Subject *subject, int strategy, const char *of_enums)
{
	TypeCacheEntry *type;
	Oid operator;

	if (!OidIsValid(subject->type))
	{
		appendStringInfo(sql, " OPERATOR(pg_catalog.%s) ", of_enums);
		return;
	}
	type = lookup_type_cache(subject->type, TYPECACHE_BTREE_OPFAMILY);
	operator= OidIsValid(type->btree_opf)
		? get_opfamily_member(type->btree_opf, type->btree_opintype, type->btree_opintype, strategy)
		: InvalidOid;
	if (!OidIsValid(operator))
		refuse_type(subject);
	appendStringInfoChar(sql, ' ');
	orm_sql_operator(sql, operator);
	appendStringInfoChar(sql, ' ');
}

/* column = ANY (ARRAY['a', 'b']); values of a text are compared as text */
static void
append_within(StringInfo sql, const Subject *subject, const OrmRule *rule)
{
	ListCell *cell;

	if (subject->is_array)
		refuse_type(subject);
	appendStringInfoString(sql, subject->is_text ? as_text(subject) : subject->name);
	if (subject->is_text)
		appendStringInfoString(sql, " OPERATOR(pg_catalog.=) ");
	else
		append_operator(sql, subject, BTEqualStrategyNumber, "=");
	appendStringInfoString(sql, "ANY (ARRAY[");
	foreach(cell, rule->declared->within)
	{
		appendStringInfoString(sql, foreach_current_index(cell) > 0 ? ", " : "");
		if (!subject->is_text)
			append_value(sql, subject, lfirst(cell));
		else
		{
			orm_sql_literal(sql, lfirst(cell));
			appendStringInfoString(sql, "::pg_catalog.text");
		}
	}
	appendStringInfoString(sql, "])");
}

static void
append_at_least(StringInfo sql, const Subject *subject, const OrmRule *rule)
{
	appendStringInfoString(sql, subject->name);
	append_operator(sql, subject, BTGreaterEqualStrategyNumber, ">=");
	append_value(sql, subject, rule->declared->at_least);
}

static void
append_at_most(StringInfo sql, const Subject *subject, const OrmRule *rule)
{
	appendStringInfoString(sql, subject->name);
	append_operator(sql, subject, BTLessEqualStrategyNumber, "<=");
	append_value(sql, subject, rule->declared->at_most);
}

/* How a rule is given. */
typedef enum RuleForm
{
	RULE_CHOICE,
	RULE_TEXT,
	RULE_LIST
} RuleForm;

/* The rules, in the order of their keys. */
static const struct
{
	const char *name;
	RuleForm form;
	size_t offset;
	const char *message;
	void (*append)(StringInfo sql, const Subject *subject, const OrmRule *rule);
} rules[] = {
	{"presence", RULE_CHOICE, offsetof(OrmDeclaredValidation, presence), "must not be empty", append_presence},
	{"min_length", RULE_TEXT, offsetof(OrmDeclaredValidation, min_length), "must have a length of at least {limit}",
	 append_min_length},
	{"max_length", RULE_TEXT, offsetof(OrmDeclaredValidation, max_length), "must have a length of at most {limit}",
	 append_max_length},
	{"matches", RULE_TEXT, offsetof(OrmDeclaredValidation, matches), "has the wrong format", append_matches},
	{"within", RULE_LIST, offsetof(OrmDeclaredValidation, within), "must be one of {limit}", append_within},
	{"at_least", RULE_TEXT, offsetof(OrmDeclaredValidation, at_least), "must be at least {limit}", append_at_least},
	{"at_most", RULE_TEXT, offsetof(OrmDeclaredValidation, at_most), "must be at most {limit}", append_at_most},
};

/* Texts with ", " between. */
static char *
join(const List *texts)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	foreach(cell, texts)
		appendStringInfo(&out, "%s%s", foreach_current_index(cell) > 0 ? ", " : "", (char *) lfirst(cell));
	return out.data;
}

/* Is a rule given?  *limit receives the parameter of its message. */
static bool
is_given(const OrmDeclaredValidation *declared, int i, char **limit)
{
	const char *member = (const char *) declared + rules[i].offset;

	*limit = NULL;
	switch (rules[i].form)
	{
		case RULE_CHOICE:
			return *(const OrmChoice *) member == ORM_YES;
		case RULE_TEXT:
			*limit = *(char *const *) member;
			return *limit != NULL;
		case RULE_LIST:
			*limit = join(*(List *const *) member);
			return *(List *const *) member != NIL;
	}
	return false;
}

List *
orm_validation_rules(const OrmDeclaredValidation *declared)
{
	List *list = NIL;

	for (int i = 0; i < (int) lengthof(rules); i++)
	{
		OrmRule *rule;
		char *limit;

		if (!is_given(declared, i, &limit))
			continue;
		rule = palloc0(sizeof(OrmRule));
		rule->declared = declared;
		rule->name = rules[i].name;
		rule->message = declared->message != NULL ? declared->message : rules[i].message;
		rule->limit = limit;
		rule->type = i;
		list = lappend(list, rule);
	}
	return list;
}

void
orm_validation_clear(OrmDeclaredValidation *declared, const OrmRule *rule)
{
	char *member = (char *) declared + rules[rule->type].offset;

	switch (rules[rule->type].form)
	{
		case RULE_CHOICE:
			*(OrmChoice *) member = ORM_NOT_GIVEN;
			break;
		case RULE_TEXT:
			*(char **) member = NULL;
			break;
		case RULE_LIST:
			*(List **) member = NIL;
			break;
	}
}

int
orm_validation_set(const OrmDeclaredValidation *declared)
{
	int set = 0;
	char *limit;

	for (int i = 0; i < (int) lengthof(rules); i++)
		if (is_given(declared, i, &limit))
			set |= 1 << i;
	return set;
}

/* The number of columns of a relation, dropped ones included. */
static int
count_columns(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int n = HeapTupleIsValid(tuple) ? ((Form_pg_class) GETSTRUCT(tuple))->relnatts : 0;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return n;
}

char *
orm_validation_column(const OrmDeclaration *declaration, const OrmDeclaredValidation *declared, Oid relid)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);
		const char *attribute = column->attribute ? column->attribute : orm_naming_attribute(declaration, column->name);

		if (strcmp(attribute, declared->attribute) == 0)
			return column->name;
	}
	if (OidIsValid(relid) && get_attnum(relid, declared->attribute) == InvalidAttrNumber)
		for (AttrNumber i = 1; i <= count_columns(relid); i++)
		{
			char *name = get_attname(relid, i, true);

			if (name != NULL && strcmp(orm_naming_attribute(declaration, name), declared->attribute) == 0)
				return name;
		}
	return declared->attribute;
}

bool
orm_validation_is_name(const char *constraint, const char *rule)
{
	int length = strlen(constraint) - strlen(rule);

	return length > 0 && constraint[length - 1] == '_' && strcmp(constraint + length, rule) == 0;
}

char *
orm_validation_name(const char *relation, const char *column, const char *rule)
{
	return makeObjectName(relation, column, rule);
}

/* Completes what writers of expressions need. */
static Subject
make_subject(const OrmRule *rule, const OrmRuleColumn *column, const OrmPath *path)
{
	Subject subject = {.column = column, .path = path, .key = rule->name, .name = orm_sql_quoted(column->name)};
	StringInfoData type_name;
	char category;
	bool preferred;

	if (!OidIsValid(column->type))
	{
		subject.type_name = pstrdup(column->type_name);
		return subject;
	}
	subject.type = getBaseType(column->type);
	initStringInfo(&type_name);
	orm_sql_type(&type_name, subject.type, -1);
	subject.type_name = type_name.data;
	get_type_category_preferred(subject.type, &category, &preferred);
	subject.is_text = category == TYPCATEGORY_STRING;
	subject.is_array = OidIsValid(get_element_type(subject.type));
	return subject;
}

char *
orm_validation_expression(const OrmRule *rule, const OrmRuleColumn *column)
{
	OrmElementPlace place;
	const OrmPath *path = orm_declaration_place(&place, rule->declared->position, "validates", rule->name);
	Subject subject = make_subject(rule, column, path);
	StringInfoData sql;

	initStringInfo(&sql);
	rules[rule->type].append(&sql, &subject, rule);
	return sql.data;
}

void
orm_validation_raise_column(const OrmDeclaration *declaration, const OrmDeclaredValidation *declared)
{
	const char **names = palloc(sizeof(char *) * Max(list_length(declaration->columns), 1));
	OrmElementPlace place;
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		const OrmDeclaredColumn *column = lfirst(cell);

		names[foreach_current_index(cell)] = column->attribute ? column->attribute : column->name;
	}
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("attribute \"%s\" of model \"%s\" does not exist", declared->attribute, declaration->model),
			orm_error_place(orm_declaration_place(&place, declared->position, "validates", "attribute")),
			orm_nearest_hint("attribute", declared->attribute, names, list_length(declaration->columns)));
}

/* Raises 42710 for a rule that an earlier element gives for the same attribute. */
static void
check_once(const OrmDeclaration *declaration, const OrmRule *rule)
{
	ListCell *cell;
	char *limit;

	foreach(cell, declaration->validations)
	{
		const OrmDeclaredValidation *other = lfirst(cell);
		OrmElementPlace place;

		if (other == rule->declared)
			return;
		if (strcmp(other->attribute, rule->declared->attribute) == 0 && is_given(other, rule->type, &limit))
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
					errmsg("\"%s\" of attribute \"%s\" is declared more than once", rule->name, other->attribute),
					orm_error_place(orm_declaration_place(&place, rule->declared->position, "validates", rule->name)));
	}
}

/* Raises for lengths of which the smaller one is greater. */
static void
check_lengths(const OrmDeclaredValidation *declared)
{
	OrmElementPlace place;

	if (declared->min_length != NULL && declared->max_length != NULL &&
		strtoul(declared->min_length, NULL, 10) > strtoul(declared->max_length, NULL, 10))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" must not be greater than \"%s\"", "min_length", "max_length"),
				orm_error_place(orm_declaration_place(&place, declared->position, "validates", "min_length")));
}

/* Checks the expressions of rules over a declared column. */
static void
check_expressions(const List *given, const OrmDeclaredColumn *declared)
{
	OrmRuleColumn column = {declared->name, declared->type_oid, declared->type, NIL};
	ListCell *cell;

	if (declared->enumeration != NULL)
		column.labels = declared->enumeration->labels;
	foreach(cell, given)
		(void) orm_validation_expression(lfirst(cell), &column);
}

/* Checks an element. */
static void
check_element(const OrmDeclaration *declaration, const OrmDeclaredValidation *declared, bool mapped)
{
	List *given = orm_validation_rules(declared);
	const OrmDeclaredColumn *column = orm_declaration_column(declaration,
															 orm_validation_column(declaration, declared, InvalidOid));
	OrmElementPlace place;
	ListCell *cell;

	if (given == NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("element \"%s\" of attribute \"%s\" has no rule", "validates", declared->attribute),
				orm_error_place(orm_declaration_place(&place, declared->position, "validates", NULL)),
				errhint("Rules are presence, min_length, max_length, matches, within, at_least and at_most."));
	if (declared->message != NULL)
		orm_message_check(declared->message, true,
						  orm_declaration_place(&place, declared->position, "validates", "message"));
	check_lengths(declared);
	foreach(cell, given)
		check_once(declaration, lfirst(cell));
	if (!mapped && column != NULL)
		check_expressions(given, column);
}

void
orm_validation_check(const OrmDeclaration *declaration, bool mapped)
{
	ListCell *cell;

	foreach(cell, declaration->validations)
		check_element(declaration, lfirst(cell), mapped);
}
