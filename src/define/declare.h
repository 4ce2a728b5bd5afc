/*
 * declare.h - orm.model, orm.map, orm.unmap.
 */
#ifndef ORM_DEFINE_DECLARE_H
#define ORM_DEFINE_DECLARE_H

#include "nodes/pg_list.h"

/*
 * orm.model: stores a declaration, new or in place of the model of that name.
 * Raises what orm_declaration_parse does; 42501 when the name is somebody else's.
 */
extern void orm_declare_model(const char *document);

/* orm.map: a model of a relation that exists.  42501 unless the caller owns it; 42P16, 42809. */
extern void orm_declare_map(Oid relid, const char *name, const char *document, List **changes);

/* orm.unmap: forgets a model and drops its accessors. */
extern void orm_declare_unmap(const char *name, List **changes);

#endif
