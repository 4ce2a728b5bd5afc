/*
 * declaration.h - parsed model documents.
 *
 *     {"model": "Post", "table": "posts", "elements": [
 *         {"column": {"name": "id", "type": "bigint", "primary_key": true}},
 *         {"belongs_to": {"name": "author", "model": "Author", "nullable": false}},
 *         {"index": {"columns": ["created_at"]}}]}
 *
 * Documents of clients and documents of the registry are parsed by the same code
 * with the same checks: keys, kinds of JSON, existence of types, duplicate names,
 * columns of keys, and SQL fragments being a single expression.  Checks that need
 * other models are made when tables are created (ddl, define).
 *
 * Names of schemas, tables, columns and attributes are never case-folded.
 * Optional booleans are OrmChoice, which distinguishes false from not given.
 */
#ifndef ORM_MODEL_DECLARATION_H
#define ORM_MODEL_DECLARATION_H

#include "base/document.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

typedef enum OrmChoice
{
	ORM_NOT_GIVEN = -1,
	ORM_NO = 0,
	ORM_YES = 1
} OrmChoice;

struct TypeName;

/* An enum type in the schema of the table. */
typedef struct OrmDeclaredEnum
{
	char *name;
	List *labels;				 /* of char * */
	OrmDocument *renamed_labels; /* one-time word: an object, the new label by the former one; NULL: none */
	int position;
} OrmDeclaredEnum;

typedef struct OrmDeclaredColumn
{
	char *name;
	char *attribute; /* NULL: made from the column name */
	char *type;		 /* qualified SQL text, see orm_type_name; NULL: in the catalogs (a mapped model) */
	Oid type_oid;	 /* InvalidOid: of an enum that is not created yet */
	int32 typmod;
	struct TypeName *type_name;			/* "type", parsed */
	const OrmDeclaredEnum *enumeration; /* the enum of this document that is its type, or its element type */
	OrmChoice primary_key;
	OrmChoice nullable;
	OrmChoice is_unique;
	OrmChoice indexed;
	char *server_default; /* SQL expression */
	char *identity;		  /* "always", "by default", "serial"; "none": no implicit identity for a primary key */
	char *generated;	  /* SQL expression, stored */
	char *foreign_key;	  /* "target" or "target.column": a model or a table */
	char *on_delete;	  /* "cascade", "set null", "set default", "restrict", "no action" */
	char *on_update;
	char *check_expr;
	char *collation; /* name, qualified unless in pg_catalog; see orm_name_split */
	Oid collation_oid;
	char *storage;			/* "plain", "external", "extended", "main"; NULL: default of the type */
	char *compression;		/* "pglz", "lz4"; NULL: default of the server */
	char *sequence_name;	/* of an identity, in the schema of the table; NULL: chosen by PostgreSQL */
	char *sequence_options; /* of an identity: SQL */
	char *comment;
	OrmChoice deferred;	  /* left out of objects unless selected */
	OrmChoice hidden;	  /* left out of all results */
	OrmChoice read_only;  /* objects do not set it */
	char *renamed_from;	  /* one-time words: the former name, */
	char *fill;			  /* the value of rows that are there, SQL expression, */
	char *using_expr;	  /* and how values become the new type, SQL expression */
	OrmChoice write_once; /* not changed once it has a value */
	char *normalizes;	  /* the value that is stored, SQL expression over the column */
	bool named_by_rule;	  /* "attribute" is what the naming makes of the column name */
	bool implied;		  /* by another element: no element of its own */
	int position;		  /* index in "elements" */
} OrmDeclaredColumn;

typedef enum OrmConstraintKind
{
	ORM_CONSTRAINT_PRIMARY_KEY,
	ORM_CONSTRAINT_UNIQUE,
	ORM_CONSTRAINT_INDEX,
	ORM_CONSTRAINT_CHECK,
	ORM_CONSTRAINT_FOREIGN_KEY,
	ORM_CONSTRAINT_EXCLUDE,
	ORM_CONSTRAINT_VERBATIM /* given as SQL; only until definition.c has found the kind */
} OrmConstraintKind;

