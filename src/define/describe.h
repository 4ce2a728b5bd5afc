/*
 * describe.h - orm.describe.
 */
#ifndef ORM_DEFINE_DESCRIBE_H
#define ORM_DEFINE_DESCRIBE_H

/* The model document of a model, palloc'd JSON text. */
extern char *orm_describe_model(const char *name);

#endif
