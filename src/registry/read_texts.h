/*
 * read_texts.h - texts of model functions that have been read without an error, in this session.
 */
#ifndef ORM_REGISTRY_READ_TEXTS_H
#define ORM_REGISTRY_READ_TEXTS_H

/* Has this text of a function been read? */
extern bool orm_read_texts_has(Oid function, const char *text);

/* Remembers it. */
extern void orm_read_texts_add(Oid function, const char *text);

#endif
