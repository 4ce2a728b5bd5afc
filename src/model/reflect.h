/*
 * reflect.h - making a declaration from a relation in the catalogs.
 *
 * A table created from the declaration is equal in columns (type, collation,
 * default, identity, generation expression, comment), and in all constraints and
 * valid indexes with their options and comments.  Those without words in a
 * declaration are given as SQL.  Expressions are deparsed under a search_path of
 * pg_catalog only, so they are fully qualified.
 *
 * Only orm_reflect_model has the statements that make the rest.
 */
#ifndef ORM_MODEL_REFLECT_H
#define ORM_MODEL_REFLECT_H

#include "model/declaration.h"
#include "model/model.h"
#include "utils/relcache.h"

/* Callback for the name of a foreign key's target in the document: a palloc'd name, or NULL for "schema.table". */
typedef char *(*OrmTargetNamer)(Oid relation, void *arg);

/*
 * The declaration of a relation, with "model" as the model's name, in the current
 * memory context.  The caller holds a lock on the relation.  "namer" may be NULL.
 */
extern OrmDeclaration *orm_reflect_relation(Oid relid, const char *model, OrmTargetNamer namer, void *arg);

/*
 * The statements about an open relation that make of a table with its columns, constraints and
 * indexes what it is (List of OrmDeclaredStatement *).  Triggers that the elements of "model" make
 * are left out; NULL: none is.  "owner": whose the table would be.
 */
extern List *orm_reflect_statements(Relation relation, const OrmDeclaration *model, Oid owner);

/* The same with columns and nothing else, of an open relation; types and defaults as orm_reflect_relation has them. */
extern OrmDeclaration *orm_reflect_columns(Relation relation);

/*
 * The full declaration of a mapped model: that of its relation, with the model's
 * attribute names, relationships, version and accessors, and the declared primary
 * key if the relation has none.
 */
extern OrmDeclaration *orm_reflect_model(const OrmModel *model, OrmTargetNamer namer, void *arg);

#endif
