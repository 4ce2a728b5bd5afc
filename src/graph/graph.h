/*
 * graph.h - graphs of objects: what is connected is written together, in the
 * right order.
 *
 * A graph (an OrmGraph) is objects, each with its record and its intent,
 * references among them, join table rows (pairs of objects) and removals from
 * collections.  Every kind of relationship is brought to one form:
 *
 *     belongs_to            the object refers to the nested one
 *     has_many, has_one     the nested object refers to the object
 *     many_to_many          a row of the join table refers to both
 *
 * The phases, each with files of its own, and what each of them keeps of an object:
 *
 *     reading    read.c, item.c, labels.c    OrmSaid: what the document says
 *     ordering   model_order.c, order.c      OrmGroupOrder, OrmObjectOrder
 *     writing    existing.c, writer.c        fresh, written, late
 *                same_rows.c                 OrmSameRow: other objects of the same row
 *                collection.c, removed_rows.c  removals from collections
 *                join_rows.c                 rows of join tables
 *     settling   settle.c                    propagating keys to referencing records
 *     result     returned.c                  OrmReturned: what came back of the row
 *                result.c, return_query.c    JSON
 *
 * Reading decides nothing about order; writing knows nothing of JSON but the
 * text of returned rows:
 *
 *     graph = orm_graph_make();
 *     group = orm_graph_group(graph, model);
 *     object = orm_graph_add(graph, group, ORM_INTENT_SAVE, place);
 *     ... its record is filled in; orm_graph_connect, orm_graph_remove ...
 *     orm_writer_run(graph);
 *
 * Everything lives in the memory context that was current at orm_graph_make.
 * Errors have the place of the object, or the nearest place that all rows of
 * the failed statement have in common.
 */
#ifndef ORM_GRAPH_GRAPH_H
#define ORM_GRAPH_GRAPH_H

#include "graph/finding.h"
#include "graph/labels.h"
#include "graph/model_order.h"
#include "graph/order.h"
#include "graph/read.h"
#include "graph/returned.h"
#include "graph/same_rows.h"
#include "graph/types.h"
#include "model/join.h"

/* The objects of one model. */
struct OrmGroup
{
	const OrmModel *model;
	OrmReader *reader;
	OrmObject **objects; /* in the order in which they were added */
	int n;
	int capacity;
	OrmRecord *spare; /* records not yet given out */
	int nspare;
	OrmGroupOrder order;
	OrmGroupReturned returned;
	struct OrmSameRows *rows; /* same_rows.c; NULL: none yet */
};

/* A relationship that occurs in the graph. */
struct OrmEdge
{
	const OrmRelationship *relationship;
	OrmGroup *source; /* of the model that has it */
	OrmGroup *target;
	OrmGroup *holder;	  /* source or target; NULL: many to many */
	OrmGroup *referenced; /* the other one */
	int n;
	int *holder_key;	 /* attributes; many to many: NULL */
	int *referenced_key; /* attributes; many to many: those of the source */
	OrmJoin join;		 /* of these; many to many: of the source and the join table */
	OrmJoinKey **keys;	 /* of the join's columns */
	int ntarget;		 /* many to many: attributes of the target */
	int *target_key;
	OrmJoin target_join; /* of these and the join table */
	OrmJoinKey **target_keys;
	bool referring; /* there is a reference: it orders the groups */
	bool generated; /* the holder's key has a generated column: it cannot be set */
	List *links;	/* of OrmPair * */
	char *json_key; /* ,"name": */
	int json_key_length;
};

struct OrmReference
{
	OrmEdge *edge;
	OrmObject *holder;
	OrmObject *target;
	OrmReference *next;		   /* of the holder's */
	OrmReference *next_holder; /* of the target's */
	bool settled;			   /* the key is in the holder's record */
	bool later;				   /* set by an UPDATE in the end: it closes a circle */
	bool waived;			   /* the target may be written later: the constraint waits, its key is known */
};

struct OrmObject
{
	OrmGroup *group;
	OrmRecord *record;
	const OrmPath *place; /* NULL: the root */
	OrmIntent intent;
	OrmReference *references;
	OrmReference *holders; /* references to it */
	bool referenced;	   /* another object, or a removal, needs its key */
	bool fresh;			   /* it is known to be new */
	bool written;
	const OrmKey *found_by; /* FIND_OR_CREATE, once it is written */
	OrmRecord *late;		/* references that are set when all is written */
	OrmSaid said;
	OrmObjectOrder order;
	OrmSameRow same;
	OrmReturned returned;
};

