/*
 * reflect.h - the declaration that a relation stands for, read from the catalogs.
 *
 * What comes out, printed, parsed and made again, gives an equal table: columns
 * with type, collation, default, identity, generation expression and comment;
 * primary key, unique, check and foreign key constraints; plain indexes.
 * Expressions are printed as the server prints them under a search_path of
 * pg_catalog alone, so that they mean the same under any other.
 *
 * What the words of a declaration cannot say is left out: indexes on
 * expressions, with other operator classes or orders; exclusion constraints;
 * when a constraint is checked; storage options; options of an identity's
 * sequence.  A serial column is an identity by default.
 */
#ifndef ORM_MODEL_REFLECT_H
#define ORM_MODEL_REFLECT_H

#include "model/declaration.h"
#include "model/model.h"

/* How a foreign key's target is named in the document: a palloc'd name, or NULL for "schema.table". */
typedef char *(*OrmTargetNamer)(Oid relation, void *arg);

/*
 * The declaration of a relation, in the current memory context; "model" is
 * its name there.  The caller holds a lock on the relation.  "namer" may be NULL.
 */
extern OrmDeclaration *orm_reflect_relation(Oid relid, const char *model, OrmTargetNamer namer, void *arg);

/*
 * The full declaration of a model that has a table: its relation's, with the
 * model's attribute names, relationships and accessors, and the declared key
 * where the relation has none.
 */
extern OrmDeclaration *orm_reflect_model(const OrmModel *model, OrmTargetNamer namer, void *arg);

#endif
