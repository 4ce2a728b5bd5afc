/*
 * labels.h - names for objects that are not written yet.
 *
 *     orm.add('Author', '{"name": "Ada"}', 'ada');
 *     orm.add('Post', '{"title": "Notes", "author": {"$ref": "ada"}}');
 *
 * An object with a label is written together with what refers to it, or was
 * written earlier in the transaction; then its key is remembered (session/).
 */
#ifndef ORM_GRAPH_LABELS_H
#define ORM_GRAPH_LABELS_H

#include "utils/palloc.h"

#include "graph/types.h"

/* What has which label. */
typedef struct OrmLabels OrmLabels;

/* No labels yet; all memory is in that context. */
extern OrmLabels *orm_labels_make(MemoryContext context);

/* What has the label; NULL: nothing, or "labels" is NULL. */
extern void *orm_labels_find(const OrmLabels *labels, const char *label);

/* Gives the label, which must outlive the table, to an object; another one loses it. */
extern void orm_labels_put(OrmLabels *labels, const char *label, void *what);

/* Takes the label away. */
extern void orm_labels_drop(OrmLabels *labels, const char *label);

/* An object that was queued earlier in the transaction. */
typedef struct OrmLabelled
{
	const char *model;
	int nkey;		  /* 0: it is not written yet */
	char *const *key; /* texts of its primary key's values, in key order, as orm_settings_exact has them */
} OrmLabelled;

/* Looks for one; false: nothing has the label, as far as the user may know. */
typedef bool (*OrmFindLabel)(const char *label, OrmLabelled *found);

/* The labels that objects of a graph may refer to. */
typedef struct OrmLabelScope
{
	OrmLabels *table;  /* objects (OrmObject *) of this graph, or of one that was written before it; or NULL */
	OrmFindLabel find; /* objects that were written earlier; or NULL */
	bool checking;	   /* the graph will not be written: a label need not have a key yet, nor exist */
	List *missing;	   /* checking: labels that do not exist (char *) */
} OrmLabelScope;

/* The object of the group's model that has the label; raises 42704 when there is none. */
extern OrmObject *orm_labels_object(OrmGraph *graph, OrmGroup *group, const char *label, const OrmPath *place);

#endif
