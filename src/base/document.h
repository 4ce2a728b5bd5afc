/*
 * document.h - orm.document, the one type of every document that comes in.
 *
 * A value of the type is the JSON text exactly as it was given and, beside it,
 * the list of its nodes in document order, made once by the type's input
 * function with PostgreSQL's own JSON parser.  A reader of a document walks
 * that list and parses nothing again.  (Why not the jsonb form: it loses the
 * order of keys, which select lists and loads need; it hides a key that stands
 * twice, which is an error here; and it is several times slower to make.)
 *
 * Layout of the varlena:
 *
 *     header | OrmNode[nnodes] | text[text_length] | decoded strings
 *
 * Node 0 is the root.  The children of an array follow it in order; those of
 * an object are key, value, key, value...  "next" is the index of the first
 * node after a node and all below it, so that walking the children of a
 * container is a loop of jumps.  A string node points at the decoded bytes:
 * into the text where it has no escapes (between the quotes), behind the text
 * where it has.
 *
 * JSON allows strings that no string of the database can say ("\u0000", half a
 * surrogate pair).  Like type json a document takes them, because they may
 * stand in a value for a json column, which is never parsed further.  Such a
 * string is of a kind of its own, ORM_JSON_UNDECODABLE, and its bytes are its
 * source text; as a key it equals nothing.
 */
#ifndef ORM_BASE_DOCUMENT_H
#define ORM_BASE_DOCUMENT_H

#include "fmgr.h"
#include "base/error.h"

typedef enum OrmJsonKind
{
	ORM_JSON_NULL,
	ORM_JSON_FALSE,
	ORM_JSON_TRUE,
	ORM_JSON_NUMBER,
	ORM_JSON_STRING,
	ORM_JSON_UNDECODABLE, /* a string with escapes that are no characters */
	ORM_JSON_ARRAY,		  /* this and the next are the containers */
	ORM_JSON_OBJECT
} OrmJsonKind;

typedef struct OrmNode
{
	uint32 kind;   /* OrmJsonKind */
	uint32 next;   /* first node behind this one's subtree */
	uint32 offset; /* of its bytes, from the start of the text */
	uint32 length; /* of its bytes; of a container: its source text, braces included */
	uint32 count;  /* of a container: its elements or members;
								 * of a string: the offset of its opening quote */
} OrmNode;

typedef struct OrmDocument
{
	int32 vl_len_;	/* varlena header, do not touch */
	uint16 version; /* of this layout: ORM_DOCUMENT_VERSION */
	uint16 depth;	/* deepest nesting of containers; a scalar is 0 */
	uint32 nnodes;
	uint32 text_length;
	OrmNode nodes[FLEXIBLE_ARRAY_MEMBER];
} OrmDocument;

#define ORM_DOCUMENT_VERSION 1

/* A value inside a document; small enough to be passed by value. */
typedef struct OrmJson
{
	const OrmDocument *document;
	const OrmNode *node;
} OrmJson;

/*
 * Parses JSON text of "length" bytes in the database encoding and returns a
 * new document, palloc'd in the current context.  Raises 22P02 for what is no
 * JSON (PostgreSQL's own message), 22P05 for an escaped character that the
 * database encoding does not have, 54000 for one too large to address.
 */
extern OrmDocument *orm_document_parse(const char *text, int length);

/*
 * The document in an argument, detoasted.  A reader of a document that a
 * user gave opens it with this.  Raises 54000 when it is deeper or
 * has more nodes than orm.max_document_depth and orm.max_document_nodes allow.
 */
extern OrmDocument *orm_document_open(Datum datum);

/* Defines the two settings; called once from _PG_init. */
extern void orm_document_init(void);

static inline const char *
orm_document_text(const OrmDocument *document)
{
	return (const char *) &document->nodes[document->nnodes];
}

static inline OrmJson
orm_document_root(const OrmDocument *document)
{
	OrmJson root = {document, document->nodes};

	return root;
}

static inline OrmJsonKind
orm_json_kind(OrmJson json)
{
	return (OrmJsonKind) json.node->kind;
}

/*
 * The bytes of a value, not terminated: of a string what it says, decoded; of
 * anything else its source text.  "json.node->length" of them.
 */
static inline const char *
orm_json_bytes(OrmJson json)
{
	return orm_document_text(json.document) + json.node->offset;
}

/* The same, terminated, palloc'd.  Raises 22P05 for a string that cannot be decoded. */
extern char *orm_json_string(OrmJson json);

/* The source text of a value exactly as it was given, quotes of a string included; not terminated. */
extern const char *orm_json_source(OrmJson json, int *length);

/* Is this a string (or a key) that says exactly "text"? */
extern bool orm_json_equals(OrmJson json, const char *text);

/* Walking a container:  OrmJsonWalk walk = orm_json_walk(json);
 *                       while (orm_json_next(&walk)) ... walk.key, walk.value, walk.index */
typedef struct OrmJsonWalk
{
	OrmJson key; /* of an object only */
	OrmJson value;
	int index; /* 0, 1, ... */
	const OrmNode *following;
	const OrmNode *end;
	bool object;
} OrmJsonWalk;

extern OrmJsonWalk orm_json_walk(OrmJson container);
extern bool orm_json_next(OrmJsonWalk *walk);

/* The member of an object with that key, if it has one. */
extern bool orm_json_member(OrmJson object, const char *key, OrmJson *value);

/* What a kind is called in messages: "a string", "an object"... */
extern const char *orm_json_kind_name(OrmJsonKind kind);

#endif
