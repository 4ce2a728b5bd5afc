/*
 * names.h - names that are made, not given.  Pure text; multibyte safe.
 *
 * Letters are folded as the server folds an identifier that is not quoted, so
 * that what is made from "Usuario" can be typed without quotes: ASCII letters
 * in a multibyte encoding, all letters in a single-byte one.
 */
#ifndef ORM_BASE_NAMES_H
#define ORM_BASE_NAMES_H

#include "nodes/pg_list.h"

/* "OrderItem" -> "order_item", "HTTPLog" -> "http_log", "Order Line" -> "order_line". */
extern char *orm_name_snake(const char *name);

/* "order_items" -> "OrderItems" and "orderItems", by way of snake case. */
extern char *orm_name_pascal(const char *name);
extern char *orm_name_camel(const char *name);

/* The last word of a name: behind what is no letter, or from an upper case letter behind a lower case one. */
extern const char *orm_name_last_word(const char *name);

/* first_second, at most 63 bytes: the longer part is cut, at a character's edge. */
extern char *orm_name_join(const char *first, const char *second);

/*
 * Splits a table's name at its first dot outside double quotes; a part in
 * double quotes is taken without them.  *schema is NULL when there is none.
 * Nothing is folded.  Raises 42602 for an empty part or an open quote, 42622
 * for a part longer than an identifier can be.
 */
extern void orm_name_split(const char *name, char **schema, char **relation);

/* The same without errors: false when it is no table's name. */
extern bool orm_name_is_table(const char *name, char **schema, char **relation);

/* The inverse: text that orm_name_split takes apart again; "schema" may be NULL. */
extern char *orm_name_compose(const char *schema, const char *relation);

/* Are two optional names the same: equal, or both NULL? */
extern bool orm_name_is_same(const char *a, const char *b);

/* Is the name among these (List of char *)? */
extern bool orm_name_is_among(const List *names, const char *name);

/* Raises 42602 unless the text can be an identifier (not empty), 42622 when it is longer than 63 bytes. */
extern void orm_name_check(const char *name, const char *what);

/* Does a name that may be qualified, by default with a schema, mean the object of that name in another schema? */
extern bool orm_name_is_in(const char *given, const char *default_schema, const char *name, const char *schema);

#endif
