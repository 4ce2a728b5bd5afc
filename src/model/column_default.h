/*
 * column_default.h - the default expression of a column, and the sequence that it takes.
 */
#ifndef ORM_MODEL_COLUMN_DEFAULT_H
#define ORM_MODEL_COLUMN_DEFAULT_H

#include "access/tupdesc.h"
#include "nodes/nodes.h"

/* The default or generation expression of a column as it is stored (of the descriptor), or NULL. */
extern char *orm_column_default_stored(TupleDesc descriptor, AttrNumber attnum);

/*
 * The sequence of a default that is nextval() and nothing else but a cast to the
 * column's type, as that of a serial column; InvalidOid for others and NULL.
 */
extern Oid orm_column_default_sequence(Node *expression);

#endif
