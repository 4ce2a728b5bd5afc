/*
 * settle.h - propagating keys to referencing records.
 */
#ifndef ORM_GRAPH_SETTLE_H
#define ORM_GRAPH_SETTLE_H

#include "graph/graph.h"

/*
 * Sets the foreign key in a record of the holder to the target's key, converted
 * as an assignment does; false if that key is not known.  Raises 22023 if the
 * record gives another key, 23502 if the target's key is NULL, 23503 if the
 * holder's type cannot hold it, and the errors of the conversion.
 */
extern bool orm_settle_reference(const OrmReference *reference, OrmRecord *record);

/* As orm_settle_reference(), only for missing attributes of the holder's primary key. */
extern bool orm_settle_shared(const OrmReference *reference, OrmRecord *record);

/*
 * Settles the references of objects: with "must" all of them, raising 42501 for
 * a key that is not known; else those to written targets.
 */
extern void orm_settle_all(OrmObject **objects, int n, bool must);

/* Sets the known key of an owner in the record of an object of its collection. */
extern void orm_settle_owned(OrmObject *object, const OrmObject *owner);

/* Raises 22023: the holder gives another key than that of the connected object. */
extern void orm_settle_disagree(const OrmReference *reference, int attribute) pg_attribute_noreturn();

/* Does the holder's row reference the target? */
extern bool orm_settle_is_connected(const OrmReference *reference);

/*
 * Raises 428C9 if the row of a stored object does not have a given
 * relationship, because the foreign key is a generated column.
 */
extern void orm_settle_check_generated(const OrmObject *object);

/* Raises 428C9: a row cannot be removed from a collection. */
extern void orm_settle_raise_generated(const OrmEdge *edge, const OrmPath *place) pg_attribute_noreturn();

/* Raises 42501: a key is not known, because the caller may not read it. */
extern void orm_settle_unknown(const OrmReference *reference) pg_attribute_noreturn();

/* Sets the primary key of an object in a record, as far as it is known. */
extern void orm_settle_key(OrmRecord *record, const OrmObject *object);

#endif
