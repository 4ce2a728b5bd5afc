/*
 * read.h - reading documents into graphs.
 *
 *     to-one     null | item
 *     to-many    [item] | {"$set": [item], "$save": [item], "$connect": [ref],
 *                "$connect_or_create": [object], "$disconnect": [ref], "$delete": [ref]}
 *     item       scalar (a key) | object | {"$ref": label} | {"$connect": ref} | {"$connect_or_create": object}
 *     ref        scalar | object of only a key, primary or unique | {"$ref": label};
 *                without the part of its key that the parent supplies
 *
 * "$set" replaces the collection by the items that all instructions put into
 * it.
 */
#ifndef ORM_GRAPH_READ_H
#define ORM_GRAPH_READ_H

#include "graph/types.h"
#include "store/reader.h"

/* A relationship given in an object, for the result. */
typedef struct OrmGiven
{
	const OrmEdge *edge;
	bool list;
	List *items; /* of OrmObject * */
} OrmGiven;

/* The object in the document, set by reading. */
typedef struct OrmSaid
{
	bool nested;
	bool labelled;		 /* has a label, by which others may reference it */
	bool by_key;		 /* given as a scalar key, and returned as such */
	bool by_parent;		 /* gives no key: the existing child of its parent, if there is one */
	const OrmKey *key;	 /* FIND: the key that identifies its row */
	OrmObject *owner;	 /* FIND: the owner whose key completes that of the object; NULL: the key is complete */
	OrmEdge *owner_edge; /* edge to the owner */
	OrmObject *parent;	 /* the object in which it is nested; NULL for a root */
	OrmEdge *parent_edge;
	List *members; /* of OrmGiven *, in document order */
	bool broken;   /* could not be read completely; a finding has the reason */
} OrmSaid;

/*
 * Adds an object to a group and reads it.  Its nested objects have the intent
 * SAVE, unless an instruction says otherwise.
 */
extern OrmObject *orm_read_object(OrmGraph *graph, OrmGroup *group, OrmIntent intent, OrmVerb verb, OrmJson json,
								  const OrmPath *place);

/*
 * Runs work(argument), which reads a part of a document at a place.  If errors
 * are collected and it raises one, returns false, and objects added by it are
 * broken.
 */
extern bool orm_read_part(OrmGraph *graph, void (*work)(void *), void *argument, const OrmPath *place);

/* Reads an object that was already added. */
extern void orm_read_into(OrmGraph *graph, OrmObject *object, OrmVerb verb, OrmJson json);

/* Reads the relationships of an object whose record was read; "nested" is their number. */
extern void orm_read_relationships(OrmGraph *graph, OrmObject *object, OrmJson json, int nested);

#endif
