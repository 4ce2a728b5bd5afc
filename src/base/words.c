/*
 * words.c - the words of other mappers: Prisma, Sequelize, TypeORM, Django,
 * SQLAlchemy, ActiveRecord, Mongoose.
 */
#include "postgres.h"

#include "base/words.h"

/* What a word is called in hints, by place. */
static const char *const nouns[] = {
	[ORM_WORD_QUERY] = "key",		  [ORM_WORD_AGGREGATE] = "key",			  [ORM_WORD_RELATED] = "key",
	[ORM_WORD_OPERATOR] = "operator", [ORM_WORD_INSTRUCTION] = "instruction",
};

/* Words in small letters, with "_" between their parts or without. */
static const struct
{
	OrmWordPlace place;
	const char *word;
	const char *meant;
} words[] = {
	{ORM_WORD_QUERY, "take", "limit"},
	{ORM_WORD_QUERY, "first", "limit"},
	{ORM_WORD_QUERY, "top", "limit"},
	{ORM_WORD_QUERY, "size", "limit"},
	{ORM_WORD_QUERY, "per_page", "limit"},
	{ORM_WORD_QUERY, "pagesize", "limit"},
	{ORM_WORD_QUERY, "max_results", "limit"},
	{ORM_WORD_QUERY, "skip", "offset"},
	{ORM_WORD_QUERY, "start", "offset"},
	{ORM_WORD_QUERY, "include", "load"},
	{ORM_WORD_QUERY, "includes", "load"},
	{ORM_WORD_QUERY, "with", "load"},
	{ORM_WORD_QUERY, "eager", "load"},
	{ORM_WORD_QUERY, "eager_load", "load"},
	{ORM_WORD_QUERY, "preload", "load"},
	{ORM_WORD_QUERY, "prefetch_related", "load"},
	{ORM_WORD_QUERY, "select_related", "load"},
	{ORM_WORD_QUERY, "joinedload", "load"},
	{ORM_WORD_QUERY, "relations", "load"},
	{ORM_WORD_QUERY, "populate", "load"},
	{ORM_WORD_QUERY, "expand", "load"},
	{ORM_WORD_QUERY, "join", "load"},
	{ORM_WORD_QUERY, "joins", "load"},
	{ORM_WORD_QUERY, "order", "order_by"},
	{ORM_WORD_QUERY, "sort", "order_by"},
	{ORM_WORD_QUERY, "sort_by", "order_by"},
	{ORM_WORD_QUERY, "sorting", "order_by"},
	{ORM_WORD_QUERY, "filter", "where"},
	{ORM_WORD_QUERY, "filters", "where"},
	{ORM_WORD_QUERY, "condition", "where"},
	{ORM_WORD_QUERY, "conditions", "where"},
	{ORM_WORD_QUERY, "criteria", "where"},
	{ORM_WORD_QUERY, "query", "where"},
	{ORM_WORD_QUERY, "match", "where"},
	{ORM_WORD_QUERY, "attributes", "select"},
	{ORM_WORD_QUERY, "fields", "select"},
	{ORM_WORD_QUERY, "columns", "select"},
	{ORM_WORD_QUERY, "only", "select"},
	{ORM_WORD_QUERY, "projection", "select"},
	{ORM_WORD_QUERY, "pluck", "select"},
	{ORM_WORD_QUERY, "values", "select"},
	{ORM_WORD_QUERY, "exclude", "omit"},
	{ORM_WORD_QUERY, "defer", "omit"},
	{ORM_WORD_QUERY, "except", "omit"},
	{ORM_WORD_QUERY, "group", "group_by"},
	{ORM_WORD_QUERY, "aggregates", "aggregate"},
	{ORM_WORD_QUERY, "aggregations", "aggregate"},
	{ORM_WORD_QUERY, "annotate", "compute"},
	{ORM_WORD_QUERY, "annotations", "compute"},
	{ORM_WORD_QUERY, "computed", "compute"},
	{ORM_WORD_QUERY, "virtual", "compute"},
	{ORM_WORD_QUERY, "extra", "compute"},
	{ORM_WORD_QUERY, "for_update", "lock"},
	{ORM_WORD_QUERY, "with_for_update", "lock"},
	{ORM_WORD_QUERY, "unique", "distinct"},
	{ORM_WORD_QUERY, "cursor", "after"},
	{ORM_WORD_QUERY, "starting_after", "after"},
	{ORM_WORD_QUERY, "ending_before", "before"},
	{ORM_WORD_QUERY, "count", "total"},
	{ORM_WORD_QUERY, "with_count", "total"},
	{ORM_WORD_AGGREGATE, "average", "avg"},
	{ORM_WORD_AGGREGATE, "mean", "avg"},
	{ORM_WORD_AGGREGATE, "total", "sum"},
	{ORM_WORD_AGGREGATE, "maximum", "max"},
	{ORM_WORD_AGGREGATE, "minimum", "min"},
	{ORM_WORD_AGGREGATE, "some", "bool_or"},
	{ORM_WORD_AGGREGATE, "any", "bool_or"},
	{ORM_WORD_AGGREGATE, "every", "bool_and"},
	{ORM_WORD_AGGREGATE, "all", "bool_and"},
	{ORM_WORD_AGGREGATE, "list", "array_agg"},
	{ORM_WORD_AGGREGATE, "array", "array_agg"},
	{ORM_WORD_AGGREGATE, "json_agg", "array_agg"},
	{ORM_WORD_AGGREGATE, "jsonb_agg", "array_agg"},
	{ORM_WORD_AGGREGATE, "collect", "array_agg"},
	{ORM_WORD_AGGREGATE, "group_concat", "string_agg"},
	{ORM_WORD_AGGREGATE, "concat", "string_agg"},
	{ORM_WORD_AGGREGATE, "listagg", "string_agg"},
	{ORM_WORD_RELATED, "some", "any"},
	{ORM_WORD_RELATED, "exists", "any"},
	{ORM_WORD_RELATED, "has", "any"},
	{ORM_WORD_RELATED, "where_has", "any"},
	{ORM_WORD_RELATED, "every", "all"},
	{ORM_WORD_OPERATOR, "gte", "ge"},
	{ORM_WORD_OPERATOR, "greater_than_or_equal", "ge"},
	{ORM_WORD_OPERATOR, "lte", "le"},
	{ORM_WORD_OPERATOR, "less_than_or_equal", "le"},
	{ORM_WORD_OPERATOR, "greater_than", "gt"},
	{ORM_WORD_OPERATOR, "less_than", "lt"},
	{ORM_WORD_OPERATOR, "equals", "eq"},
	{ORM_WORD_OPERATOR, "exact", "eq"},
	{ORM_WORD_OPERATOR, "is", "eq"},
	{ORM_WORD_OPERATOR, "==", "eq"},
	{ORM_WORD_OPERATOR, "isnull", "eq"},
	{ORM_WORD_OPERATOR, "is_null", "eq"},
	{ORM_WORD_OPERATOR, "neq", "ne"},
	{ORM_WORD_OPERATOR, "not", "ne"},
	{ORM_WORD_OPERATOR, "not_equals", "ne"},
	{ORM_WORD_OPERATOR, "not_equal", "ne"},
	{ORM_WORD_OPERATOR, "notEquals", "ne"},
	{ORM_WORD_OPERATOR, "!=", "ne"},
	{ORM_WORD_OPERATOR, "iexact", "ieq"},
	{ORM_WORD_OPERATOR, "nin", "not_in"},
	{ORM_WORD_OPERATOR, "notIn", "not_in"},
	{ORM_WORD_OPERATOR, "some", "in"},
	{ORM_WORD_OPERATOR, "startsWith", "starts_with"},
	{ORM_WORD_OPERATOR, "startswith", "starts_with"},
	{ORM_WORD_OPERATOR, "istartswith", "istarts_with"},
	{ORM_WORD_OPERATOR, "endsWith", "ends_with"},
	{ORM_WORD_OPERATOR, "endswith", "ends_with"},
	{ORM_WORD_OPERATOR, "iendswith", "iends_with"},
	{ORM_WORD_OPERATOR, "match", "regex"},
	{ORM_WORD_OPERATOR, "imatch", "iregex"},
	{ORM_WORD_OPERATOR, "fts", "search"},
	{ORM_WORD_INSTRUCTION, "connect", "$connect"},
	{ORM_WORD_INSTRUCTION, "connect_or_create", "$connect_or_create"},
	{ORM_WORD_INSTRUCTION, "create", "$save"},
	{ORM_WORD_INSTRUCTION, "create_many", "$save"},
	{ORM_WORD_INSTRUCTION, "save", "$save"},
	{ORM_WORD_INSTRUCTION, "add", "$save"},
	{ORM_WORD_INSTRUCTION, "update", "$save"},
	{ORM_WORD_INSTRUCTION, "upsert", "$upsert"},
	{ORM_WORD_INSTRUCTION, "set", "$set"},
	{ORM_WORD_INSTRUCTION, "disconnect", "$disconnect"},
	{ORM_WORD_INSTRUCTION, "remove", "$disconnect"},
	{ORM_WORD_INSTRUCTION, "unlink", "$disconnect"},
	{ORM_WORD_INSTRUCTION, "delete", "$delete"},
	{ORM_WORD_INSTRUCTION, "delete_many", "$delete"},
	{ORM_WORD_INSTRUCTION, "destroy", "$delete"},
};

/* Are two words the same but for "_" and the case of letters? */
static bool
same_word(const char *a, const char *b)
{
	for (;; a++, b++)
	{
		while (*a == '_')
			a++;
		while (*b == '_')
			b++;
		if (pg_tolower((unsigned char) *a) != pg_tolower((unsigned char) *b))
			return false;
		if (*a == '\0')
			return true;
	}
}

const char *
orm_words_meant(OrmWordPlace place, const char *word)
{
	for (int i = 0; i < (int) lengthof(words); i++)
		if (words[i].place == place && same_word(words[i].word, word))
			return words[i].meant;
	return NULL;
}

bool
orm_words_hint(OrmWordPlace place, const char *word)
{
	const char *meant = orm_words_meant(place, word);

	if (meant == NULL)
		return false;
	errhint("Perhaps you meant the %s \"%s\".", nouns[place], meant);
	return true;
}
