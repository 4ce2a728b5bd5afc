/*
 * key.h - reading key values of objects.
 *
 *   text (the text overload)   one-column key: input of the type's input function; or a JSON object
 *                              of the key attribute, unless the type is a string type, bytea, json
 *                              or composite, for which the text could be a value;
 *                              composite key: an object of the key attributes or a row "(a,b)"
 *   anyelement                 a value of the key's type, or of a type with an implicit or
 *                              assignment cast to it; a row in key order;
 *                              json, jsonb, orm.document: an object of the key attributes,
 *                              or a scalar for a one-column key
 */
#ifndef ORM_MODEL_KEY_H
#define ORM_MODEL_KEY_H

#include "base/document.h"
#include "model/model.h"

/* Is the attribute part of the key?  False when the key is NULL. */
extern bool orm_key_has(const OrmKey *key, int attribute);

/* The same, without the attributes that only expressions of the key's index read. */
extern bool orm_key_has_column(const OrmKey *key, int attribute);

/* The equality operator of an attribute; raises 42883 when its type has none. */
extern Oid orm_key_equality(const OrmModel *model, int attribute);

/* Does the key contain a generated column? */
extern bool orm_key_is_generated(const OrmModel *model, const OrmKey *key);

/* An array of flags by attribute of the model, palloc'd; set for the key's attributes. */
extern bool *orm_key_flags(const OrmModel *model, const OrmKey *key);

/*
 * Reads a value of the model's primary key, normalized into values[], in key order, with the
 * attributes' types.  Returns false when the key or a part of it is NULL, which
 * matches no row.  Raises 42P16 when the model has no primary key, and 22023,
 * 42703, 42804 and others for an invalid key.
 */
extern bool orm_key_read_text(const OrmModel *model, const char *key, Datum *values);
extern bool orm_key_read_datum(const OrmModel *model, Datum key, Oid type, Datum *values);
extern bool orm_key_read_json(const OrmModel *model, OrmJson key, const OrmPath *path, Datum *values);

/*
 * Saves a key of a queued object as palloc'd texts, in key order, and reads it
 * back.  The texts do not depend on settings.  Reading raises 55000 when the
 * number of the primary key's attributes has changed.
 */
extern void orm_key_keep(const OrmModel *model, const Datum *values, char **texts);
extern void orm_key_read_kept(const OrmModel *model, int n, char *const *texts, const OrmPath *path, Datum *values);

#endif
