/*
 * key.h - the key of an object, in the forms a caller may give it.
 *
 *   text (the text overload)   one-column key: verbatim through the type's input function, unless
 *                              it is a JSON object of the key attribute and the type is not one
 *                              of strings, json or a composite one, which could mean the text;
 *                              composite: an object of the key attributes or a row "(a,b)"
 *   anyelement                 the value itself, when its type is the key's or casts to it
 *                              implicitly or in an assignment; a row in key order;
 *                              json, jsonb, orm.document: an object of the key attributes,
 *                              or a scalar for a one-column key
 */
#ifndef ORM_MODEL_KEY_H
#define ORM_MODEL_KEY_H

#include "base/document.h"
#include "model/model.h"

/* Is the attribute part of the key?  Not of NULL. */
extern bool orm_key_has(const OrmKey *key, int attribute);

/* The equality operator of a key's attribute; raises 42883 where its type has none. */
extern Oid orm_key_equality(const OrmModel *model, int attribute);

/* Is a part of the key a generated column, which an object may say but the row decides? */
extern bool orm_key_is_generated(const OrmModel *model, const OrmKey *key);

/* Flags by attribute of the model, palloc'd: those of the key. */
extern bool *orm_key_flags(const OrmModel *model, const OrmKey *key);

/*
 * Reads a key of the model's primary key into values[], in key order, each of
 * its attribute's type.  Returns false when the key, or any part of it, is
 * NULL: such a key finds nothing.  Raises 42P10 when the model has no primary
 * key; 22023, 42703, 42804... for a key of the wrong form.
 */
extern bool orm_key_read_text(const OrmModel *model, const char *key, Datum *values);
extern bool orm_key_read_datum(const OrmModel *model, Datum key, Oid type, Datum *values);
extern bool orm_key_read_json(const OrmModel *model, OrmJson key, const OrmPath *path, Datum *values);

/*
 * A key that is kept: its values, in key order, as palloc'd texts that say them
 * exactly, whatever the settings are when they are read again.  Reading raises
 * 55000 where the model's primary key has another number of attributes by then.
 */
extern void orm_key_keep(const OrmModel *model, const Datum *values, char **texts);
extern void orm_key_read_kept(const OrmModel *model, int n, char *const *texts, const OrmPath *path, Datum *values);

#endif