typedef struct OrmDeclaredConstraint
{
	OrmConstraintKind kind;
	char *name;			  /* NULL: chosen by PostgreSQL; always given for a check */
	List *columns;		  /* of char *; not for a check; index: columns and expressions, see index_element.h */
	List *elements;		  /* exclude: of char *, SQL */
	List *include;		  /* of char * */
	char *expr;			  /* check: SQL expression */
	char *message;		  /* check: what a violation says, see model/message.h */
	char *target;		  /* foreign key: a model or a table */
	List *target_columns; /* foreign key: NIL means the target's primary key */
	char *on_delete;
	char *on_update;
	List *on_delete_columns; /* foreign key: of char *: columns set by on_delete; NIL: all */
	OrmChoice match_full;	 /* foreign key */
	OrmChoice is_deferrable;
	OrmChoice initially_deferred;
	OrmChoice nulls_not_distinct; /* unique, unique index */
	char *method;				  /* index: NULL means btree; exclude: NULL means gist */
	char *opclass;				  /* index: of all columns; qualified unless in pg_catalog; see orm_name_split */
	char *nulls;				  /* index: "first", "last", of all columns; NULL: default of their order */
	char *where_expr;			  /* index, exclude: SQL expression */
	OrmChoice is_unique;		  /* index */
	char *definition;			  /* SQL, in place of all other keys but the comment and the name of a constraint */
	char *comment;
	char *renamed_from; /* one-time word: the former name */
	bool is_partial;	/* index: has a where_expr, or a condition in its definition */
	List *leading;		/* index: of char *: columns before the first expression */
	int position;
} OrmDeclaredConstraint;

/* Rules about the values of an attribute, each kept by a check constraint; see model/validation.h. */
typedef struct OrmDeclaredValidation
{
	char *attribute;
	OrmChoice presence;
	char *min_length; /* a number */
	char *max_length;
	char *matches; /* a regular expression */
	List *within;  /* of char * */
	char *at_least;
	char *at_most;
	char *message; /* what a violation says, see model/message.h; NULL: that of the rule */
	int position;
} OrmDeclaredValidation;

typedef enum OrmRelationshipKind
{
	ORM_BELONGS_TO,
	ORM_HAS_MANY,
	ORM_HAS_ONE,
	ORM_MANY_TO_MANY,
	ORM_RELATED /* by a function of the row */
} OrmRelationshipKind;

typedef struct OrmDeclaredRelationship
{
	OrmRelationshipKind kind;
	char *name;
	char *model;	   /* the target */
	List *foreign_key; /* of char *: referencing columns (many to many: columns of the join table that
								 * reference this model); NIL: found or created */
	char *through;	   /* many to many: a model or a table; NULL: a join table is created */
	char *back_populates;
	OrmChoice made;		/* many to many: the join table was created by the extension and is dropped with the tables */
	OrmChoice nullable; /* belongs to */
	char *on_delete;	/* belongs to */
	char *on_update;
	char *cascade;			  /* see orm_cascade_read; NULL: "save-update" */
	char *path;				  /* has many: names of relationships with dots between them; NULL: by a foreign key */
	char *function;			  /* related */
	OrmChoice one;			  /* related: to one */
	OrmChoice has_constraint; /* no: its columns have no foreign key constraint */
	OrmDocument *order_by;	  /* order of loads that give none: an array, as in queries; or NULL */
	OrmDocument *filter;	  /* conditions on the related objects: an object, as "where" of queries; or NULL */
	int position;
} OrmDeclaredRelationship;

/* Operations that cascade from an object to its related objects, as bits. */
typedef enum OrmCascade
{
	ORM_CASCADE_SAVE = 1,	/* write nested objects */
	ORM_CASCADE_DELETE = 2, /* delete related objects with the object */
	ORM_CASCADE_ORPHAN = 4	/* has many, has one: delete objects removed from the relationship */
} OrmCascade;

