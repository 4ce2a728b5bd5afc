/*
 * same_rows.h - one row that stands in several places of a document.
 *
 * What was read with its relationships has the same object many times, so that
 * is no mistake as long as none of them says what the fullest does not.  If one
 * does, whoever is written last would win, and the answer would show in one place
 * what is no longer true: 21000, naming both places.  Objects of one wave and of
 * different waves are compared alike, by their primary keys.
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
	bool says_more;	 /* than those */
	bool merged;	 /* into its twin, before anything was ordered */
} OrmSameRow;

/*
 * Makes one object of two of the same new row, or of a circle, before they are
 * ordered: the references of both are then those of one.
 */
extern void orm_same_rows_merge(OrmGraph *graph);

/* What is known of the rows of merged objects is known of those that were merged into them. */
extern void orm_same_rows_share_merged(OrmGraph *graph);

/* Looks for objects that are going to be written among themselves and those that were; sets their twins. */
extern void orm_same_rows_find(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* The same for those that have been upserted. */
extern void orm_same_rows_find_upserted(OrmGraph *graph, OrmGroup *group, OrmObject **objects, int n);

/* An object has been written: what is known of its row is known of its twin's, or of those that said less. */
extern void orm_same_rows_share(OrmObject *object);

/* What is shown of an object: of one that is only named, its row as another one of the document has left it. */
extern const OrmObject *orm_same_rows_shown(const OrmObject *object);

#endif
