/*
 * declaration.h - a model document, parsed and checked, and printed again.
 *
 *     {"model": "Post", "table": "posts", "elements": [
 *         {"column": {"name": "id", "type": "bigint", "primary_key": true}},
 *         {"belongs_to": {"name": "author", "model": "Author", "nullable": false}},
 *         {"index": {"columns": ["created_at"]}}]}
 *
 * Parsing trusts nothing: documents come from clients and from the registry,
 * and both go through here.  Everything that one document can tell about
 * itself is checked (keys, kinds, types exist, names twice, columns named in
 * keys are there, fragments are one expression); what needs other models is
 * checked when tables are made (ddl, define).
 *
 * Names of schemas, tables, columns and attributes are exact, never folded.
 * "has_*" booleans are OrmChoice: not given is not the same as false.
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

typedef struct OrmDeclaredColumn
{
	char *name;
	char *attribute; /* NULL: the same as name */
	char *type;		 /* SQL text as format_type prints it, qualified; NULL: catalog's (a mapped model) */
	Oid type_oid;
	int32 typmod;
	OrmChoice primary_key;
	OrmChoice nullable;
	OrmChoice is_unique;
	OrmChoice indexed;
	char *server_default; /* SQL expression */
	char *identity;		  /* "always", "by default"; "none": a key that gets none by itself */
	char *generated;	  /* SQL expression, stored */
	char *foreign_key;	  /* "target" or "target.column": a model or a table */
	char *on_delete;	  /* "cascade", "set null", "set default", "restrict", "no action" */
	char *on_update;
	char *check_expr;
	char *collation; /* name, qualified unless in pg_catalog; see orm_name_split */
	Oid collation_oid;
	char *comment;
	int position; /* index in "elements", for messages */
} OrmDeclaredColumn;

typedef enum OrmConstraintKind
{
	ORM_CONSTRAINT_PRIMARY_KEY,
	ORM_CONSTRAINT_UNIQUE,
	ORM_CONSTRAINT_INDEX,
	ORM_CONSTRAINT_CHECK,
	ORM_CONSTRAINT_FOREIGN_KEY
} OrmConstraintKind;

typedef struct OrmDeclaredConstraint
{
	OrmConstraintKind kind;
	char *name;			  /* NULL: as PostgreSQL chooses; given for a check */
	List *columns;		  /* of char *; not for a check */
	char *expr;			  /* check: SQL expression */
	char *target;		  /* foreign key: a model or a table */
	List *target_columns; /* foreign key: NIL means the target's primary key */
	char *on_delete;
	char *on_update;
	char *method;		 /* index: NULL means btree */
	char *where_expr;	 /* index: SQL expression */
	OrmChoice is_unique; /* index */
	int position;
} OrmDeclaredConstraint;

typedef enum OrmRelationshipKind
{
	ORM_BELONGS_TO,
	ORM_HAS_MANY,
	ORM_HAS_ONE,
	ORM_MANY_TO_MANY
} OrmRelationshipKind;

typedef struct OrmDeclaredRelationship
{
	OrmRelationshipKind kind;
	char *name;
	char *model;	   /* the target */
	List *foreign_key; /* of char *: columns of the side that holds the key (many to many: of the
								 * join table, the ones that reference this model); NIL: found or made */
	char *through;	   /* many to many: a model or a table; NULL: a join table is made */
	char *back_populates;
	OrmChoice made;		/* many to many: the join table was made by the extension, and goes with the tables */
	OrmChoice nullable; /* belongs to */
	char *on_delete;	/* belongs to */
	char *on_update;
	char *cascade; /* words of orm_cascade_read; NULL: "save-update" */
	int position;
} OrmDeclaredRelationship;

/* What goes along a relationship from an object to those it leads to: bits. */
typedef enum OrmCascade
{
	ORM_CASCADE_SAVE = 1,	/* nested objects are written */
	ORM_CASCADE_DELETE = 2, /* they are deleted with it */
	ORM_CASCADE_ORPHAN = 4	/* has many, has one: removed objects are deleted */
} OrmCascade;

/* The column that counts how often a row was changed. */
typedef struct OrmDeclaredVersion
{
	char *column;
	int position;
} OrmDeclaredVersion;

typedef struct OrmDeclaration
{
	char *model;
	char *schema; /* NULL: not given, the first of search_path */
	char *relation;
	List *columns;		   /* of OrmDeclaredColumn * */
	List *constraints;	   /* of OrmDeclaredConstraint * */
	List *relationships;   /* of OrmDeclaredRelationship * */
	List *versions;		   /* of OrmDeclaredVersion *: one, or NIL */
	bool has_accessors;	   /* the element orm.accessors stands */
	char *prefix;		   /* of accessors; NULL: snake case of the model */
	char *accessor_schema; /* NULL: the table's */
	List *include;		   /* of char *: which accessors; NIL with all_accessors: every one */
	bool all_accessors;
} OrmDeclaration;

/* Are there functions of the model?  Where the declaration does not say which: all. */
static inline bool
orm_declaration_has_accessors(const OrmDeclaration *declaration)
{
	return !declaration->has_accessors || declaration->all_accessors || declaration->include != NIL;
}

/* The place "elements[position].builder.key" of a document; good as long as "place" is. */
typedef struct OrmElementPlace
{
	OrmPath elements;
	OrmPath element;
	OrmPath builder;
	OrmPath key;
} OrmElementPlace;

extern const OrmPath *orm_declaration_place(OrmElementPlace *place, int position, const char *builder, const char *key);

/*
 * Parses a whole model document.  "mapped" documents (of models whose table
 * exists) say of a table only what the catalogs cannot: of columns the name and
 * the attribute, the primary key, relationships, the version and accessors;
 * they hold no SQL text.  Raises 22023, 42701, 42704, 42601, 42602... with the place.  All
 * in the current memory context.
 */
extern OrmDeclaration *orm_declaration_parse(const OrmDocument *document, bool mapped);

/*
 * The document that orm.model(name, table, elements...) stands for: appends
 * {"model", "table", "elements": [...]} to out.
 */
extern void orm_declaration_compose(StringInfo out, const char *model, const char *table, int nelements,
									const OrmDocument *const *elements);

/* Prints a declaration as a model document (JSON text); only what is given is printed. */
extern char *orm_declaration_print(const OrmDeclaration *declaration);

/* The names of the columns of the primary key (List of char *), however it was declared; NIL: none. */
extern List *orm_declaration_key(const OrmDeclaration *declaration);

/*
 * The name of the attribute of a column for which none is given: the column's
 * own, or "and_" for "and", "_" for a character that is not allowed there.  A
 * name for which this returns another one cannot be that of an attribute.
 */
extern char *orm_declaration_attribute_name(const char *column);

/*
 * Takes away what the catalogs will say from now on, as the table has been
 * made: what is left is a "mapped" document.  The primary key stays with
 * "keep_key" (of views and foreign tables, which can have none of their own).
 */
extern void orm_declaration_strip(OrmDeclaration *declaration, bool keep_key);

/* The column of the version, or NULL. */
extern char *orm_declaration_version(const OrmDeclaration *declaration);

/* Members by name, or NULL. */
extern OrmDeclaredColumn *orm_declaration_column(const OrmDeclaration *declaration, const char *name);
extern OrmDeclaredRelationship *orm_declaration_relationship(const OrmDeclaration *declaration, const char *name);

#endif