/* A query by name; see model/scope.h. */
typedef struct OrmDeclaredScope
{
	char *name;
	OrmDocument *query;
	OrmChoice is_default; /* holds wherever the model is mentioned */
	int position;
} OrmDeclaredScope;

/* Times of a row; see model/stamp.h. */
typedef struct OrmDeclaredTimestamps
{
	char *created_at; /* columns; NULL: left out */
	char *updated_at;
	char *clock; /* "transaction", "statement"; NULL: of the transaction */
	int position;
} OrmDeclaredTimestamps;

/* Who has written a row; see model/stamp.h. */
typedef struct OrmDeclaredStamp
{
	char *column;
	char *setting; /* NULL: the user of the session */
	char *events;  /* "create", "create, update"; NULL: create */
	int position;
} OrmDeclaredStamp;

/* The column that marks deleted rows; see model/soft_delete.h. */
typedef struct OrmDeclaredSoftDelete
{
	char *column;
	OrmChoice guard;  /* a DELETE raises */
	OrmChoice revive; /* an upsert on the key of a deleted row restores it */
	int position;
} OrmDeclaredSoftDelete;

/* The version column, which counts the changes of a row. */
typedef struct OrmDeclaredVersion
{
	char *column;
	int position;
} OrmDeclaredVersion;

/* How attributes are called; see model/naming.h. */
typedef struct OrmDeclaredNaming
{
	char *style; /* "camel" */
	int position;
} OrmDeclaredNaming;

/* What the table is as a whole, as CREATE TABLE says it; keys that are not given are not compared. */
typedef struct OrmDeclaredTable
{
	OrmChoice unlogged;
	char *method;		/* of access; NULL: default of the server */
	char *tablespace;	/* NULL: default of the database */
	char *parameters;	/* storage parameters: SQL, as in WITH (...) */
	char *partition_by; /* SQL: "RANGE (created_at)" */
	int position;
} OrmDeclaredTable;

/* A trigger of the table that calls a function of the user's; see model/hook.h. */
typedef struct OrmDeclaredHook
{
	char *events;	/* as declared: 'before create', 'after statement update, delete' */
	char *function; /* qualified, or of the schema of the table or the search_path */
	char *when_expr;
	List *columns; /* of char * */
	int position;

	/* Of hooks that another element stands for (model/publish.h); NULL and NIL: an element "on". */
	const char *builder;
	char *name;		 /* behind the events in the name of the trigger */
	List *arguments; /* of the trigger, of char * */
} OrmDeclaredHook;

/* What is published of changes; see model/publish.h. */
typedef struct OrmDeclaredPublication
{
	char *channel;
	char *events;	  /* NULL: create, update, delete, truncate */
	List *attributes; /* of char * */
	int position;
} OrmDeclaredPublication;

/* A column that counts related rows; see model/counter.h. */
typedef struct OrmDeclaredCounter
{
	char *column;
	char *relationship;
	char *where_expr; /* over a row that is counted; NULL: all rows are */
	char *sum_of;	  /* likewise: what is summed; NULL: rows are counted */
	int position;
} OrmDeclaredCounter;

/* The place of a row in a list; see model/position.h. */
typedef struct OrmDeclaredPosition
{
	char *column;
	char *relationship; /* a belongs_to; NULL: all rows are one list */
	int position;
} OrmDeclaredPosition;

/* A statement about the table: a trigger, a policy, a privilege...; see table_statement.h. */
typedef struct OrmDeclaredStatement
{
	char *definition; /* SQL */
	int position;
} OrmDeclaredStatement;

/* Elements that a mixin has brought, as it said them when the model was declared; see model/use.h. */
typedef struct OrmDeclaredUse
{
	char *name;						/* of the mixin */
	OrmDocument *elements;			/* as written; NULL: none */
	struct OrmDeclaration *brought; /* the elements, which are in the lists of the declaration as well */
	int position;
} OrmDeclaredUse;

