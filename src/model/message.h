/*
 * message.h - messages of rules and checks.
 *
 *     must end after it starts            "Event" must end after it starts
 *     is not an e-mail address            "email" of "User" is not an e-mail address
 *     An age is at least {limit} years    An age is at least 18 years
 *
 * A message that begins with a capital letter, or names {attribute} or {model}, is a whole
 * sentence; any other one is put after the attribute and the model.
 */
#ifndef ORM_MODEL_MESSAGE_H
#define ORM_MODEL_MESSAGE_H

#include "base/path.h"

/* The values of the parameters of a message; NULL: it has none of that name. */
typedef struct OrmMessageParameters
{
	const char *model;
	const char *attribute;
	const char *limit; /* of a rule: the number, pattern, value or values */
} OrmMessageParameters;

/*
 * Raises 22023 with the place for a parameter that is not recognized; with "rule" false, of a
 * check, {limit} is not.
 */
extern void orm_message_check(const char *message, bool rule, const OrmPath *path);

/* The text of a message, palloc'd. */
extern char *orm_message_print(const char *message, const OrmMessageParameters *parameters);

#endif
