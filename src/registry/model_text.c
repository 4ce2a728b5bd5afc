/*
 * model_text.c - see model_text.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/json.h"

#include "base/body.h"
#include "base/names.h"
#include "registry/model_text.h"

/* What the name of every model function ends with. */
#define SUFFIX "_model"

bool
orm_model_text_split(const char *text, char **model, const char **document)
{
	char *verb;

	return orm_body_split(text, &verb, model, document) && strcmp(verb, "model") == 0 && (*model)[0] != '\0' &&
		**document == '{';
}

char *
orm_model_text_document(const char *model, const char *document)
{
	StringInfoData out;
	const char *rest = document + 1;

	Assert(*document == '{');
	while (*rest == ' ' || *rest == '\t' || *rest == '\n' || *rest == '\r')
		rest++;
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"model\": ");
	escape_json(&out, model);
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

void
orm_model_text_functions(const char *model, char *names[ORM_MODEL_FUNCTION_NAMES])
{
	char *snake = orm_name_snake(model);
	char *ending = psprintf("_%08x%s", orm_model_text_hash(model), SUFFIX);
	int length = strlen(snake);
	int room = NAMEDATALEN - 1 - (int) strlen(ending);
	int kept = length > room ? pg_mbcliplen(snake, length, room) : length;

	names[1] = psprintf("%s%s", pnstrdup(snake, kept), ending);
	names[0] = length + (int) strlen(SUFFIX) < NAMEDATALEN ? psprintf("%s%s", snake, SUFFIX) : names[1];
}
