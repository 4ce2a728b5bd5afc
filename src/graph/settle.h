/*
 * settle.h - propagating keys to referencing records.
 */
#ifndef ORM_GRAPH_SETTLE_H
#define ORM_GRAPH_SETTLE_H

#include "graph/graph.h"

/*
 * Puts the key of a reference's target into a record of the holder, as an
 * assignment does; false when it is not known.  Raises 22023 when the record
 * gives the key of another object, 23502 when the target's key is NULL, 23503
 * when the holder cannot hold it, and what the assignment raises.
 */
extern bool orm_settle_reference(const OrmReference *reference, OrmRecord *record);

/* The same for the attributes of the holder's primary key that the record does not give. */
extern bool orm_settle_shared(const OrmReference *reference, OrmRecord *record);

/* The first for the records of objects; where "must", for all references, else as far as targets are written. */
extern void orm_settle_all(OrmObject **objects, int n, bool must);

/* Puts the key of an owner, which is known, into the record of an object of its collection. */
extern void orm_settle_owned(OrmObject *object, const OrmObject *owner);

/* Raises 22023: the holder gives another key than that of the object that it is connected with. */
extern void orm_settle_disagree(const OrmReference *reference, int attribute) pg_attribute_noreturn();

/* Does the holder's row refer to the target? */
extern bool orm_settle_is_connected(const OrmReference *reference);

/*
 * Raises 428C9 for a relationship of a stored object that its row does not have,
 * because the foreign key is a generated column.
 */
extern void orm_settle_check_generated(const OrmObject *object);

/* The same for a row that is to be removed from a collection. */
extern void orm_settle_raise_generated(const OrmEdge *edge, const OrmPath *place) pg_attribute_noreturn();

/* Raises 42501: a key is not known, because the caller may not read it. */
extern void orm_settle_unknown(const OrmReference *reference) pg_attribute_noreturn();

/* Gives a record the primary key of its object. */
extern void orm_settle_key(OrmRecord *record, const OrmObject *object);

#endif
