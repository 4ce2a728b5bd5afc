/*
 * document.c - making and walking documents; see document.h for the layout.
 *
 * A document is made in one pass of the server's JSON parser.  The parser is
 * run without decoding of strings and without a callback for scalars, because
 * with either it allocates a copy of every token; with neither, a parse costs
 * little more than json's own validation.  What the callbacks need is in the
 * lexer: when a value begins, the lexer has already read its first token, so
 * token_start and token_terminator are those of that token; when a container
 * ends, prev_token_terminator is behind its closing bracket.  A key has been
 * read and left behind when its callback comes: it is found again between the
 * end of what came before it ("cursor") and the colon.
 *
 * Strings that contain a backslash are rare; a second lexer, over the same
 * text and with decoding, reads just those.
 */
#include "postgres.h"

#include <ctype.h>
#include <limits.h>

#include "common/jsonapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/jsonfuncs.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/document.h"

/* Room for nodes at the start: one for so many bytes of text, within bounds. */
#define BYTES_PER_NODE 8
#define MIN_NODES 8
#define MAX_NODES_AT_START 65536

/* The parser looks for interrupts once for so many nodes, or bytes of text. */
#define NODES_PER_INTERRUPT 4096
#define BYTES_PER_INTERRUPT (1024 * 1024)

#define NO_NODE PG_UINT32_MAX

static int max_document_depth = 64;
static int max_document_nodes = 5000000;

typedef struct NodeBuilder
{
	JsonLexContext *lex;
	JsonLexContext *decoder; /* made when a string needs it */
	const char *text;
	uint32 text_length;
	OrmDocument *document; /* with room for "capacity" nodes */
	Size room;			   /* its size in memory */
	uint32 nnodes;
	uint32 capacity;
	uint32 open; /* innermost open container; its "next" is the one around it */
	uint32 depth;
	uint32 deepest;
	const char *cursor; /* end of the last value, or start of a container's inside */
	StringInfoData decoded;
} NodeBuilder;

/* Raises the error of a text for which no document can be made. */
static void
raise_too_large(void)
{
	ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("document is too large"),
			errdetail("Its text and the list of its nodes must fit into %d bytes.", (int) MaxAllocSize));
}

/* Doubles the room for nodes. */
static void
grow(NodeBuilder *builder)
{
	const uint32 most = (MaxAllocSize - offsetof(OrmDocument, nodes)) / sizeof(OrmNode);

	if (builder->capacity >= most)
		raise_too_large();
	builder->capacity = Min(most, builder->capacity * 2);
	builder->room = offsetof(OrmDocument, nodes) + builder->capacity * sizeof(OrmNode);
	builder->document = repalloc(builder->document, builder->room);
}

/* Appends a node for the bytes between two points of the text and returns its index. */
static inline uint32
add_node(NodeBuilder *builder, OrmJsonKind kind, const char *start, const char *end)
{
	OrmNode *node;

	if (unlikely(builder->nnodes == builder->capacity))
		grow(builder);
	if (unlikely(builder->nnodes % NODES_PER_INTERRUPT == 0))
		CHECK_FOR_INTERRUPTS();
	node = &builder->document->nodes[builder->nnodes];
	node->kind = kind;
	node->next = builder->nnodes + 1;
	node->offset = start - builder->text;
	node->length = end - start;
	node->count = 0;
	return builder->nnodes++;
}

/* Points a string's node, whose source has a backslash, at its decoded bytes. */
static void
decode_string(NodeBuilder *builder, OrmNode *node, const char *start, const char *end)
{
	if (builder->decoder == NULL)
	{
		builder->decoder = orm_json_lexer(builder->text, builder->text_length, true);
		initStringInfo(&builder->decoded);
	}
	builder->decoder->token_terminator = unconstify(char *, start);
	if (json_lex(builder->decoder) != JSON_SUCCESS)
	{
		node->kind = ORM_JSON_UNDECODABLE;
		node->offset = start - builder->text;
		node->length = end - start;
		return;
	}
	if ((Size) builder->text_length + builder->decoded.len + builder->decoder->strval->len >= MaxAllocSize)
		raise_too_large();
	node->offset = builder->text_length + builder->decoded.len;
	node->length = builder->decoder->strval->len;
	appendBinaryStringInfo(&builder->decoded, builder->decoder->strval->data, builder->decoder->strval->len);
}

