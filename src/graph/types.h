/*
 * types.h - the types of object graphs.  The header of each phase declares its
 * part of an object, and graph.h combines these parts.
 */
#ifndef ORM_GRAPH_TYPES_H
#define ORM_GRAPH_TYPES_H

#include "nodes/pg_list.h"


typedef struct OrmGraph OrmGraph;
typedef struct OrmGroup OrmGroup;
typedef struct OrmEdge OrmEdge;
typedef struct OrmObject OrmObject;
typedef struct OrmReference OrmReference;

typedef enum OrmIntent
{
	ORM_INTENT_CREATE,		  /* a new row */
	ORM_INTENT_SAVE,		  /* by primary key; without one the row is new */
	ORM_INTENT_UPSERT,		  /* by a unique key: that of conflict_on, or the only one given */
	ORM_INTENT_UPDATE,		  /* by primary key; must exist */
	ORM_INTENT_FIND,		  /* by its key; must exist; only references are written */
	ORM_INTENT_FIND_OR_CREATE /* by the first unique key given, the primary key first; an existing row is not changed */
} OrmIntent;

#endif