/* A statement that a migration runs once; see model/data_step.h. */
typedef struct OrmDeclaredDataStep
{
	char *name;
	char *sql;
	char *timing; /* "before", "after"; NULL: after */
	int position;
} OrmDeclaredDataStep;

/* A former name of the model or its table, a one-time word; see model/renaming.h. */
typedef struct OrmDeclaredRename
{
	char *name;
	char *schema; /* of a table, as written; NULL: none */
	int position;
} OrmDeclaredRename;

/* A column, constraint or index of the table that is to go; one of the names is set. */
typedef struct OrmDeclaredRemoval
{
	char *column;
	char *constraint;
	char *index;
	int position;
} OrmDeclaredRemoval;

typedef struct OrmDeclaration
{
	char *model;
	char *schema; /* NULL: not given, first schema of search_path */
	char *relation;
	char *becomes;	   /* the declared name of a table that is to be renamed; NULL: "relation", see model/renaming.h */
	List *enums;	   /* of OrmDeclaredEnum * */
	List *columns;	   /* of OrmDeclaredColumn * */
	List *constraints; /* of OrmDeclaredConstraint * */
	List *relationships;   /* of OrmDeclaredRelationship * */
	List *computed;		   /* of OrmDeclaredColumn *: computed attributes; "generated" is their expression */
	List *scopes;		   /* of OrmDeclaredScope * */
	List *timestamps;	   /* of OrmDeclaredTimestamps *: one, or NIL */
	List *stamps;		   /* of OrmDeclaredStamp * */
	List *soft_deletes;	   /* of OrmDeclaredSoftDelete *: one, or NIL */
	List *versions;		   /* of OrmDeclaredVersion *: one, or NIL */
	List *tables;		   /* of OrmDeclaredTable *: one, or NIL */
	List *validations;	   /* of OrmDeclaredValidation * */
	List *hooks;		   /* of OrmDeclaredHook * */
	List *publications;	   /* of OrmDeclaredPublication * */
	List *counters;		   /* of OrmDeclaredCounter * */
	List *positions;	   /* of OrmDeclaredPosition * */
	List *statements;	   /* of OrmDeclaredStatement * */
	List *removals;		   /* of OrmDeclaredRemoval * */
	List *data_steps;	   /* of OrmDeclaredDataStep * */
	List *renames;		   /* of OrmDeclaredRename *: former names of the model: one, or NIL */
	List *table_renames;   /* of OrmDeclaredRename *: those of the table: one, or NIL */
	List *uses;			   /* of OrmDeclaredUse * */
	List *namings;		   /* of OrmDeclaredNaming *: one, or NIL */
	char *comment;		   /* on the table; NULL: none */
	bool has_accessors;	   /* there is an "accessors" element */
	char *prefix;		   /* of accessors; NULL: model name in snake case */
	char *accessor_schema; /* NULL: schema of the table */
	List *include;		   /* of char *: names of accessors; not used with all_accessors */
	bool all_accessors;
	bool by_map; /* the key "map" */
	bool stored; /* SQL in it has not been looked at: the model has a table, and the catalogs know */
} OrmDeclaration;

/* Does the model have accessors?  Without an "accessors" element, it has all of them. */
static inline bool
orm_declaration_has_accessors(const OrmDeclaration *declaration)
{
	return !declaration->has_accessors || declaration->all_accessors || declaration->include != NIL;
}

/*
 * The position of an element that a mixin has brought: the n-th of the use at "position".  It is a number
 * behind all positions, and of two of one use the earlier has the lower one.
 */
#define ORM_POSITIONS_PER_USE (1 << 16)
#define ORM_POSITION_IN_USE(position, n) (((n) + 1) * ORM_POSITIONS_PER_USE + (position))
#define ORM_POSITION_IS_IN_USE(position) ((position) >= ORM_POSITIONS_PER_USE)
#define ORM_POSITION_OF_USE(position) ((position) % ORM_POSITIONS_PER_USE)