/* Appends the node of a string; start and end include its quotes. */
static inline void
add_string(NodeBuilder *builder, const char *start, const char *end)
{
	uint32 index = add_node(builder, ORM_JSON_STRING, start + 1, end - 1);
	OrmNode *node = &builder->document->nodes[index];

	node->count = start - builder->text;
	if (unlikely(memchr(start, '\\', end - start) != NULL))
		decode_string(builder, node, start, end);
}

/* Makes a container, whose node stands already, the innermost open one. */
static inline void
open_container(NodeBuilder *builder, uint32 index, const char *start)
{
	builder->document->nodes[index].next = builder->open;
	builder->open = index;
	builder->cursor = start + 1;
	if (++builder->depth > builder->deepest)
		builder->deepest = builder->depth;
}

/* Appends the value whose first token the lexer has just read. */
static void
add_value(NodeBuilder *builder)
{
	static const int8 kinds[] = {[JSON_TOKEN_STRING] = ORM_JSON_STRING,		  [JSON_TOKEN_NUMBER] = ORM_JSON_NUMBER,
								 [JSON_TOKEN_OBJECT_START] = ORM_JSON_OBJECT, [JSON_TOKEN_ARRAY_START] = ORM_JSON_ARRAY,
								 [JSON_TOKEN_TRUE] = ORM_JSON_TRUE,			  [JSON_TOKEN_FALSE] = ORM_JSON_FALSE,
								 [JSON_TOKEN_NULL] = ORM_JSON_NULL,			  [JSON_TOKEN_END] = ORM_JSON_NULL};
	const char *start = builder->lex->token_start;
	const char *end = builder->lex->token_terminator;
	OrmJsonKind kind = kinds[builder->lex->token_type];
	uint32 index;

	/* The text ends here, which the parser is about to find out. */
	if (start == NULL)
		return;
	builder->document->nodes[builder->open].count++;
	builder->cursor = end;
	if (kind == ORM_JSON_STRING)
	{
		add_string(builder, start, end);
		return;
	}
	index = add_node(builder, kind, start, end);
	if (kind >= ORM_JSON_ARRAY)
		open_container(builder, index, start);
}

/* Parser callback: an element of an array begins. */
static ORM_JSON_ACTION
element_start(void *state, bool isnull)
{
	add_value(state);
	ORM_JSON_ACTION_DONE;
}

/* Is this what JSON allows between tokens? */
static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Parser callback: a member of an object begins; the lexer is behind its colon. */
static ORM_JSON_ACTION
member_start(void *state, char *name, bool isnull)
{
	NodeBuilder *builder = state;
	const char *start = builder->cursor;
	const char *end = builder->lex->prev_token_terminator - 1;

	while (*start != '"')
		start++;
	while (is_space(end[-1]))
		end--;
	add_string(builder, start, end);
	add_value(builder);
	ORM_JSON_ACTION_DONE;
}

/* Parser callback: the innermost container has ended. */
static ORM_JSON_ACTION
container_end(void *state)
{
	NodeBuilder *builder = state;
	OrmNode *node = &builder->document->nodes[builder->open];

	builder->cursor = builder->lex->prev_token_terminator;
	builder->open = node->next;
	builder->depth--;
	node->next = builder->nnodes;
	node->length = builder->cursor - (builder->text + node->offset);
	ORM_JSON_ACTION_DONE;
}

