/*
 * kept_name.h - names of columns that are kept for a while instead of being dropped: "email~kept~20261230".
 */
#ifndef ORM_BASE_KEPT_NAME_H
#define ORM_BASE_KEPT_NAME_H

#include "utils/date.h"

/* The name under which a column is kept until a day, palloc'd; a long name is cut. */
extern char *orm_kept_name_make(const char *name, DateADT until);

/* Is a name one of a kept column?  Sets the day unless NULL. */
extern bool orm_kept_name_read(const char *name, DateADT *until);

/* Is a column kept that had this name? */
extern bool orm_kept_name_is_of(const char *kept, const char *name);

#endif
