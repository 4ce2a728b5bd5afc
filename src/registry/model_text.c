/*
 * model_text.c - see model_text.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/json.h"

#include "base/body.h"
#include "base/document.h"
#include "base/names.h"
#include "registry/model_text.h"

/* Takes a text with this verb apart. */
static bool
split(const char *text, const char *expected, char **name, const char **document)
{
	char *verb;

	return orm_body_split(text, &verb, name, document) && strcmp(verb, expected) == 0 && (*name)[0] != '\0' &&
		**document == '{';
}

bool
orm_model_text_split(const char *text, char **model, const char **document)
{
	return split(text, "model", model, document);
}

bool
orm_model_text_split_mixin(const char *text, char **mixin, const char **document)
{
	return split(text, "mixin", mixin, document);
}

char *
orm_model_text_document(const char *verb, const char *name, const char *document)
{
	StringInfoData out;
	const char *rest = document + 1;

	Assert(*document == '{');
	while (*rest == ' ' || *rest == '\t' || *rest == '\n' || *rest == '\r')
		rest++;
	initStringInfo(&out);
	appendStringInfo(&out, "{\"%s\": ", verb);
	escape_json(&out, name);
	appendStringInfo(&out, "%s%s", *rest == '}' ? "" : ", ", rest);
	return out.data;
}

uint32
orm_model_text_hash(const char *text)
{
	uint32 hash = 2166136261u;

	for (const unsigned char *c = (const unsigned char *) text; *c; c++)
		hash = (hash ^ *c) * 16777619u;
	return hash;
}

/* What the function of a name may be called, with this ending. */
static void
make_names(const char *name, const char *suffix, char *names[ORM_MODEL_FUNCTION_NAMES])
{
	char *snake = orm_name_snake(name);
	char *ending = psprintf("_%08x%s", orm_model_text_hash(name), suffix);
	int length = strlen(snake);
	int room = NAMEDATALEN - 1 - (int) strlen(ending);
	int kept = length > room ? pg_mbcliplen(snake, length, room) : length;

	names[1] = psprintf("%s%s", pnstrdup(snake, kept), ending);
	names[0] = length + (int) strlen(suffix) < NAMEDATALEN ? psprintf("%s%s", snake, suffix) : names[1];
}

void
orm_model_text_functions(const char *model, char *names[ORM_MODEL_FUNCTION_NAMES])
{
	make_names(model, "_model", names);
}

void
orm_model_text_mixin_functions(const char *mixin, char *names[ORM_MODEL_FUNCTION_NAMES])
{
	make_names(mixin, "_mixin", names);
}

char *
orm_model_text_former_table(const char *document, const char *schema)
{
	OrmJson elements;
	OrmJson body;
	OrmJson name;
	OrmJsonWalk walk;
	char *given;
	char *relation;

	/* most documents have none */
	if (strstr(document, "\"table_renamed_from\"") == NULL ||
		!orm_json_member(orm_document_root(orm_document_parse(document, strlen(document))), "elements", &elements) ||
		orm_json_kind(elements) != ORM_JSON_ARRAY)
		return NULL;
	walk = orm_json_walk(elements);
	while (orm_json_next(&walk))
		if (orm_json_kind(walk.value) == ORM_JSON_OBJECT && orm_json_member(walk.value, "table_renamed_from", &body) &&
			orm_json_kind(body) == ORM_JSON_OBJECT && orm_json_member(body, "name", &name) &&
			orm_json_kind(name) == ORM_JSON_STRING && orm_name_is_table(orm_json_string(name), &given, &relation) &&
			(given == NULL || strcmp(given, schema) == 0))
			return relation;
	return NULL;
}
