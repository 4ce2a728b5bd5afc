/*
 * read.h - reading objects of documents into graphs.
 *
 *     to-one     null | item
 *     to-many    [item] | {"$set": [item], "$save": [item], "$connect": [ref],
 *                "$connect_or_create": [object], "$disconnect": [ref], "$delete": [ref]}
 *     item       scalar (a key) | object | {"$ref": label} | {"$connect": ref} | {"$connect_or_create": object}
 *     ref        scalar | object of just a key, primary or unique | {"$ref": label};
 *                without the part of the primary key that the parent of a collection supplies
 *
 * With "$set" the collection becomes what all instructions put into it.
 */
#ifndef ORM_GRAPH_READ_H
#define ORM_GRAPH_READ_H

#include "graph/types.h"
#include "store/reader.h"

/* A relationship that an object gives, for the result. */
typedef struct OrmGiven
{
	const OrmEdge *edge;
	bool list;
	List *items; /* of OrmObject * */
} OrmGiven;

/* What the document says of an object: set while it is read. */
typedef struct OrmSaid
{
	bool nested;
	bool labelled;		 /* others may refer to it by its label */
	bool by_key;		 /* it was given as its key, and is shown as such */
	bool by_parent;		 /* it gives no key: it is the existing child of its parent, if there is one */
	const OrmKey *key;	 /* FIND: what it is found by */
	OrmObject *owner;	 /* FIND: its key completes that of the object; NULL: that is given whole */
	OrmEdge *owner_edge; /* by which it is the owner's */
	List *members;		 /* of OrmGiven *, as given */
	bool broken;		 /* it could not be read whole: a finding says why */
} OrmSaid;

/* Reads an object; its nested objects have the intent SAVE unless they say otherwise. */
extern OrmObject *orm_read_object(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmVerb verb, OrmJson json,
								  const OrmPath *place);

/*
 * Reads a part of a document, at a place, by work(argument).  Where errors are
 * collected, reading goes on behind the part: returns false then, and objects that
 * were added for it are broken.
 */
extern bool orm_read_part(OrmGraph *graph, void (*work)(void *), void *argument, const OrmPath *place);

/* The same for an object that has been added already. */
extern void orm_read_into(OrmGraph *graph, OrmObject *object, OrmVerb verb, OrmJson json);

/* The same for one whose record has been read; "nested": how many relationships it gives. */
extern void orm_read_relationships(OrmGraph *graph, OrmObject *object, OrmJson json, int nested);

#endif
