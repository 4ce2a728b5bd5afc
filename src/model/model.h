/*
 * model.h - OrmModel: a model as it is now, resolved from the registry, the
 * relcache and the catalogs.  Immutable; lives in a memory context of its own;
 * handed out by the model cache (model/cache.h).
 *
 * A model exists in this form only when it has a table.  One that is merely
 * declared is an OrmDeclaration.
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
	char *name;	  /* of the attribute */
	char *column; /* of its column */
	AttrNumber attnum;
	OrmType *type;
	bool not_null;
	bool has_default; /* a default, an identity or a generation expression */
	bool generated;	  /* GENERATED ALWAYS AS (...) STORED or VIRTUAL */
	bool identity_always;
	bool identity;		/* either kind */
	bool numbered;		/* the database numbers it: an identity, or nextval() is its default */
	bool plain_default; /* its default, if any, raises nothing, and evaluating it shows nowhere */
	Oid sequence;		/* its default is nextval() of this alone: plain but for the right to use it */
	bool in_key;		/* part of the primary key */
	bool leads_index;	/* first column of a valid btree or hash index over whole table: looked up by it */
	Oid equality;		/* operator, or InvalidOid */
	bool equal_is_same; /* values that are equal by it are the same in every byte */
} OrmAttribute;

/* A key: indexes into OrmModel.attributes, in key order. */
typedef struct OrmKey
{
	char *name; /* of the constraint or index; NULL: declared by orm.primary_key */
	int nattributes;
	int *attributes;
	bool single;	  /* of a unique index: a query finds at most one row by it (model/index.h) */
	bool nulls_equal; /* NULLS NOT DISTINCT: NULL is a value like others */
	bool deferrable;  /* of a constraint that may wait: ON CONFLICT cannot name it */
} OrmKey;

typedef struct OrmRelationship
{
	OrmRelationshipKind kind;
	char *name;
	char *target; /* name of the target model */
	char *back_populates;
	bool resolved; /* the rest is set; if not, orm_relationship_require says why */
	Oid target_relid;
	int nkeys;				/* columns of the (first) key */
	AttrNumber *local;		/* columns of this model's table */
	AttrNumber *remote;		/* of the target's, or of the join table */
	Oid *operators;			/* local = remote, or remote = local: see "key_is_local" */
	bool key_is_local;		/* belongs to: this table holds the key; operators take (remote, local) */
	int cascade;			/* OrmCascade */
	bool deleted_by_server; /* ON DELETE CASCADE: rows that hold this key go with those they refer to; many
									 * to many: both keys say so */
	Oid join_relid;			/* many to many only */
	int njoin;
	AttrNumber *join_target; /* join table's columns that point at the target */
	AttrNumber *target_key;	 /* the columns of the target they point at */
	Oid *join_operators;	 /* target = join */
	bool join_indexed;		 /* the first of "remote" leads an index of the join table, as leads_index says */
} OrmRelationship;

typedef struct OrmModel
{
	MemoryContext context;
	uint64 epoch; /* no two different builds of any model share one */
	char *name;
	Oid relid;
	char relkind;
	Oid owner;
	Oid row_type;
	char *schema;
	char *relation;
	char *fingerprint; /* all that plans depend on, as text; two equal builds have equal ones */
	int natts;		   /* of the relation, dropped columns included */
	bool before_insert_row_trigger;
	bool plain_inserts; /* an INSERT of a row that is there shows nowhere: no trigger, policy, rule or child */
	bool has_checks;
	bool has_rules;
	int after_events; /* INSERT and UPDATE, as far as rows can change after them: see model/after.h */
	int nattributes;
	OrmAttribute *attributes; /* in table order, dropped columns left out */
	OrmKey *primary_key;	  /* NULL: none; &unique[0] when an index makes it */
	int nunique;
	OrmKey *unique;		  /* keys of unique indexes over whole columns and all rows, the primary key first */
	int version;		  /* the attribute that counts a row's changes, or -1 */
	char version_trigger; /* tgenabled of the trigger that does; '\0': there is none */
	int nrelationships;
	OrmRelationship *relationships;
	bool deletes_along;			 /* one of them has ORM_CASCADE_DELETE */
	OrmDeclaration *declaration; /* what the registry holds, names as they are now */
} OrmModel;

/*
 * Builds a model from its registry row, in a new child of "parent".  The
 * caller holds a lock on the relation.  Returns NULL when the relation is gone.
 * *depends receives the OIDs of all other relations that were looked at, in the
 * model's context.  A relationship that cannot be resolved is not an error here.
 */
extern OrmModel *orm_model_build(const OrmRegistered *row, MemoryContext parent, List **depends);

/* Are two builds of a model the same in everything that plans depend on? */
extern bool orm_model_equal(const OrmModel *a, const OrmModel *b);

/*
 * The model's relation, under the lock that the call has on it; to be closed.
 * Raises 42P01 when code that the call has run dropped it.
 */
extern Relation orm_model_table(const OrmModel *model);

/* Index of the attribute of that name, or -1. */
extern int orm_model_attribute(const OrmModel *model, const char *name, int length);

/* Index of the attribute over that column of the table, or -1. */
extern int orm_model_attribute_over(const OrmModel *model, AttrNumber column);

/* Raises 42703 with the nearest attribute, for a name that was given at "path". */
extern void orm_model_no_attribute(const OrmModel *model, const char *name, const OrmPath *path)
	pg_attribute_noreturn();

/* Raises 42P10 unless the model has a primary key. */
extern const OrmKey *orm_model_need_key(const OrmModel *model);

/* The relationship of that name, or NULL. */
extern const OrmRelationship *orm_model_relationship(const OrmModel *model, const char *name);

#endif
