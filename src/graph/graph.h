/*
 * graph.h - graphs of objects: what is connected is written together, in the
 * right order.
 *
 * A graph (an OrmGraph) is objects, each with its record and what is to be done
 * with it, references among them, links (rows of join tables) and removals (what leaves
 * a collection).  Every kind of relationship is brought to one form:
 *
 *     belongs_to            the object refers to what is nested
 *     has_many, has_one     what is nested refers to the object
 *     many_to_many          a link between the two
 *
 * Who makes a graph (read.c, from a document) decides nothing about
 * order; who flushes it knows nothing of JSON, but for the text of the rows
 * that come back:
 *
 *     graph = orm_graph_make();
 *     group = orm_graph_group(graph, model);
 *     object = orm_graph_add(graph, group, ORM_INTENT_SAVE, place);
 *     ... its record is filled in; orm_graph_connect, orm_graph_remove ...
 *     orm_graph_flush(graph);
 *
 * Flushing: rows that must exist are found first.  Then models are taken so
 * that what is referred to comes before what refers to it, and by their names
 * where nothing else orders them (two calls lock in one order); where models refer
 * to each other in a circle, or to themselves, their objects go by depth, and
 * all in one statement where that is possible.  A circle of objects is broken
 * at a key that may be NULL (set afterwards) or whose constraint waits for the
 * end of the transaction.  Before the objects of a model are written, what
 * leaves collections of such objects does so.  Links come last.  Whatever is
 * done is done for all objects of a model that are treated alike in one
 * statement for each set of columns, rows to be changed in the order of keys.
 *
 * The key of a new object is known before it is written where somebody in the
 * same statement needs it (store/default_keys.c), else from the row that comes back.
 *
 * Everything lives in the memory context that was current at orm_graph_make.
 * Errors have the place of the object, or the nearest place that all rows of
 * the failed statement have in common.
 */
#ifndef ORM_GRAPH_GRAPH_H
#define ORM_GRAPH_GRAPH_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

#include "exec/plan.h"
#include "graph/labels.h"
#include "store/write.h"

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
	ORM_INTENT_FIND,		  /* by "key"; must exist; of its columns, only references are written */
	ORM_INTENT_FIND_OR_CREATE /* by the only unique key given; a row that is there stays as it is */
} OrmIntent;

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
	int *needed; /* attributes that are kept of rows that come back */
	int nneeded;
	int *place_of;		  /* by attribute: where it is in "needed", or -1 */
	const bool *readable; /* what comes back for the result; NULL: nothing, or not decided yet */
	bool readable_decided;
	struct OrmTwins *twins; /* which rows have been spoken of; see graph/same_rows.h */
	bool comes_back;		/* with the result comes all that is needed */
	bool keyed;				/* no result comes back, but of every row its primary key */
	OrmPlan *shape;			/* the form of the result, pinned; NULL: none */
	int component;			/* order_group.c; the lower is written first */
	int visit;				/* order_group.c, while ordering */
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
	int ntarget;		 /* many to many: attributes of the target */
	int *target_key;
	bool referring; /* there is a reference: it orders the groups */
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

/* A relationship that an object gives, for the result. */
typedef struct OrmGiven
{
	const OrmEdge *edge;
	bool list;
	List *items; /* of OrmObject * */
} OrmGiven;

/* What is kept of a column of the row. */
typedef struct OrmKnown
{
	Datum value;
	bool isnull;
	bool present;
} OrmKnown;

struct OrmObject
{
	OrmGroup *group;
	OrmRecord *record;
	const OrmPath *place; /* NULL: the root */
	OrmIntent intent;
	bool nested;
	bool labelled;	 /* others may refer to it by its label */
	bool by_key;	 /* it was given as its key, and is shown as such */
	bool by_parent;	 /* it says no key: it is the row that its parent has already, if any */
	bool fresh;		 /* it is known to be new */
	bool referenced; /* somebody needs its key */
	bool written;
	bool stored;		 /* its row has come back */
	uint8 action;		 /* OrmAction, when stored */
	int waits;			 /* order.c: how many of its references are to objects not written yet */
	uint64 visit;		 /* order.c: looking for circles */
	const OrmKey *key;	 /* FIND: what it is found by */
	OrmRecord *late;	 /* what is set of it when all is written */
	OrmObject *twin;	 /* another one of the same row, which is written for both */
	OrmObject *same_row; /* another one of the same row, which was there before; see graph/same_rows.h */
	bool says_more;		 /* than those */
	OrmReference *references;
	OrmReference *holders; /* references to it */
	OrmObject *owner;	   /* FIND: whose key says the rest of its own; NULL: it says all */
	OrmEdge *owner_edge;   /* by which it is the owner's */
	OrmKnown *known;	   /* by place in the group's "needed"; NULL: nothing yet */
	List *members;		   /* of OrmGiven *, as given */
	int json_offset;	   /* members of its row in the graph's "json" */
	int json_length;
};

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
	ORM_REMOVE_DELETE  /* the items, which are FIND; their rows go too */
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

