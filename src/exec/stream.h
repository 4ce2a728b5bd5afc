/*
 * stream.h - the objects of a query one by one, in the memory of a few.
 */
#ifndef ORM_EXEC_STREAM_H
#define ORM_EXEC_STREAM_H

#include "query/query.h"

/*
 * ALL, an object at a time: reads the root through a cursor, so many objects at
 * once, and their graphs.  All of it sees the snapshot of the beginning.  The
 * stream lives in "context" (of the call's query), and so must all that the
 * request points to; closing is needed only when it ends early.  Raises 0A000
 * for a query that locks, 34000 when the transaction that it was begun in is
 * over.
 */
typedef struct OrmStream OrmStream;

extern OrmStream *orm_stream_open(const OrmQueryRequest *request, MemoryContext context);
extern bool orm_stream_next(OrmStream *stream, Datum *json);
extern void orm_stream_close(OrmStream *stream);

#endif
