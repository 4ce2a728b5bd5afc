/*
 * nearest.h - the nearest of some names, for hints.
 */
#ifndef ORM_BASE_NEAREST_H
#define ORM_BASE_NEAREST_H

/* Which of the names is nearest to what was given, or -1 when none is near enough. */
extern int orm_nearest_name(const char *given, const char *const *names, int nnames);

/*
 * In an ereport: the HINT `Perhaps you meant the <what> "<name>".`, when one
 * of the names is near enough to what was given; otherwise nothing.
 */
extern int orm_nearest_hint(const char *what, const char *given, const char *const *names, int nnames);

#endif
