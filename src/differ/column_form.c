/*
 * column_form.c - see column_form.h.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/parsenodes.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/sql.h"
#include "differ/column_form.h"

/* The keyword of a type's default storage. */
static const char *
default_storage(Oid type)
{
	static const struct
	{
		char storage;
		const char *word;
	} words[] = {
		{TYPSTORAGE_PLAIN, "plain"},
		{TYPSTORAGE_EXTERNAL, "external"},
		{TYPSTORAGE_EXTENDED, "extended"},
		{TYPSTORAGE_MAIN, "main"},
	};

	for (int i = 0; OidIsValid(type) && i < (int) lengthof(words); i++)
		if (words[i].storage == get_typstorage(type))
			return words[i].word;
	return NULL;
}

/* Is the column part of the declared primary key? */
static bool
in_key(const OrmDdlTable *table, const char *name)
{
	ListCell *cell;
	ListCell *column;

	foreach(cell, table->constraints)
	{
		const OrmDdlConstraint *constraint = lfirst(cell);

		foreach(column, constraint->kind == ORM_CONSTRAINT_PRIMARY_KEY ? constraint->columns : NIL)
			if (strcmp(lfirst(column), name) == 0)
				return true;
	}
	return false;
}

/* The options of a sequence. */
typedef struct SequenceOptions
{
	Oid type;
	DefElem *given[5]; /* see option_names; an option without a value counts as not given */
	bool cycle;
} SequenceOptions;

enum
{
	OPTION_INCREMENT,
	OPTION_MIN,
	OPTION_MAX,
	OPTION_START,
	OPTION_CACHE
};

static const char *const option_names[] = {"increment", "minvalue", "maxvalue", "start", "cache"};

/* Parses the options, which have been checked. */
static void
parse_options(const char *text, SequenceOptions *options)
{
	CreateSeqStmt *statement = (CreateSeqStmt *) orm_sql_parse_spliced("CREATE SEQUENCE s ", text, "\n", NULL);
	ListCell *cell;

	foreach(cell, castNode(CreateSeqStmt, statement)->options)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, "as") == 0)
			options->type = typenameTypeId(NULL, defGetTypeName(option));
		if (strcmp(option->defname, "cycle") == 0)
			options->cycle = defGetBoolean(option);
		for (int i = 0; i < (int) lengthof(option_names); i++)
			if (strcmp(option->defname, option_names[i]) == 0 && option->arg != NULL)
				options->given[i] = option;
	}
}

/* The value of an option, or its default. */
static int64
option_value(const SequenceOptions *options, int option, int64 otherwise)
{
	return options->given[option] != NULL ? defGetInt64(options->given[option]) : otherwise;
}

/* All options of a sequence, with their defaults. */
static char *
normalize_options(const char *text, Oid column_type)
{
	SequenceOptions options = {.type = column_type};
	int64 highest;
	int64 increment;
	int64 min;
	int64 max;

	if (text != NULL)
		parse_options(text, &options);
	highest = options.type == INT2OID ? PG_INT16_MAX : options.type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX;
	increment = option_value(&options, OPTION_INCREMENT, 1);
	min = option_value(&options, OPTION_MIN, increment > 0 ? 1 : -highest - 1);
	max = option_value(&options, OPTION_MAX, increment > 0 ? highest : -1);
	return psprintf("AS %s INCREMENT BY " INT64_FORMAT " MINVALUE " INT64_FORMAT " MAXVALUE " INT64_FORMAT
					" START WITH " INT64_FORMAT " CACHE " INT64_FORMAT "%s",
					options.type == INT2OID		  ? "smallint"
						: options.type == INT4OID ? "integer"
												  : "bigint",
					increment, min, max, option_value(&options, OPTION_START, increment > 0 ? min : max),
					option_value(&options, OPTION_CACHE, 1), options.cycle ? " CYCLE" : " NO CYCLE");
}