struct OrmGraph
{
	MemoryContext context;
	List *groups;
	List *edges;
	List *removals;
	List *shapes;		/* of OrmPlan *, pinned; the last pinned last */
	List *later;		/* of OrmReference *: set when all is written */
	OrmObject **owners; /* of records, by their index */
	int nrecords;
	int capacity;
	bool result;			   /* rows are written to "json" as they come back */
	bool action;			   /* with result: inserted is told from updated */
	OrmOnConflict on_conflict; /* UPSERT: what happens to a row that is there; CREATE: ERROR or IGNORE */
	int nconflict_on;
	char *const *conflict_on;
	OrmLabels *labels;		 /* objects (OrmObject *) of this graph, or of one that was written before; or NULL */
	OrmFindLabel find_label; /* objects that were written before that; or NULL */
	bool checking;			 /* it will not be written: a label need not have a key yet */
	bool by_table;			 /* groups are ordered by how their tables refer to each other, too */
	bool told_apart;		 /* the tally tells inserted from updated */
	OrmTally tally;
	StringInfoData json;
};

/* Whose a record of the graph is. */
static inline OrmObject *
orm_graph_object(const OrmGraph *graph, const OrmRecord *record)
{
	return graph->owners[record->index];
}

/* In build.c: making graphs */

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

/* The two belong together by the edge. */
extern void orm_graph_connect(OrmGraph *graph, OrmEdge *edge, OrmObject *source, OrmObject *target);

/* Something leaves a collection of "owner". */
extern void orm_graph_remove(OrmGraph *graph, OrmRemovalKind kind, OrmEdge *edge, OrmObject *owner, List *items,
							 const OrmPath *place);

/* Can a row of an edge's holder be without the other, by a key that is NULL? */
extern bool orm_graph_may_unlink(const OrmEdge *edge);

/* The value of an attribute as far as it is known: of the row, else as given. */
extern bool orm_graph_value(const OrmObject *object, int attribute, Datum *value, bool *isnull);

/*
 * The object's primary key, values in key order ("key" has room for them); false: not all of it is known, or some is
 * NULL.
 */
extern bool orm_graph_key(const OrmObject *object, Datum *key);

/*
 * Fills the next row's columns from "from" on with attributes of an object,
 * and ends the row with "last".  False, with no row added, when one of them is
 * NULL or not known.
 */
struct OrmTuples;
extern bool orm_graph_add_tuple(struct OrmTuples *rows, int from, const OrmObject *object, const int *attributes, int n,
								bool last);

/* A value of one type as one of another. */
extern Datum orm_graph_convert(const OrmType *from, const OrmType *to, Datum value);

/* In read.c: reads an object; its nested objects have the intent SAVE unless they say otherwise. */
extern OrmObject *orm_graph_read(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmVerb verb, OrmJson json,
								 const OrmPath *place);

/* The same for an object that has been added already. */
extern void orm_graph_read_into(OrmGraph *graph, OrmObject *object, OrmVerb verb, OrmJson json);

/* The same for one whose record has been read; "nested": how many relationships it gives. */
extern void orm_graph_read_relationships(OrmGraph *graph, OrmObject *object, OrmJson json, int nested);

/* In order_group.c: numbers the groups' components; returns how many. */
extern int orm_order_groups(OrmGraph *graph);

/* Writes objects of one group that do not wait for each other, but for what one statement allows. */
typedef void (*OrmWave)(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* In order.c: hands all objects of a component that are not written to "wave" in the right order. */
extern void orm_order_component(OrmGraph *graph, int component, OrmWave wave);

/* In write.c: writes the graph. */
extern void orm_graph_flush(OrmGraph *graph);

/* In write.c: changes rows, which must exist, by records; as they are, those of references included. */
extern void orm_graph_update(OrmGraph *graph, OrmGroup *group, OrmRecord **records, int n);

/* In settle.c: puts the key of an owner, which is known, into the record of what it owns. */
extern void orm_settle_owned(OrmObject *object, const OrmObject *owner);

/* In collection.c: what leaves collections of such objects (NULL: of any) does so, as far as owners are known. */
extern void orm_removals_run(OrmGraph *graph, const OrmGroup *group);

/* In collection.c: raises P0002: what is to leave a collection is not in it. */
extern void orm_removals_not_in(const OrmEdge *edge, const OrmObject *item) pg_attribute_noreturn();

/*
 * In leave.c: deletes rows that leave, by the primary keys of records, and what
 * goes with them.  Raises 21000 for what the graph writes, 09000 where a row stays.
 */
extern void orm_removals_delete(const OrmGraph *graph, const OrmGroup *group, OrmRecord **records, int n);

/* In join_rows.c: writes the rows of an edge's join table. */
extern void orm_links_insert(const OrmEdge *edge);

/* In join_rows.c: takes away those that lead from owners of the removals to others than their items. */
extern void orm_links_delete_others(const OrmEdge *edge, const List *removals);

/* In join_rows.c: takes away those that lead from owners to their items; raises P0002 where there is none. */
extern void orm_links_delete(const OrmEdge *edge, const List *removals);

/* In result.c: the member "$action" of an object that is stored. */
extern const char *orm_graph_action(const OrmObject *object);

/* In result.c: the document of what was written, in the shape that was given. */
extern Datum orm_graph_result(OrmGraph *graph, OrmObject **roots, int n, bool array);

/* In result.c: was the object not stored, as "on_conflict": "ignore" has it? */
extern bool orm_graph_is_left_out(const OrmObject *object);

#endif
