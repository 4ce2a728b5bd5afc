/*
 * graph.h - graphs of objects, whose rows are written together in the right
 * order.
 *
 * A graph (an OrmGraph) consists of objects, each with its record and its
 * intent, references among them, join table rows (pairs of objects) and
 * removals from collections.  All kinds of relationships have one form:
 *
 *     belongs_to            the object references the nested one
 *     has_many, has_one     the nested object references the object
 *     many_to_many          a join table row references both
 *
 * The phases, their files, and the parts of an object that they set:
 *
 *     reading    read.c, item.c, labels.c    OrmSaid: the object in the document
 *     checking   check.c, check_row.c        instead of writing: findings
 *     ordering   model_order.c, order.c      OrmGroupOrder, OrmObjectOrder
 *     writing    existing.c, writer.c        fresh, written, late
 *                same_rows.c                 OrmSameRow: other objects of the same row
 *                collection.c, removed_rows.c  removals from collections
 *                join_rows.c                 join table rows
 *     settling   settle.c                    propagating keys to referencing records
 *     result     returned.c                  OrmReturned: the returned row
 *                result.c, return_query.c    JSON
 *
 * Reading does not depend on the order, and writing handles JSON only as the
 * text of returned rows:
 *
 *     graph = orm_graph_make();
 *     group = orm_graph_group(graph, model);
 *     object = orm_graph_add(graph, group, ORM_INTENT_SAVE, place);
 *     ... fill in its record; orm_graph_connect, orm_graph_remove ...
 *     orm_writer_run(graph);
 *
 * All memory is in the context that was current in orm_graph_make().  Errors
 * have the place of the object, or the nearest common place of the rows of the
 * failed statement.
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
	OrmObject **objects; /* in the order of addition */
	int n;
	int capacity;
	OrmRecord *spare; /* unused records */
	int nspare;
	OrmGroupOrder order;
	OrmGroupReturned returned;
	struct OrmSameRows *rows; /* same_rows.c; NULL until needed */
};

/* A relationship that occurs in the graph. */
struct OrmEdge
{
	const OrmRelationship *relationship;
	OrmGroup *source; /* group of the relationship's model */
	OrmGroup *target;
	OrmGroup *holder;	  /* source or target; NULL: many to many */
	OrmGroup *referenced; /* the other group */
	int n;
	int *holder_key;	 /* attributes; many to many: NULL */
	int *referenced_key; /* attributes; many to many: those of the source */
	OrmJoin join;		 /* join of these keys; many to many: of the source and the join table */
	OrmJoinKey **keys;	 /* keys of the join's columns */
	int ntarget;		 /* many to many: attributes of the target */
	int *target_key;
	OrmJoin target_join; /* join of the target and the join table */
	OrmJoinKey **target_keys;
	bool referring; /* has references, which order the groups */
	bool generated; /* the holder's key has a generated column and cannot be set */
	List *links;	/* of OrmPair * */
	char *json_key; /* ,"name": */
	int json_key_length;
};

struct OrmReference
{
	OrmEdge *edge;
	OrmObject *holder;
	OrmObject *target;
	OrmReference *next;		   /* next reference of the holder */
	OrmReference *next_holder; /* next reference to the target */
	bool settled;			   /* the target's key is in the holder's record */
	bool later;				   /* set by an UPDATE at the end, to break a circle */
	bool waived;			   /* the target may be written later: the constraint is deferred, and its key is known */
};

/* The conflict target that is named for upserted objects. */
typedef struct OrmConflictOn
{
	int n; /* 0: none, and the only unique key that an object gives counts */
	char *const *names;
} OrmConflictOn;

struct OrmObject
{
	OrmGroup *group;
	OrmRecord *record;
	const OrmPath *place; /* NULL: the root */
	OrmIntent intent;
	OrmReference *references;
	OrmReference *holders; /* references to this object */
	bool referenced;	   /* another object, or a removal, needs its key */
	bool fresh;			   /* its row is known to be new */
	bool written;
	const OrmKey *found_by;			  /* FIND_OR_CREATE, and UPSERT that is checked: the key that identifies the row */
	const OrmConflictOn *conflict_on; /* of "$upsert" in a collection, one for each target; NULL: that of the graph */
	OrmRecord *late;				  /* references set after everything is written */
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
	ORM_REMOVE_OTHERS, /* all rows except the items */
	ORM_REMOVE_UNLINK, /* the items, which are FIND */
	ORM_REMOVE_DELETE  /* the items, which are FIND, and their rows */
} OrmRemovalKind;

typedef struct OrmRemoval
{
	OrmRemovalKind kind;
	OrmEdge *edge;
	OrmObject *owner;
	List *items; /* of OrmObject * */
	const OrmPath *place;
	bool done;
	int64 *links; /* with findings: numbers of the items' join table rows, each counted once; NULL: not known */
} OrmRemoval;

/* The numbers of rows written. */
typedef struct OrmTally
{
	int64 inserted;
	int64 updated;
	int64 deleted;
} OrmTally;

