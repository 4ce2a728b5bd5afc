/*
 * model.h - OrmModel: the current state of a model, resolved from the registry,
 * the relcache and the catalogs.  It is immutable, has a memory context of its
 * own, and is obtained from the model cache (model/cache.h).
 *
 * Only models with a table have an OrmModel.  A declared model without a table
 * is an OrmDeclaration.
 */
#ifndef ORM_MODEL_MODEL_H
#define ORM_MODEL_MODEL_H

#include "access/attnum.h"
#include "registry/registry.h"
#include "model/declaration.h"
#include "model/type.h"
#include "nodes/bitmapset.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

typedef struct OrmAttribute
{
	char *name;	  /* attribute name */
	char *column; /* column name */
	AttrNumber attnum;
	OrmType *type;
	bool not_null;
	bool has_default; /* a default, an identity or a generation expression */
	bool generated;	  /* GENERATED ALWAYS AS (...) STORED or VIRTUAL; or computed by a view (model/view.h) */
	bool identity_always;
	bool identity;			 /* either kind */
	bool numbered;			 /* an identity column, or its default calls nextval() */
	bool plain_default;		 /* the default, if any, has no side effects and cannot raise an error */
	bool deferred;			 /* left out of objects unless selected */
	bool hidden;			 /* left out of all results */
	bool read_only;			 /* objects do not set it */
	bool write_once;		 /* not changed once it has a value */
	struct Node *normalizes; /* value that is stored, over the row as range table entry 1; NULL: the given one */
	Oid sequence;		/* sequence of a default that is nextval() only, which needs just USAGE on it; or InvalidOid */
	bool in_key;		/* part of the primary key */
	bool leads_index;	/* leading column of an index usable for lookups (model/index.h) */
	Oid equality;		/* equality operator, or InvalidOid */
	bool equal_is_same; /* equal values are byte-wise identical */
} OrmAttribute;

/* A computed attribute; see model/computed.h. */
typedef struct OrmComputed
{
	char *name;
	OrmType *type;
	struct Node *expression; /* over the row as range table entry 1 */
	bool shown;				 /* a member of objects for which nothing is selected */
} OrmComputed;

/* A scope; see model/scope.h. */
typedef struct OrmModelScope
{
	const char *name;
	const OrmDocument *query;
	bool is_default;
} OrmModelScope;

/* What a unique index has beside columns: it is partial, or over expressions. */
typedef struct OrmIndexTerms
{
	Oid index;
	List *expressions;		/* of Node *; the row is range table entry 1 */
	struct Node *predicate; /* likewise; NULL: not partial */
} OrmIndexTerms;

/* A primary or unique key: indexes into OrmModel.attributes, in key order. */
typedef struct OrmKey
{
	char *name; /* constraint or index name; NULL: declared by orm.primary_key */
	int nattributes;
	int *attributes;
	int nexpressed;				/* the last attributes are no columns of the index: its expressions read them */
	const OrmIndexTerms *terms; /* NULL: none */
	bool single;				/* a query finds at most one row for a key value; see orm_index_tells_apart */
	bool nulls_equal;			/* NULLS NOT DISTINCT */
	bool deferrable;			/* deferrable constraint, not usable by ON CONFLICT */
} OrmKey;

typedef struct OrmRelationship
{
	OrmRelationshipKind kind;
	char *name;
	char *target; /* name of the target model */
	char *back_populates;
	bool resolved; /* if false, the members below are not set; orm_relationship_require raises the reason */
	Oid target_relid;
	int nkeys;				 /* columns of the (first) foreign key */
	AttrNumber *local;		 /* columns of this model's table */
	AttrNumber *remote;		 /* columns of the target's table, or of the join table */
	Oid *operators;			 /* local = remote; with key_is_local, remote = local */
	bool key_is_local;		 /* belongs to: the foreign key is on this model's table */
	int cascade;			 /* OrmCascade */
	bool deleted_by_server;	 /* the foreign key is ON DELETE CASCADE; many to many: both foreign keys are */
	bool moved_by_server;	 /* the (first) foreign key changes when the referenced key does */
	Oid join_relid;			 /* join table; many to many only, like the members below */
	bool unlinked_by_server; /* the join table's foreign key to this model's table is ON DELETE CASCADE */
	int njoin;
	AttrNumber *join_target; /* referencing columns of the join table */
	AttrNumber *target_key;	 /* referenced columns of the target's table */
	Oid *join_operators;	 /* target = join */
	bool join_foreign;		 /* some rows of the join table are on a foreign server */
	bool join_indexed;		 /* remote[0] leads an index of the join table usable for lookups */
	/* set if not resolved, too: */
	const char *path;			 /* has many: over a path of relationships, which the query compiler finds */
	const char *function;		 /* related */
	bool one;					 /* related: to one */
	const OrmDocument *order_by; /* see OrmDeclaredRelationship and query/filter.h */
	const OrmDocument *filter;
	int position; /* of the element in the declaration */
} OrmRelationship;