/* A row of a join table. */
typedef struct OrmPair
{
	OrmObject *source;
	OrmObject *target;
	const OrmPath *place;
} OrmPair;

typedef enum OrmRemovalKind
{
	ORM_REMOVE_OTHERS, /* all but the items */
	ORM_REMOVE_UNLINK, /* the items, which are FIND */
	ORM_REMOVE_DELETE  /* the items, which are FIND, with their rows */
} OrmRemovalKind;

typedef struct OrmRemoval
{
	OrmRemovalKind kind;
	OrmEdge *edge;
	OrmObject *owner;
	List *items; /* of OrmObject * */
	const OrmPath *place;
	bool done;
} OrmRemoval;

/* How many rows of models were written. */
typedef struct OrmTally
{
	int64 inserted;
	int64 updated;
	int64 deleted;
} OrmTally;

/* How a graph is written: set by its maker. */
typedef struct OrmGraphOptions
{
	bool result;			   /* returned rows become JSON */
	bool action;			   /* with result: inserted is told from updated */
	bool told_apart;		   /* the tally tells inserted from updated */
	bool may_skip;			   /* triggers and the like may pass over rows */
	bool by_table;			   /* groups are ordered by the references of their tables, too */
	OrmOnConflict on_conflict; /* UPSERT: what happens to an existing row; CREATE: ERROR or IGNORE */
	int nconflict_on;
	char *const *conflict_on;
} OrmGraphOptions;

struct OrmGraph
{
	MemoryContext context;
	OrmGraphOptions options;
	OrmLabelScope labels;
	OrmFindings *findings; /* the graph is checked, not written, and errors are collected; NULL: it is written */
	List *groups;
	List *edges;
	List *removals;
	List *vacated; /* with findings: OrmObject *, of no document: rows that would be deleted or changed otherwise */
	List *later;   /* of OrmReference *: set when all is written */
	OrmObject **owners; /* of records, by their index */
	int nrecords;
	int capacity;
	OrmTally tally;
	OrmGraphReturned returned;
};

/* The object of a record of the graph. */
static inline OrmObject *
orm_graph_object(const OrmGraph *graph, const OrmRecord *record)
{
	Assert(record->in_graph && record->index >= 0 && record->index < graph->nrecords);
	return graph->owners[record->index];
}

extern OrmGraph *orm_graph_make(void);

/* The group of a model, made when there is none. */
extern OrmGroup *orm_graph_group(OrmGraph *graph, const OrmModel *model);

/* The edge of a relationship, made when there is none; raises what orm_relationship_require raises. */
extern OrmEdge *orm_graph_edge(OrmGraph *graph, OrmGroup *source, const OrmRelationship *relationship);

/* An object with an empty record. */
extern OrmObject *orm_graph_add(OrmGraph *graph, OrmGroup *group, OrmIntent intent, const OrmPath *place);

/* An object with a record that has been read. */
extern OrmObject *orm_graph_adopt(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmRecord *record,
								  const OrmPath *place);

/* Another record for an object, empty. */
extern OrmRecord *orm_graph_record(OrmGraph *graph, OrmObject *object);

/* Takes objects that could not be read, "said.broken", out of the graph, and what depends on them. */
extern void orm_graph_drop_broken(OrmGraph *graph);

/* Remembers the row of a record, which would be deleted or changed. */
extern void orm_graph_vacate(OrmGraph *graph, const OrmRecord *record);

/* Connects two objects by the edge. */
extern void orm_graph_connect(OrmGraph *graph, OrmEdge *edge, OrmObject *source, OrmObject *target);

/* Removes objects from a collection of "owner". */
extern void orm_graph_remove(OrmGraph *graph, OrmRemovalKind kind, OrmEdge *edge, OrmObject *owner, List *items,
							 const OrmPath *place);

/* Is the edge's foreign key nullable, in a column at least that is not of the primary key? */
extern bool orm_graph_may_unlink(const OrmEdge *edge);

/* The value of an attribute as far as it is known: of the row, else as given. */
extern bool orm_graph_value(const OrmObject *object, int attribute, Datum *value, bool *isnull);

/*
 * The object's primary key, values in key order ("key" has room for them); false: not all of it is known, or some is
 * NULL.
 */
extern bool orm_graph_key(const OrmObject *object, Datum *key);

/*
 * Fills the next row's columns from "from" on, which are of the types of the
 * attributes, with attributes of an object, and ends the row with "last".
 * False, with no row added, when one of them is NULL or not known.
 */
struct OrmTuples;
extern bool orm_graph_add_tuple(struct OrmTuples *rows, int from, const OrmObject *object, const int *attributes, int n,
								bool last);

#endif