/* Memory for the place "elements[position].builder.key", or "elements[position].use.elements[n].builder.key". */
typedef struct OrmElementPlace
{
	OrmPath elements;
	OrmPath use;
	OrmPath brought;
	OrmPath uses;
	OrmPath element;
	OrmPath builder;
	OrmPath key;
} OrmElementPlace;

/* Fills in *place and returns its path; builder and key may be NULL. */
extern const OrmPath *orm_declaration_place(OrmElementPlace *place, int position, const char *builder, const char *key);

/*
 * Parses and checks a model document, in the current memory context.  A "mapped"
 * document, of a model whose table exists, contains only data that is not in the
 * catalogs: attribute names of columns, the primary key, relationships, the
 * version and accessors, and no SQL text.  Raises 22023, 42701, 42704, 42601,
 * 42602 and others, with the place.
 */
extern OrmDeclaration *orm_declaration_parse(const OrmDocument *document, bool mapped);

/* The same without the checks across keys and elements: for elements of a document that is not whole. */
extern OrmDeclaration *orm_declaration_parse_part(const OrmDocument *document, bool mapped);

/*
 * Like orm_declaration_parse, for a whole declaration of a model whose table
 * exists: types and other SQL are taken as text, because the catalogs lead.
 */
extern OrmDeclaration *orm_declaration_parse_stored(const OrmDocument *document);

/*
 * Appends the document of orm.model(name, table, elements...):
 * {"model": ..., "table": ..., "elements": [...]}.
 */
extern void orm_declaration_compose(StringInfo out, const char *model, const char *table, int nelements,
									const OrmDocument *const *elements);

/* A declaration as a model document (JSON text), palloc'd; keys that are not given are omitted. */
extern char *orm_declaration_print(const OrmDeclaration *declaration);

/* A column about which nothing is said; "attribute" may be NULL. */
extern OrmDeclaredColumn *orm_declaration_make_column(char *name, char *attribute, int position);

/* Copies what documents do with a column: deferred, hidden and the like, which no catalog has. */
extern void orm_declaration_copy_behaviour(OrmDeclaredColumn *to, const OrmDeclaredColumn *from);

/* A constraint without options; "name" may be NULL. */
extern OrmDeclaredConstraint *orm_declaration_make_constraint(OrmConstraintKind kind, char *name, List *columns);
/*
 * A declaration as the text of a model function in that schema, palloc'd: one
 * element a line, the table unqualified when it is in the schema.
 */
extern char *orm_declaration_text(const OrmDeclaration *declaration, const char *schema);

/* The text of a mixin function, palloc'd; the elements of "declaration" are the mixin's. */
extern char *orm_declaration_mixin_text(const OrmDeclaration *declaration, const char *mixin);

/* Column names of the primary key (List of char *), declared on columns or as an element; NIL: none. */
extern List *orm_declaration_key(const OrmDeclaration *declaration);

/*
 * The default attribute name of a column, palloc'd: the column name, with "_"
 * appended to reserved words ("and_") and in place of characters not allowed.  A
 * name is valid for an attribute if this function returns it unchanged.
 */
extern char *orm_declaration_attribute_name(const char *column);

/*
 * Removes the parts that are in the catalogs once the table exists, which makes
 * it a "mapped" document.  "keep_key" keeps the primary key, for views and
 * foreign tables, which cannot have one in the catalogs.
 */
extern void orm_declaration_strip(OrmDeclaration *declaration, bool keep_key);

/* The "table" element, or NULL. */
extern const OrmDeclaredTable *orm_declaration_table(const OrmDeclaration *declaration);

/* Name of the version column, or NULL. */
extern char *orm_declaration_version(const OrmDeclaration *declaration);

/* The column or relationship of that name, or NULL. */
extern OrmDeclaredColumn *orm_declaration_column(const OrmDeclaration *declaration, const char *name);
extern OrmDeclaredRelationship *orm_declaration_relationship(const OrmDeclaration *declaration, const char *name);

#endif
