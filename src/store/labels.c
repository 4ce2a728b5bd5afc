/*
 * labels.c - a table of labels; see labels.h.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"

#include "store/labels.h"

struct OrmLabels
{
	HTAB *table;
};

typedef struct Entry
{
	const char *label; /* the key */
	void *what;
} Entry;

/* Hashes the text of a label, not its address. */
static uint32
hash_label(const void *key, Size size)
{
	const char *label = *(const char *const *) key;

	return hash_bytes((const unsigned char *) label, (int) strlen(label));
}

/* Compares the texts of labels. */
static int
compare_labels(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

OrmLabels *
orm_labels_make(MemoryContext context)
{
	OrmLabels *labels = MemoryContextAlloc(context, sizeof(OrmLabels));
	HASHCTL control = {
		.keysize = sizeof(char *),
		.entrysize = sizeof(Entry),
		.hash = hash_label,
		.match = compare_labels,
		.hcxt = context,
	};

	labels->table = hash_create("orm labels", 32, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	return labels;
}

void *
orm_labels_find(const OrmLabels *labels, const char *label)
{
	const Entry *entry = labels ? hash_search(labels->table, &label, HASH_FIND, NULL) : NULL;

	return entry ? entry->what : NULL;
}

void
orm_labels_put(OrmLabels *labels, const char *label, void *what)
{
	Entry *entry = hash_search(labels->table, &label, HASH_ENTER, NULL);

	entry->label = label;
	entry->what = what;
}

void
orm_labels_drop(OrmLabels *labels, const char *label)
{
	hash_search(labels->table, &label, HASH_REMOVE, NULL);
}
