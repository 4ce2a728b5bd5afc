/*
 * same_rows.h - one row in several places of a document.
 *
 * A document that was read with its relationships may contain a row many times.
 * That is no error as long as one of its objects includes all the others; then it
 * is written for them.  Otherwise the object written last would win, and the
 * answer would show stale values elsewhere: 21000, naming both places.  Objects of
 * one wave and of different waves are compared alike, by their primary keys.
 *
 *     both are written by their key    one must give, with the same values and no patch, all that the other gives,
 *                                      keys of parents included; it is written for both, and both show its row
 *     one is named by its key only     what references make of it must not contradict what the other gives, which is
 *                                      written for both if neither has been yet
 *     one is upserted                  its key is known afterwards; what both give must be the same
 *
 * Objects that are only found or made say nothing.
 *  */
#ifndef ORM_GRAPH_SAME_ROWS_H
#define ORM_GRAPH_SAME_ROWS_H

#include "graph/types.h"

/* Other objects of an object's row. */
typedef struct OrmSameRow
{
	OrmObject *twin; /* this one is written for both; NULL: none */
	OrmObject *next; /* another one, which was read before */
	bool says_more;	 /* it includes those */
	bool merged;	 /* into its twin, before anything was ordered */
} OrmSameRow;

/*
 * Makes one object of two of the same new row, or of a circle, before they are
 * ordered: the references of both are then those of one.
 */
extern void orm_same_rows_merge(OrmGraph *graph);

/* Copies what came back of rows to the objects that were merged. */
extern void orm_same_rows_share_merged(OrmGraph *graph);

/* Compares objects that are to be written with each other and with written ones; sets their twins. */
extern void orm_same_rows_find(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* The same for objects that have been upserted. */
extern void orm_same_rows_find_upserted(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* After an object was written: copies what came back of its row from its twin, or to objects that it includes. */
extern void orm_same_rows_share(OrmObject *object);

/* The object whose row is shown for an object that is only named. */
extern const OrmObject *orm_same_rows_shown(const OrmObject *object);

#endif