/* Sets the sequence of an identity or serial column. */
static void
set_sequence(const OrmDiffer *differ, OrmColumnForm *form, const char *of_column)
{
	const OrmDeclaredColumn *declared = form->column->declared;
	const char *name = declared != NULL ? declared->sequence_name : NULL;
	StringInfoData text;

	if (form->identity == NULL)
		return;
	initStringInfo(&text);
	orm_sql_qualified(&text, differ->table->schema,
					  name != NULL ? name
								   : makeObjectName(RelationGetRelationName(differ->relation), of_column, "seq"));
	form->sequence = text.data;
	form->sequence_options = normalize_options(declared != NULL ? declared->sequence_options : NULL, form->type);
}

/* The form of a column, without its analysed expression. */
static OrmColumnForm
form_of(const OrmDdlColumn *column, const char *name)
{
	const OrmDeclaredColumn *declared = column->declared;
	OrmColumnForm form = {.column = column, .name = name, .type = column->type, .typmod = column->typmod};

	form.collation = OidIsValid(column->collation) || !OidIsValid(form.type) ? column->collation
																			 : get_typcollation(form.type);
	form.identity = column->identity;
	form.not_null = column->not_null || (form.identity != NULL && strcmp(form.identity, "serial") != 0);
	if (declared != NULL)
	{
		const char *usual = default_storage(form.type);

		form.value = declared->generated != NULL ? declared->generated : declared->server_default;
		form.generated = declared->generated != NULL;
		form.comment = declared->comment;
		form.compression = declared->compression;
		if (declared->storage != NULL && (usual == NULL || strcmp(declared->storage, usual) != 0))
			form.storage = declared->storage;
	}
	if (column->is_version && form.value == NULL)
		form.value = "1";
	form.any_integer = column->is_version && declared == NULL;
	return form;
}

OrmAnalysisPlace
orm_column_form_place(const OrmColumnForm *form)
{
	OrmAnalysisPlace place = {form->generated ? ORM_ANALYSIS_GENERATED : ORM_ANALYSIS_DEFAULT, form->type, form->typmod,
							  form->name};

	return place;
}

OrmColumnForm
orm_column_form_declared(const OrmDiffer *differ, const OrmDdlColumn *column)
{
	OrmColumnForm form = form_of(column, column->name);
	OrmAnalysisPlace place = orm_column_form_place(&form);

	form.not_null = form.not_null || in_key(differ->table, column->name);
	if (form.value != NULL && OidIsValid(form.type))
		form.expression = orm_analysis_analyse(differ, &place, form.value);
	set_sequence(differ, &form, column->name);
	return form;
}

/* The stored default or generation expression of a column, or NULL. */
static Node *
stored_expression(Relation relation, AttrNumber number)
{
	TupleDesc descriptor = RelationGetDescr(relation);

	for (int i = 0; descriptor->constr != NULL && i < descriptor->constr->num_defval; i++)
		if (descriptor->constr->defval[i].adnum == number)
			return stringToNode(descriptor->constr->defval[i].adbin);
	return NULL;
}

/* A reflected column as one of a plan. */
static OrmDdlColumn *
plan_column(const OrmDeclaredColumn *reflected)
{
	OrmDdlColumn *column = palloc0(sizeof(OrmDdlColumn));

	column->name = reflected->name;
	column->type = reflected->type_oid;
	column->typmod = reflected->typmod;
	column->collation = reflected->collation_oid;
	column->identity = reflected->identity;
	column->not_null = reflected->nullable == ORM_NO ||
		(column->identity != NULL && reflected->nullable == ORM_NOT_GIVEN);
	column->declared = reflected;
	return column;
}

OrmColumnForm
orm_column_form_actual(const OrmDiffer *differ, OrmDeclaredColumn *reflected, const char *name)
{
	OrmColumnForm form = form_of(plan_column(reflected), name);

	if (form.value != NULL)
		form.expression = stored_expression(differ->relation,
											get_attnum(RelationGetRelid(differ->relation), reflected->name));
	set_sequence(differ, &form, reflected->name);
	return form;
}
