/*
 * message.c - messages of rules and checks; see message.h.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/formatting.h"

#include "base/error.h"
#include "base/members.h"
#include "model/message.h"

/* The parameters of messages. */
static const struct
{
	const char *name;
	size_t offset;
	bool of_rules;
	bool makes_sentence; /* a message that names it is a whole sentence */
} parameters[] = {
	{"attribute", offsetof(OrmMessageParameters, attribute), false, true},
	{"model", offsetof(OrmMessageParameters, model), false, true},
	{"limit", offsetof(OrmMessageParameters, limit), true, false},
};

/* The length of a parameter, {word}, that begins here; 0: none does. */
static int
parameter_length(const char *text)
{
	int length = text[0] == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") : 0;

	return length > 0 && text[length + 1] == '}' ? length + 2 : 0;
}

/* The number of a parameter, or -1. */
static int
parameter_number(const char *text, int length)
{
	for (int i = 0; i < (int) lengthof(parameters); i++)
		if (strlen(parameters[i].name) == (size_t) length - 2 && strncmp(text + 1, parameters[i].name, length - 2) == 0)
			return i;
	return -1;
}

void
orm_message_check(const char *message, bool rule, const OrmPath *path)
{
	for (const char *text = message; *text != '\0'; text++)
	{
		int length = parameter_length(text);
		int number = parameter_number(text, Max(length, 2));

		if (length == 0)
			continue;
		if (text > message && text[-1] == '%')
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%%\" is not allowed before a parameter of a message: \"%s\"", message),
					orm_error_place(path), errhint("A parameter is written {attribute}."));
		if (number >= 0 && (rule || !parameters[number].of_rules))
			continue;
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("unrecognized parameter \"%.*s\" of a message", length, text), orm_error_place(path),
				rule ? errhint("Available parameters: {attribute}, {model}, {limit}.")
					 : errhint("Available parameters: {attribute}, {model}."));
	}
}

/* Does a text begin with a capital letter? */
static bool
begins_sentence(const char *text)
{
	int length = pg_mblen(text);
	char *lower = str_tolower(text, length, DEFAULT_COLLATION_OID);

	return text[0] != '\0' && strncmp(lower, text, length) != 0;
}

/* Is a message a whole sentence? */
static bool
is_sentence(const char *message)
{
	for (const char *text = message; *text != '\0'; text++)
	{
		int length = parameter_length(text);
		int number = length > 0 ? parameter_number(text, length) : -1;

		if (number >= 0 && parameters[number].makes_sentence)
			return true;
	}
	return begins_sentence(message);
}

char *
orm_message_print(const char *message, const OrmMessageParameters *values)
{
	StringInfoData out;

	initStringInfo(&out);
	if (!is_sentence(message) && values->attribute != NULL)
		appendStringInfo(&out, "\"%s\" of \"%s\" ", values->attribute, values->model);
	else if (!is_sentence(message))
		appendStringInfo(&out, "\"%s\" ", values->model);
	for (const char *text = message; *text != '\0';)
	{
		int length = parameter_length(text);
		int number = length > 0 ? parameter_number(text, length) : -1;
		const char *value = number < 0 ? NULL
									   : *(const char *const *) ((const char *) values + parameters[number].offset);

		if (value == NULL)
		{
			appendStringInfoChar(&out, *text++);
			continue;
		}
		appendStringInfoString(&out, value);
		text += length;
	}
	return out.data;
}
