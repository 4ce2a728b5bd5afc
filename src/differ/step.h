/*
 * step.h - steps of a schema change.
 */
#ifndef ORM_DIFFER_STEP_H
#define ORM_DIFFER_STEP_H

#include "access/attnum.h"
#include "nodes/pg_list.h"

/* The phases of a schema change, in the order in which they run. */
typedef enum OrmStepPhase
{
	ORM_PHASE_BEFORE,	 /* data steps that run first */
	ORM_PHASE_TYPE,		 /* enum types created, their labels added */
	ORM_PHASE_RENAME,	 /* tables, columns and constraints renamed */
	ORM_PHASE_UNLINK,	 /* foreign keys dropped */
	ORM_PHASE_UNKEY,	 /* other constraints and indexes dropped */
	ORM_PHASE_OPTION,	 /* what the table is as a whole changed */
	ORM_PHASE_COLUMN,	 /* columns added and changed */
	ORM_PHASE_KEY,		 /* constraints and indexes added */
	ORM_PHASE_TABLE,	 /* tables created */
	ORM_PHASE_LINK,		 /* foreign keys added */
	ORM_PHASE_DATA,		 /* other data steps */
	ORM_PHASE_DROP,		 /* columns and tables dropped */
	ORM_PHASE_COMMENT,	 /* comments */
	ORM_PHASE_TRIGGER,	 /* triggers that count versions */
	ORM_PHASE_STATEMENT, /* statements about tables */
	ORM_PHASE_MODEL,	 /* models renamed */
	ORM_PHASE_FUNCTION,	 /* typed functions */
	ORM_PHASE_CLEANUP,	 /* types that functions had until then */
	ORM_PHASE_UNMANAGED	 /* objects that no declaration names: nothing is done */
} OrmStepPhase;

/* The form of a step in an online migration, see define/online_plan.h. */
typedef enum OrmGentle
{
	ORM_GENTLE_NONE,	   /* the statement itself */
	ORM_GENTLE_INDEX,	   /* CREATE INDEX CONCURRENTLY */
	ORM_GENTLE_DROP_INDEX, /* DROP INDEX CONCURRENTLY */
	ORM_GENTLE_UNIQUE,	   /* a unique index, CONCURRENTLY, that becomes a constraint */
	ORM_GENTLE_VALIDATE,   /* ADD CONSTRAINT ... NOT VALID, then VALIDATE CONSTRAINT */
	ORM_GENTLE_NOT_NULL,   /* after a check of it, NOT VALID, then VALIDATE CONSTRAINT */
	ORM_GENTLE_FILL		   /* some rows at a time, by primary key */
} OrmGentle;

typedef struct OrmStep
{
	OrmStepPhase phase;
	const char *model;	/* NULL: a join table's */
	const char *about;	/* the model whose declaration it comes from */
	const char *action; /* "create", "add", "alter", "rename", "drop", "run", "unmanaged" */
	char *column;		/* that is dropped; NULL: another step */
	AttrNumber number;	/* of the column that is dropped or gets another type; 0: another step */
	const char *former; /* the model that is renamed; NULL: another step */
	char *object;		/* "column shop.posts.title" */
	char *sql;			/* one statement; NULL: an object that no declaration names */
	char *reverse;		/* NULL: none */
	const char *lock;	/* mode of LOCK on the table; NULL: none on a table that exists */
	Oid relid;			/* the table that is locked; InvalidOid: none */
	Oid owner;			/* the role that runs it, */
	const char *schema; /* and the schema of its names, see orm_settings_pin; NULL: all are qualified */
	bool rewrites;
	bool loosens;	 /* changes or drops a column that computed attributes may read, see define/loosen.h */
	char *lost;		 /* query for the number of values that are lost; NULL: not destructive */
	char *lost_name; /* of these: "Model.attribute", "Model" */
	char *changed;	 /* query for the number of values that are normalized; NULL: none */
	int64 rows;		 /* number of values lost or normalized; -1: not counted */
	double seconds;	 /* -1: not estimated */
	char *note;
	bool normalizes; /* values that are there; the trigger is made anew afterwards */
	bool no_cast;	 /* from the type of a column to the declared one */
	Oid type;		 /* of a column that is added or dropped; InvalidOid: of others */

	OrmGentle gentle;
	char *table;		/* quoted and qualified */
	char *named;		/* the index or constraint, or the column, that the gentle form is about */
	char *gentle_sql;	/* the statement with that name; of a unique constraint: of its index */
	const char *attach; /* unique constraint: words behind USING INDEX */

	/* Rows that do not allow the step: a query for their number and three examples; NULL: none can be. */
	char *wrong;
	int wrong_code;		 /* SQLSTATE */
	char *wrong_message; /* of the error */
	const char *wrong_hint;
} OrmStep;

/* Appends a step without options. */
extern OrmStep *orm_step_add(List **steps, OrmStepPhase phase, const char *model, const char *action, char *object,
							 char *sql, char *reverse);

/* Puts the steps into the order of their phases; within one the order stays. */
extern void orm_step_sort(List *steps);

#endif
