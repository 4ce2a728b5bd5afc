/*
 * stream.h - reading the objects of a query one at a time, in batches.
 */
#ifndef ORM_EXEC_STREAM_H
#define ORM_EXEC_STREAM_H

#include "query/query.h"

/*
 * ALL, one object at a time: reads batches of the root through a cursor, and their graphs,
 * all under the snapshot of the beginning.  The stream is allocated in "context", and
 * everything referenced by the request must live as long.  Closing is needed only before
 * the last object.  Raises 0A000 for a query with "lock", 34000 after the end of the
 * transaction that opened the stream.
 */
typedef struct OrmStream OrmStream;

extern OrmStream *orm_stream_open(const OrmQueryRequest *request, MemoryContext context);
extern bool orm_stream_next(OrmStream *stream, Datum *json);
extern void orm_stream_close(OrmStream *stream);

#endif
