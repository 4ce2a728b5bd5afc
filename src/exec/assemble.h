/*
 * assemble.h - writing the objects of a graph that has been read; step 3 of
 * exec/loader.h.
 */
#ifndef ORM_EXEC_ASSEMBLE_H
#define ORM_EXEC_ASSEMBLE_H

#include "exec/loader.h"

/* Step 3: writes root objects from .. to-1, with commas between them. */
extern void orm_assemble_write(OrmLoader *loader, StringInfo out, int from, int to);

/* KEYS: makes room for all objects; writes the one of a key, or null and returns false. */
extern void orm_assemble_reserve(const OrmLoader *loader, StringInfo out);
extern bool orm_assemble_keyed(OrmLoader *loader, StringInfo out, int group);

#endif
