/*
 * same_rows.h - one row in several places of a document.
 *
 * A document that was read with its relationships may contain a row many times.
 * This is allowed if one of its objects includes the others, and is written for
 * them.  Otherwise the object written last would win, and the result would have
 * stale values elsewhere: 21000, with both places.  Objects of one wave and of
 * different waves are compared by their primary keys:
 *
 *     both are written by their key    one must give, with equal values and no patch, all attributes of the other,
 *                                      keys of parents included; it is written for both, and both show its row
 *     one is only named by its key     its references must not contradict the other, which is written for both
 *                                      unless one of them is already written
 *     one is upserted                  its key is known afterwards; attributes given by both must be equal
 *
 * Objects that are only found or created are not compared.
 */
#ifndef ORM_GRAPH_SAME_ROWS_H
#define ORM_GRAPH_SAME_ROWS_H

#include "graph/types.h"

/* The other objects of an object's row. */
typedef struct OrmSameRow
{
	OrmObject *twin; /* the object written for both; NULL: none */
	OrmObject *next; /* another object of the row, read before */
	bool says_more;	 /* includes the objects read before */
	bool merged;	 /* merged into its twin before ordering */
} OrmSameRow;

/*
 * Merges two objects of one row if it is new, or if they reference each other,
 * before objects are ordered; the merged object has the references of both.
 */
extern void orm_same_rows_merge(OrmGraph *graph);

/* Copies the returned rows to merged objects. */
extern void orm_same_rows_share_merged(OrmGraph *graph);

/* Compares objects to be written with each other and with written ones, and sets their twins; raises 21000. */
extern void orm_same_rows_find(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* As orm_same_rows_find(), for objects that were upserted. */
extern void orm_same_rows_find_upserted(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* After an object was written: copies its returned row from its twin, or to the objects that it includes. */
extern void orm_same_rows_share(OrmObject *object);

/* The object whose row is shown for an object that is only named, or only found or created. */
extern const OrmObject *orm_same_rows_shown(const OrmObject *object);

#endif
