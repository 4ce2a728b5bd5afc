/*
 * read_texts.c - see read_texts.h.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "registry/model_text.h"
#include "registry/read_texts.h"

/* How many are kept; then all are forgotten. */
#define MAX_TEXTS 10000

typedef struct ReadText
{
	Oid function;
	uint32 hash;
} ReadText;

static HTAB *texts = NULL; /* of ReadText */

bool
orm_read_texts_has(Oid function, const char *text)
{
	ReadText key = {function, orm_model_text_hash(text)};

	return texts != NULL && hash_search(texts, &key, HASH_FIND, NULL) != NULL;
}

void
orm_read_texts_add(Oid function, const char *text)
{
	ReadText key = {function, orm_model_text_hash(text)};

	if (texts != NULL && hash_get_num_entries(texts) >= MAX_TEXTS)
	{
		hash_destroy(texts);
		texts = NULL;
	}
	if (texts == NULL)
	{
		HASHCTL control = {.keysize = sizeof(ReadText), .entrysize = sizeof(ReadText), .hcxt = CacheMemoryContext};

		texts = hash_create("orm texts of models", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	(void) hash_search(texts, &key, HASH_ENTER, NULL);
}
