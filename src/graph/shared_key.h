/*
 * shared_key.h - the part of a nested object's key that is the owner's as well.
 *
 * A foreign key of a belongs_to may contain a column of the owner's own key,
 * (tenant, team_id), and a join table may have one column for both ends,
 * (tenant, post_id, tag_id).  A nested object may omit its value there.
 *
 * The value is that of the owner's object, of the objects that it references, or
 * of its row; if the nested object is written, the row counts only for columns of
 * the owner's primary key or of another relationship.  If the owner is new, and the
 * nested object cannot be found or written without the value, the default of the
 * owner's column is made while the document is read, unless a BEFORE INSERT trigger
 * could change it.
 */
#ifndef ORM_GRAPH_SHARED_KEY_H
#define ORM_GRAPH_SHARED_KEY_H

#include "graph/place.h"

/* Completes the primary key of a reference that gives a part of it, else its unique keys. */
extern void orm_shared_key_complete(const OrmPlace *place, OrmObject *object);

/*
 * The same for an object that is written: completes its primary key, or else
 * supplies the values of a new row.
 */
extern void orm_shared_key_supply(const OrmPlace *place, OrmObject *object);

typedef enum OrmSharedKeyMade
{
	ORM_SHARED_KEY_MADE,
	ORM_SHARED_KEY_LATER, /* with findings: generated when the owner is written */
	ORM_SHARED_KEY_UNKNOWN
} OrmSharedKeyMade;

/* Sets the attributes of a has_many item's primary key that its owner supplies; makes defaults of new owners. */
extern OrmSharedKeyMade orm_shared_key_make(const OrmGraph *graph, const OrmEdge *edge, OrmObject *owner,
											OrmRecord *record);

/* The only attribute of a key that the owner does not have; -1 if there is none, or more than one. */
extern int orm_shared_key_own(const OrmEdge *edge, const OrmKey *key);

/* The position of a join table's column in its foreign key to the source, or -1. */
extern int orm_shared_key_position(const OrmRelationship *relationship, AttrNumber join_column);

#endif