/* Options of a graph, set by its maker. */
typedef struct OrmGraphOptions
{
	bool result;			   /* convert returned rows to JSON */
	bool action;			   /* with result: distinguish inserted from updated rows */
	bool told_apart;		   /* distinguish them in the tally */
	bool may_skip;			   /* triggers, rules and policies may skip rows */
	bool unscoped;			   /* rows that default scopes hide are written, too */
	bool reorder;			   /* lists of "$set" take the order of their arrays, see reorder.h */
	bool by_table;			   /* order groups by the references of their tables, too */
	OrmOnConflict on_conflict; /* of root objects.  UPSERT: treatment of an existing row; CREATE: ERROR or IGNORE */
	const OrmAssigned *where;  /* likewise, UPSERT: condition of updating an existing row; NULL: none */
	OrmConflictOn conflict_on; /* likewise */
	List *(*givers)(const void *argument, const OrmModel *model);		  /* rows that later graphs write; NULL: none */
	bool (*may_have_givers)(const void *argument, const OrmModel *model); /* can there be such rows? with givers */
	const void *givers_argument;
} OrmGraphOptions;

struct OrmGraph
{
	MemoryContext context;
	OrmGraphOptions options;
	OrmLabelScope labels;
	OrmFindings *findings; /* not NULL: the graph is checked, not written, and errors are collected */
	List *groups;
	List *edges;
	List *removals;
	List *conflict_ons; /* of OrmConflictOn *: those of "$upsert" in collections */
	OrmObject **wave;	/* with findings: the objects that one statement would write, */
	int nwave;			/* and their number */
	List *vacated;		/* with findings: OrmObject *, not of the document: rows that would be deleted or changed */
	List *reorders;		/* of OrmReorder *: lists that take the order of an array */
	List *later;		/* of OrmReference *: set after everything is written */
	OrmObject **owners; /* by index of the record */
	int nrecords;
	int capacity;
	OrmTally tally;
	OrmGraphReturned returned;
};

/* The conflict target that is named for an object. */
static inline const OrmConflictOn *
orm_graph_conflict_on(const OrmGraph *graph, const OrmObject *object)
{
	return object->conflict_on != NULL ? object->conflict_on : &graph->options.conflict_on;
}

/* Is an upserted object's row left as it is, if it exists? */
static inline bool
orm_graph_ignores(const OrmGraph *graph, const OrmObject *object)
{
	return object->intent == ORM_INTENT_UPSERT && object->conflict_on == NULL &&
		graph->options.on_conflict == ORM_CONFLICT_IGNORE;
}

static inline OrmObject *
orm_graph_object(const OrmGraph *graph, const OrmRecord *record)
{
	Assert(record->in_graph && record->index >= 0 && record->index < graph->nrecords);
	return graph->owners[record->index];
}

extern OrmGraph *orm_graph_make(void);

/* The group of a model, created on demand. */
extern OrmGroup *orm_graph_group(OrmGraph *graph, const OrmModel *model);

/*
 * The edge of a relationship, created on demand.  Opens the target model with
 * RowExclusiveLock; raises the errors of orm_relationship_require(), and 42703
 * for a dropped column.
 */
extern OrmEdge *orm_graph_edge(OrmGraph *graph, OrmGroup *source, const OrmRelationship *relationship);

/* Adds an object with an empty record. */
extern OrmObject *orm_graph_add(OrmGraph *graph, OrmGroup *group, OrmIntent intent, const OrmPath *place);

/* Adds an object with an existing record. */
extern OrmObject *orm_graph_adopt(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmRecord *record,
								  const OrmPath *place);

/* Makes another, empty record for an object. */
extern OrmRecord *orm_graph_record(OrmGraph *graph, OrmObject *object);

/* Removes broken objects (said.broken) from the graph, with their removals and join table rows. */
extern void orm_graph_drop_broken(OrmGraph *graph);

/* With findings: records that the row of a record would be deleted or changed. */
extern void orm_graph_vacate(OrmGraph *graph, const OrmRecord *record);

/* Connects two objects by the edge: adds a reference or a join table row. */
extern void orm_graph_connect(OrmGraph *graph, OrmEdge *edge, OrmObject *source, OrmObject *target);

/* Adds a removal from a collection of "owner"; keeps the list of items. */
extern void orm_graph_remove(OrmGraph *graph, OrmRemovalKind kind, OrmEdge *edge, OrmObject *owner, List *items,
							 const OrmPath *place);

/* Is the edge's foreign key nullable, in at least one column that is not in the primary key? */
extern bool orm_graph_may_unlink(const OrmEdge *edge);

/* The value of an attribute of the returned row; NULL if it is not known. */
extern const OrmKnown *orm_graph_returned(const OrmObject *object, int attribute);

/* Does the row keep the known value of a given json attribute (model/given_back.h)? */
extern bool orm_graph_keeps(const OrmObject *object, int attribute, const OrmKnown *known);

/* The value of an attribute, of the returned row or as given; false if it is not known. */
extern bool orm_graph_value(const OrmObject *object, int attribute, Datum *value, bool *isnull);

/* Stores the object's primary key in key order; false if a part of it is NULL or not known. */
extern bool orm_graph_key(const OrmObject *object, Datum *key);

/* Is this an object of the row with a primary key? */
extern bool orm_graph_is_of_row(const OrmObject *object, const OrmModel *model, const Datum *key);

/*
 * Sets the columns of the next row, starting at "from", to attributes of an
 * object, whose types they must have, and with "last" completes the row.
 * False, without a new row, if one of the values is NULL or not known.
 */
struct OrmTuples;
extern bool orm_graph_add_tuple(struct OrmTuples *rows, int from, const OrmObject *object, const int *attributes, int n,
								bool last);

#endif