/* What kind of value begins with that character? */
static OrmJsonKind
kind_of_first(char c)
{
	switch (c)
	{
		case '{':
			return ORM_JSON_OBJECT;
		case '[':
			return ORM_JSON_ARRAY;
		case '"':
			return ORM_JSON_STRING;
		case 't':
			return ORM_JSON_TRUE;
		case 'f':
			return ORM_JSON_FALSE;
		case 'n':
			return ORM_JSON_NULL;
		default:
			return ORM_JSON_NUMBER;
	}
}

#define ARRAY_LITERAL \
	"This is an array literal, which some drivers make of arrays: send JSON text, as of JSON.stringify(array)."
#define SINGLE_QUOTES "Strings of JSON are in double quotes: send JSON text, as of json.dumps(object)."

/* The beginnings of texts that drivers and languages make of arrays and objects, without white space before them. */
static const struct
{
	const char *begins;
	const char *hint;
} no_documents[] = {
	{"[object ", "This is an object of JavaScript made a string: send JSON.stringify(object)."},
	{"\\x", "This is a value of type bytea: send the document as text."},
	{"{\"{", ARRAY_LITERAL},
	{"{'", SINGLE_QUOTES},
	{"['", SINGLE_QUOTES},
	{"Array", "This is an array of PHP made a string: send json_encode($array)."},
};

/* Is this, behind its brace, an element of an array literal: no key and no string? */
static bool
is_literal_element(const char *text, const char *end)
{
	const char *c = text;

	while (c < end && (isalnum((unsigned char) *c) || *c == '_' || *c == '.' || *c == '-'))
		c++;
	return c > text && c < end && (*c == ',' || *c == '}');
}

/* What a text that is no JSON may be; NULL: nothing that is known. */
static const char *
hint_no_document(const char *text, const char *end)
{
	while (text < end && is_space(*text))
		text++;
	for (int i = 0; i < (int) lengthof(no_documents); i++)
	{
		const char *begins = no_documents[i].begins;

		if (end - text >= (ptrdiff_t) strlen(begins) && strncmp(text, begins, strlen(begins)) == 0)
			return no_documents[i].hint;
	}
	return text < end && *text == '{' && is_literal_element(text + 1, end) ? ARRAY_LITERAL : NULL;
}

/* Raises the server's error for a text that is no JSON, with a hint where the text is known. */
static void
raise_no_document(const NodeBuilder *builder, JsonParseErrorType error)
{
	const char *hint = hint_no_document(builder->text, builder->text + builder->text_length);
	MemoryContext caller = CurrentMemoryContext;
	ErrorData *raised;

	PG_TRY();
	{
		orm_json_raise(error, builder->lex);
	}
	PG_CATCH();
	{
		if (hint == NULL)
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		raised = CopyErrorData();
		FlushErrorState();
		raised->hint = pstrdup(hint);
		ReThrowError(raised);
	}
	PG_END_TRY();
}

/*
 * Parses the whole text.  The parser has no callback for the beginning of the
 * root that would tell where it is, so its node is made here: before the parse
 * if it is a container, after it if it is not.
 */
static void
parse(NodeBuilder *builder)
{
	JsonSemAction actions = {0};
	const char *start = builder->text;
	const char *end = builder->text + builder->text_length;
	OrmJsonKind kind;
	JsonParseErrorType error;

	while (start < end && is_space(*start))
		start++;
	kind = start < end ? kind_of_first(*start) : ORM_JSON_NULL;
	if (kind >= ORM_JSON_ARRAY)
		open_container(builder, add_node(builder, kind, start, end), start);

	actions.semstate = builder;
	actions.object_field_start = member_start;
	actions.array_element_start = element_start;
	actions.object_end = container_end;
	actions.array_end = container_end;
	builder->lex = orm_json_lexer(builder->text, builder->text_length, false);
	error = pg_parse_json(builder->lex, &actions);
	if (error != JSON_SUCCESS)
		raise_no_document(builder, error);

	if (kind >= ORM_JSON_ARRAY)
		return;
	while (is_space(end[-1]))
		end--;
	if (kind == ORM_JSON_STRING)
		add_string(builder, start, end);
	else
		add_node(builder, kind, start, end);
}

