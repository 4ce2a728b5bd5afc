/*
 * path.h - places in documents.
 *
 * A place is a chain of OrmPath records on the C stack, one for each level that
 * has been entered; nothing is allocated until an error needs the text.  The
 * root of a document has no record: its path is NULL.
 */
#ifndef ORM_BASE_PATH_H
#define ORM_BASE_PATH_H

typedef struct OrmPath
{
	const struct OrmPath *parent; /* NULL: directly below the root */
	const char *key;			  /* key of an object, or NULL: "index" counts */
	int index;
} OrmPath;

/* A step down: `OrmPath here = orm_path_key(path, "where");` */
static inline OrmPath
orm_path_key(const OrmPath *parent, const char *key)
{
	OrmPath path = {parent, key, 0};

	return path;
}

static inline OrmPath
orm_path_index(const OrmPath *parent, int index)
{
	OrmPath path = {parent, NULL, index};

	return path;
}

/* Is it below a key of an object, not the root or an element of it? */
static inline bool
orm_path_is_nested(const OrmPath *path)
{
	return path != NULL && (path->key != NULL || path->parent != NULL);
}

/* The place as text, "where.and[1].edda"; palloc'd; "" for the root. */
extern char *orm_path_text(const OrmPath *path);

/* The nearest place that two places are below, or one of the two; NULL: the root. */
extern const OrmPath *orm_path_common(const OrmPath *a, const OrmPath *b);

#endif
