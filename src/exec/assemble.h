/*
 * assemble.h - writing the objects of a loaded graph; step 3 of exec/loader.h.
 */
#ifndef ORM_EXEC_ASSEMBLE_H
#define ORM_EXEC_ASSEMBLE_H

#include "exec/loader.h"

/* Writes the root objects from .. to-1, separated by commas. */
extern void orm_assemble_write(OrmLoader *loader, StringInfo out, int from, int to);

/* KEYS: reserve makes room for all objects; keyed writes the object of a key, or null, returning false. */
extern void orm_assemble_reserve(const OrmLoader *loader, StringInfo out);
extern bool orm_assemble_keyed(OrmLoader *loader, StringInfo out, int group);

#endif
