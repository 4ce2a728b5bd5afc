/*
 * labels.h - labels of objects, by which others reference them before their
 * keys are known.
 *
 *     orm.add('Author', '{"name": "Ada"}', 'ada');
 *     orm.add('Post', '{"title": "Notes", "author": {"$ref": "ada"}}');
 *
 * A labelled object is written together with the objects that reference it, or
 * was written earlier in the transaction; then the session keeps its key
 * (session/).
 */
#ifndef ORM_GRAPH_LABELS_H
#define ORM_GRAPH_LABELS_H

#include "utils/palloc.h"

#include "graph/types.h"

/* A table of labels. */
typedef struct OrmLabels OrmLabels;

/* Creates an empty table in a memory context. */
extern OrmLabels *orm_labels_make(MemoryContext context);

/* The object with the label; NULL if there is none, or "labels" is NULL. */
extern void *orm_labels_find(const OrmLabels *labels, const char *label);

/* Assigns a label, which must outlive the table, to an object, replacing another one. */
extern void orm_labels_put(OrmLabels *labels, const char *label, void *what);

/* Removes a label. */
extern void orm_labels_drop(OrmLabels *labels, const char *label);

/* A labelled object that was queued earlier in the transaction. */
typedef struct OrmLabelled
{
	const char *model;
	int nkey;		  /* 0: not written yet */
	char *const *key; /* texts of its primary key values, in key order, in the format of orm_settings_exact */
} OrmLabelled;

/* Looks up a label; false if no object visible to the user has it. */
typedef bool (*OrmFindLabel)(const char *label, OrmLabelled *found);

/* The labels that objects of a graph may reference. */
typedef struct OrmLabelScope
{
	OrmLabels *table;  /* objects (OrmObject *) of this graph, or of one written before it; or NULL */
	OrmFindLabel find; /* finds objects written earlier; or NULL */
	bool checking;	   /* the graph is not written: an object need not have a key, and a label need not exist */
	List *missing;	   /* checking: missing labels (char *) */
} OrmLabelScope;

/*
 * The object of the group's model with a label; a row that is already written
 * gets an object of its own with the intent FIND.  Raises 42704 for a missing
 * label, 22023 for one of another model, 55000 for an object that is not
 * written yet.
 */
extern OrmObject *orm_labels_object(OrmGraph *graph, OrmGroup *group, const char *label, const OrmPath *place);

#endif
