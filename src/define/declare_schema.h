/*
 * declare_schema.h - orm.declare: the models of a schema in one call.
 *
 *     {"models": [{"model": "Author", "table": "authors", "elements": [...]}, ...],
 *      "prune": true}
 *
 * The models may refer to each other in any order.
 */
#ifndef ORM_DEFINE_DECLARE_SCHEMA_H
#define ORM_DEFINE_DECLARE_SCHEMA_H

#include "base/document.h"
#include "nodes/pg_list.h"

/* A model, and what has come of it: a word of orm_declare_state, or "dropped". */
typedef struct OrmDeclared
{
	const char *model;
	const char *state;
} OrmDeclared;

/*
 * Declares every model of the document as orm.model does, or none; with "prune"
 * forgets the declared models of the caller's in the schemas of these that are
 * not among them, but not their tables.  Returns a List of OrmDeclared *.
 * Raises what orm_declare_model and orm_declare_unmap do, with the place
 * "models[1].elements[0]...", and 42710 for a model that is given twice.
 */
extern List *orm_declare_schema(const OrmDocument *document);

#endif
