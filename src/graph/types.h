/*
 * types.h - the names of the types of object graphs: the header of a phase says
 * what the phase keeps of an object, and graph.h puts these parts together.
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
	ORM_INTENT_SAVE,		  /* by primary key; without one it is new */
	ORM_INTENT_UPSERT,		  /* by a unique key: the graph's conflict_on, or the only one given */
	ORM_INTENT_UPDATE,		  /* by primary key; must exist */
	ORM_INTENT_FIND,		  /* by its key; must exist; of its columns, only references are written */
	ORM_INTENT_FIND_OR_CREATE /* by the only unique key given; an existing row is left as it is */
} OrmIntent;

#endif