typedef struct OrmModel
{
	MemoryContext context;
	uint64 epoch; /* unique per build, over all models */
	char *name;
	Oid relid;
	char relkind;
	Oid owner;
	Oid row_type;
	char *schema;
	char *relation;
	char *fingerprint; /* everything that plans depend on, as text; see orm_model_equal */
	int natts;		   /* columns of the relation, including dropped ones */
	bool before_insert_row_trigger;
	bool plain_inserts; /* INSERT of an existing row has no side effects: no trigger, policy, rule or child table */
	bool has_checks;
	bool has_rules;
	bool has_foreign_rows; /* some of its rows are on a foreign server: see model/foreign.h */
	int after_events;	   /* ORM_AFTER_INSERT and ORM_AFTER_UPDATE, as orm_after_events returns them */
	int nattributes;
	OrmAttribute *attributes; /* in table order, without dropped columns */
	bool *shown;			  /* by attribute: a member of objects for which nothing is selected */
	bool hides;				  /* an attribute is hidden */
	int ncomputed;
	OrmComputed *computed; /* in the order of the declaration */
	int nscopes;
	OrmModelScope *scopes;
	bool default_scoped; /* it has a default scope */
	int soft_delete;	 /* the attribute that marks deleted rows, or -1; see model/soft_delete.h */
	OrmKey *primary_key; /* NULL: none; &unique[0] unless declared by orm.primary_key */
	int nunique;
	OrmKey *unique; /* valid unique indexes without expressions and predicate, the primary key first */
	int nconditional;
	OrmKey *conditional;  /* those with expressions or a predicate, where ON CONFLICT can name them */
	int version;		  /* the version attribute, or -1 */
	char version_trigger; /* tgenabled of the version trigger; '\0': none */
	int nrelationships;
	OrmRelationship *relationships;
	bool cascades;				 /* a relationship has ORM_CASCADE_DELETE */
	bool deletes_along;			 /* not by a DELETE alone: it cascades, has join table rows, or rows are marked */
	OrmDeclaration *declaration; /* what of it is in force, with the current names of columns and tables */
	List *pending;				 /* of char *: declared attributes and relationships that the table does not have */
} OrmModel;

/*
 * Builds a model from its registry row, in a new memory context below "parent".
 * The caller holds a lock on the relation.  Returns NULL when the relation does
 * not exist.  *depends receives the OIDs of all other relations that the build
 * read, allocated in the model's context.  An unresolved relationship is not an
 * error here.
 */
extern OrmModel *orm_model_build(const OrmRegistered *row, MemoryContext parent, List **depends);

/* Do two builds of a model agree in everything that plans depend on? */
extern bool orm_model_equal(const OrmModel *a, const OrmModel *b);

/*
 * Opens the model's relation.  The caller already holds a lock on it, and closes
 * it.  Raises 42P01 when the relation was dropped during the call.
 */
extern Relation orm_model_table(const OrmModel *model);

/* Index of the attribute of that name, or -1. */
extern int orm_model_attribute(const OrmModel *model, const char *name, int length);

/* Index of the attribute over that column of the table, or -1. */
extern int orm_model_attribute_over(const OrmModel *model, AttrNumber column);

/* Do objects set the attribute? */
static inline bool
orm_model_is_settable(const OrmAttribute *attribute)
{
	return !attribute->generated && !attribute->identity_always && !attribute->read_only;
}

/* Raises 428C9 for an attribute that objects do not set; "path" is its place. */
extern void orm_model_raise_generated(const OrmModel *model, const OrmAttribute *attribute, const OrmPath *path)
	pg_attribute_noreturn();

/* Raises 42703 when the name given at "path" is that of a pending attribute or relationship. */
extern void orm_model_refuse_pending(const OrmModel *model, const char *name, const OrmPath *path);

/*
 * Raises 42703 for an attribute name given at "path": either it is pending, or
 * the hint is the nearest attribute.
 */
extern void orm_model_no_attribute(const OrmModel *model, const char *name, const OrmPath *path)
	pg_attribute_noreturn();

/*
 * May join table rows of the relationship be deleted with an object, although
 * the linked objects stay?  (remove/collect.c decides.)
 */
static inline bool
orm_model_may_unlink(const OrmRelationship *relationship)
{
	return relationship->resolved && relationship->kind == ORM_MANY_TO_MANY && !relationship->unlinked_by_server;
}

/* Has the relationship no key of its own, so that it is read only (query/derived.h)? */
static inline bool
orm_model_is_derived(const OrmRelationship *relationship)
{
	return relationship->path != NULL || relationship->kind == ORM_RELATED;
}

/* The primary key of the model; raises 42P16 when there is none. */
extern const OrmKey *orm_model_need_key(const OrmModel *model);

/* The relationship of that name, or NULL. */
extern const OrmRelationship *orm_model_relationship(const OrmModel *model, const char *name);

#endif
