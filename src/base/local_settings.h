/*
 * local_settings.h - settings of a transaction or of one call, given by a
 * document: {"app.user": "7", "statement_timeout": 500}.
 *
 *     level = orm_local_settings_enter(object, &place);
 *     ... the call ...
 *     orm_settings_leave(level);
 *
 * Values are set as set_config() sets them, with the privileges of the current
 * user: strings as they are, numbers and booleans as their text; null is the
 * value that the session began with, as SET LOCAL ... TO DEFAULT.  An error
 * between enter and leave needs nothing: the end of the (sub)transaction puts
 * settings back.
 *
 * What is queued and written later in the transaction is written under the
 * settings of its call.  For this the custom settings ("app.user") that
 * documents have set in this transaction are known, with their values before
 * the first time; a call keeps the values in force:
 *
 *     kept = orm_local_settings_keep(last);
 *     ...
 *     level = orm_local_settings_enter_kept(kept);
 *     ... write ...
 *     orm_settings_leave(level);
 *
 * Parameters of the server are not kept: they are about the call that is
 * running (statement_timeout), or cannot be set as another role (role).
 */
#ifndef ORM_BASE_LOCAL_SETTINGS_H
#define ORM_BASE_LOCAL_SETTINGS_H

#include "base/document.h"

/*
 * Sets settings until the end of the transaction, as SET LOCAL.  Raises 22023
 * for JSON of the wrong kind and for a setting "orm.*" that does not exist,
 * 42701 for one that is given twice, and the server's errors, all with their
 * places.
 */
extern void orm_local_settings_set(OrmJson object, const OrmPath *place);

/* Sets settings until orm_settings_leave() of the level that is returned; 0 without an object (no node). */
extern int orm_local_settings_enter(OrmJson object, const OrmPath *place);

/* Values of the custom settings that documents have set in this transaction. */
typedef struct OrmKeptSettings
{
	int n; /* of the first ones; the others had not been set yet */
	Size length;
	char text[FLEXIBLE_ARRAY_MEMBER]; /* each value with its terminator */
} OrmKeptSettings;

/* The values in force, in the current memory context: "last" if they are equal to it; NULL: none. */
extern OrmKeptSettings *orm_local_settings_keep(OrmKeptSettings *last);

extern bool orm_local_settings_are_equal(const OrmKeptSettings *a, const OrmKeptSettings *b);

/* Puts kept values in force until orm_settings_leave(); free of cost when they are. */
extern int orm_local_settings_enter_kept(const OrmKeptSettings *kept);

#endif
