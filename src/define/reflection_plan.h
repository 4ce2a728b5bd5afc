/*
 * reflection_plan.h - which relations become which models, and by which relationships they are joined.
 *
 * A plan is made from the catalogs, the registry and the options, and changes
 * nothing.  It has an entry for each relation that is meant, and for each model
 * outside that a foreign key leads to or comes from:
 *
 *     a model that is new, or one that exists
 *     a join table that is no model
 *     a relation that is skipped, with the reason
 *
 * and each model has an end for each foreign key of which it is one: belongs_to
 * where the key is, has_many (has_one where its columns are unique) where it
 * leads, many_to_many on both sides of a join table.
 */
#ifndef ORM_DEFINE_REFLECTION_PLAN_H
#define ORM_DEFINE_REFLECTION_PLAN_H

#include "define/reflection_options.h"
#include "model/catalog.h"
#include "model/model.h"

/* Rows of the result say what became of a relation or relationship. */
typedef enum OrmReflectionAction
{
	ORM_REFLECTION_MAPPED,
	ORM_REFLECTION_EXTENDED,
	ORM_REFLECTION_KEPT,
	ORM_REFLECTION_SKIPPED,
	ORM_REFLECTION_PRUNED
} OrmReflectionAction;

typedef struct OrmReflectedModel
{
	const OrmCatalogRelation *relation;
	char *identity;			  /* of the relation, as PostgreSQL printed it when the plan was made */
	char *name;				  /* NULL: a join table that is no model */
	bool in_scope;			  /* false: a model outside of what is reflected */
	bool exists;			  /* it was a model before */
	const OrmModel *existing; /* the same, opened; NULL: not opened, or new */
	bool referenced;		  /* by a foreign key of the catalog */
	List *columns;			  /* new: of OrmDeclaredColumn *, those with attributes of other names */
	List *key;				  /* of char *: the columns to declare as its key, new or without one */
	List *ends;				  /* of OrmReflectedEnd * */
	List *pruned;			  /* exists: of char *, relationships whose foreign key is gone */
	OrmReflectionAction action;
	char *detail;  /* skipped: SQLSTATE and message; mapped: what it lacks, or NULL */
	char *problem; /* why its functions could not be made, or NULL */
} OrmReflectedModel;

typedef struct OrmReflectedEnd
{
	OrmReflectedModel *model;
	OrmReflectedModel *target;
	OrmRelationshipKind kind;
	const OrmForeignKey *key;		 /* of many_to_many the one that leads to this model */
	const OrmReflectedModel *join;	 /* many_to_many: the join table */
	struct OrmReflectedEnd *inverse; /* NULL: on the other side nothing can be added */
	char *name;						 /* NULL: not named yet */
	char *plain;					 /* as it would be made if there were no other */
	char *by_columns;				 /* the same with the columns of its key */
	bool given;						 /* by the options, or by the inverse that exists */
	OrmReflectionAction action;		 /* mapped: to be added */
	char *detail;					 /* skipped: SQLSTATE and message */
} OrmReflectedEnd;

typedef struct OrmReflectionPlan
{
	const OrmReflectionOptions *options;
	OrmCatalog *catalog;
	List *names;  /* of char *: all models that exist */
	List *models; /* of OrmReflectedModel *: in scope by name of the relation, then those outside */
} OrmReflectionPlan;

/* Which relations of a schema are meant: expressions of orm_pattern_regex; NULL: no such argument. */
typedef struct OrmReflectionScope
{
	Oid schema;
	bool has_include;
	List *include; /* of char * */
	List *exclude;
} OrmReflectionScope;

/*
 * Makes a plan; the relations that are meant are locked (AccessShareLock) until
 * the transaction ends.  Raises what is wrong with the options (see reflection_check.h;
 * 42710 and 42701 for given names that are taken), and nothing for what the catalogs hold.
 */
extern OrmReflectionPlan *orm_reflection_plan_make(const OrmReflectionScope *scope,
												   const OrmReflectionOptions *options);

/* Is the entry a model, old or to be made? */
static inline bool
orm_reflection_plan_is_model(const OrmReflectedModel *model)
{
	return model != NULL && model->name != NULL && model->action != ORM_REFLECTION_SKIPPED;
}

/* The text of a row that is skipped: SQLSTATE and message. */
extern char *orm_reflection_plan_detail(int sqlstate, const char *message);

#endif
