/*
 * time_word.h - constants of dates and times that mean the moment at which they are read.
 *
 * In DDL the server reads them once: a column with the default 'now'::timestamptz has for ever the
 * time at which its table was made, and a declaration would mean something else each day.
 */
#ifndef ORM_BASE_TIME_WORD_H
#define ORM_BASE_TIME_WORD_H

/* Raises 22023 for such a constant in an expression: 'today'::date. */
extern void orm_time_word_refuse(const char *expression);

/* What to write instead of an expression that is nothing but such a text: 'today'; NULL for any other. */
extern const char *orm_time_word_function(const char *expression);

#endif