/* Puts the text and the decoded strings behind the nodes and fills in the header. */
static OrmDocument *
finish(NodeBuilder *builder)
{
	Size nodes = offsetof(OrmDocument, nodes) + builder->nnodes * sizeof(OrmNode);
	Size decoded = builder->decoder == NULL ? 0 : builder->decoded.len;
	Size size = nodes + builder->text_length + decoded;
	OrmDocument *document = builder->document;

	if (size > MaxAllocSize)
		raise_too_large();
	if (builder->deepest > PG_UINT16_MAX)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("document is nested too deeply"),
				errdetail("No document may be more than %d levels deep.", PG_UINT16_MAX));
	if (size > builder->room)
		document = repalloc(document, size);
	for (Size done = 0; done < builder->text_length; done += BYTES_PER_INTERRUPT)
	{
		CHECK_FOR_INTERRUPTS();
		memcpy((char *) document + nodes + done, builder->text + done,
			   Min(builder->text_length - done, BYTES_PER_INTERRUPT));
	}
	if (decoded > 0)
	{
		memcpy((char *) document + nodes + builder->text_length, builder->decoded.data, decoded);
		pfree(builder->decoded.data);
	}
	SET_VARSIZE(document, size);
	document->version = ORM_DOCUMENT_VERSION;
	document->depth = builder->deepest;
	document->nnodes = builder->nnodes;
	document->text_length = builder->text_length;
	pfree(builder->lex);
	return document;
}

/* The most nodes that a text can have: each follows one of these characters, except the first. */
static uint32
count_most(const char *text, uint32 length)
{
	uint32 n = 1;

	for (uint32 done = 0; done < length; done += BYTES_PER_INTERRUPT)
	{
		uint32 end = Min(length, done + BYTES_PER_INTERRUPT);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = done; i < end; i++)
			n += (text[i] == ',') + (text[i] == ':') + (text[i] == '[') + (text[i] == '{');
	}
	return n;
}

/*
 * Makes room for the nodes: a guess for a text of usual size.  The nodes of a large
 * one are counted, and get room with the text behind them, since no interrupt is
 * noticed while a large piece of memory is moved.
 */
static void
make_room(NodeBuilder *builder)
{
	uint32 length = builder->text_length;

	builder->capacity = Min(MAX_NODES_AT_START, MIN_NODES + length / BYTES_PER_NODE);
	builder->room = offsetof(OrmDocument, nodes) + builder->capacity * sizeof(OrmNode);
	if (builder->capacity == MAX_NODES_AT_START)
	{
		uint32 most = Max(count_most(builder->text, length), MIN_NODES);
		Size room = offsetof(OrmDocument, nodes) + most * sizeof(OrmNode) + length;

		if (room <= MaxAllocSize)
		{
			builder->capacity = most;
			builder->room = room;
		}
	}
	builder->document = palloc(builder->room);
}

/* Makes a document from JSON text. */
OrmDocument *
orm_document_parse(const char *text, int length)
{
	NodeBuilder builder = {0};

	builder.text = text;
	builder.text_length = length;
	builder.cursor = text;
	builder.open = NO_NODE;
	make_room(&builder);
	parse(&builder);
	return finish(&builder);
}

/* Detoasts a document and holds it against the two limits. */
OrmDocument *
orm_document_open(Datum datum)
{
	OrmDocument *document = (OrmDocument *) PG_DETOAST_DATUM(datum);

	if (document->version != ORM_DOCUMENT_VERSION)
		ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
				errmsg("unrecognized storage version %d of a document", document->version));
	if (document->depth > max_document_depth)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("document is nested too deeply"),
				errdetail("It is %d levels deep; %d are allowed.", document->depth, max_document_depth),
				errhint("Set \"orm.max_document_depth\" to allow more."));
	if (document->nnodes > (uint32) max_document_nodes)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("document has too many parts"),
				errdetail("It has %u keys and values; %d are allowed.", document->nnodes, max_document_nodes),
				errhint("Split the document, or set \"orm.max_document_nodes\" to allow more."));
	return document;
}

