/*
 * settings.h - settings on which it depends what the text of a value means.
 *
 * What is kept as text, or as a document, to be read later in the transaction
 * means what it meant when it was given: '03/04/2026' is not another day
 * because DateStyle is another by then.
 *
 *     kept = orm_settings_now();
 *     ...
 *     level = orm_settings_enter(&kept);
 *     ... read ...
 *     orm_settings_leave(level);
 *
 * An error between the two needs nothing: the end of the (sub)transaction puts
 * settings back.
 */
#ifndef ORM_BASE_SETTINGS_H
#define ORM_BASE_SETTINGS_H

#include "pgtime.h"

typedef struct OrmSettings
{
	int date_style;
	int date_order;
	int interval_style;
	pg_tz *zone;
	bool whole_floats; /* floats are written with all their digits */
} OrmSettings;

/* Those in force, to read what is given now. */
extern OrmSettings orm_settings_now(void);

/* Those under which every value is written so that it can be read again under them. */
extern OrmSettings orm_settings_exact(void);

/*
 * Those under which SQL of declarations is read: at declaration, in DDL, and when it is compared with
 * the catalogs.  The time zone is UTC, dates are ISO.
 */
extern OrmSettings orm_settings_pinned(void);

/* Puts settings in force; free of cost when they are. */
extern int orm_settings_enter(const OrmSettings *settings);

/*
 * Puts the pinned settings in force, and a search_path of pg_catalog, the schema of a model, and the
 * path of the caller.  Names in declarations mean objects of the first two wherever these have them.
 * "schema" NULL: of pg_catalog only, so that deparsed names are qualified.
 */
extern int orm_settings_pin(const char *schema);

/* Puts a search_path of pg_catalog and a schema in force, and none of the caller's. */
extern int orm_settings_pin_path(const char *schema);

/* Puts back what was in force before. */
extern void orm_settings_leave(int level);

#endif