/* Defines the two settings. */
void
orm_document_init(void)
{
	DefineCustomIntVariable("orm.max_document_depth", "How deeply objects and arrays may be nested in a document.",
							NULL, &max_document_depth, 64, 1, PG_UINT16_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("orm.max_document_nodes", "How many keys and values a document may have.", NULL,
							&max_document_nodes, 5000000, 1, INT_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
}

/* The source text of a value as it was given. */
const char *
orm_json_source(OrmJson json, int *length)
{
	const char *text = orm_document_text(json.document);
	const char *start;
	const char *end;

	if (orm_json_kind(json) != ORM_JSON_STRING)
	{
		*length = json.node->length;
		return text + json.node->offset;
	}
	start = text + json.node->count;
	if (json.node->offset < json.document->text_length)
		end = start + 1 + json.node->length;
	else
		for (end = start + 1; *end != '"'; end++)
			if (*end == '\\')
				end++;
	*length = end + 1 - start;
	return start;
}

/* Raises the server's error for a string that cannot be decoded. */
static void
raise_undecodable(OrmJson json)
{
	JsonLexContext *lex = orm_json_lexer(orm_json_bytes(json), (int) json.node->length, true);
	JsonParseErrorType error = json_lex(lex);

	if (error != JSON_SUCCESS)
		orm_json_raise(error, lex);
}

/* The bytes of a value, terminated, palloc'd. */
char *
orm_json_string(OrmJson json)
{
	if (orm_json_kind(json) == ORM_JSON_UNDECODABLE)
		raise_undecodable(json);
	return pnstrdup(orm_json_bytes(json), json.node->length);
}

/* Is this a string that says exactly that text? */
bool
orm_json_equals(OrmJson json, const char *text)
{
	Size length = strlen(text);

	return orm_json_kind(json) == ORM_JSON_STRING && json.node->length == length &&
		memcmp(orm_json_bytes(json), text, length) == 0;
}

/* Begins a walk over the children of a container; anything else has none. */
OrmJsonWalk
orm_json_walk(OrmJson container)
{
	OrmJsonWalk walk = {0};

	walk.index = -1;
	walk.following = container.node + 1;
	walk.end = container.document->nodes + container.node->next;
	walk.object = orm_json_kind(container) == ORM_JSON_OBJECT;
	walk.key.document = walk.value.document = container.document;
	return walk;
}

/* Goes to the next child; false when there is none. */
bool
orm_json_next(OrmJsonWalk *walk)
{
	if (walk->following >= walk->end)
		return false;
	walk->index++;
	if (walk->object)
		walk->key.node = walk->following++;
	walk->value.node = walk->following;
	walk->following = walk->value.document->nodes + walk->value.node->next;
	return true;
}

/* The member of an object with that key. */
bool
orm_json_member(OrmJson object, const char *key, OrmJson *value)
{
	OrmJsonWalk walk = orm_json_walk(object);

	while (walk.object && orm_json_next(&walk))
		if (orm_json_equals(walk.key, key))
		{
			*value = walk.value;
			return true;
		}
	return false;
}

/* What a kind is called in messages. */
const char *
orm_json_kind_name(OrmJsonKind kind)
{
	static const char *const names[] = {
		[ORM_JSON_NULL] = "null",		[ORM_JSON_FALSE] = "false",
		[ORM_JSON_TRUE] = "true",		[ORM_JSON_NUMBER] = "a number",
		[ORM_JSON_STRING] = "a string", [ORM_JSON_UNDECODABLE] = "a string that cannot be decoded",
		[ORM_JSON_ARRAY] = "an array",	[ORM_JSON_OBJECT] = "an object"};

	return names[kind];
}
