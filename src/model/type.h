/*
 * type.h - type properties, looked up once.
 *
 * An OrmType lives as long as the memory context it was made in (that of its
 * model, as a rule) and holds ready-to-call input and output functions, so it
 * must not be shared between contexts of different lifetime.
 */
#ifndef ORM_MODEL_TYPE_H
#define ORM_MODEL_TYPE_H

#include "access/tupdesc.h"
#include "fmgr.h"

/* How values of a type look in JSON; domains have the class of their base type. */
typedef enum OrmTypeClass
{
	ORM_TYPE_BOOL,
	ORM_TYPE_INT2,
	ORM_TYPE_INT4,
	ORM_TYPE_INT8,
	ORM_TYPE_FLOAT, /* float4, float8 */
	ORM_TYPE_NUMERIC,
	ORM_TYPE_TEXT, /* text, varchar, bpchar: the varlena is the text */
	ORM_TYPE_DATE,
	ORM_TYPE_TIMESTAMP,
	ORM_TYPE_TIMESTAMPTZ,
	ORM_TYPE_JSON,
	ORM_TYPE_JSONB,
	ORM_TYPE_ARRAY,
	ORM_TYPE_COMPOSITE,
	ORM_TYPE_OTHER /* a string, or what a cast to json makes of it */
} OrmTypeClass;

typedef struct OrmField
{
	char *name; /* NULL: a dropped column of the row type */
	struct OrmType *type;
} OrmField;

typedef struct OrmType
{
	Oid oid;	  /* as declared: may be a domain */
	Oid base;	  /* what the domain is over, at the bottom; else oid */
	int32 typmod; /* of the column, or of the domain */
	Oid collation;
	int16 length;
	bool by_value;
	char align;
	bool is_domain;
	OrmTypeClass class;
	FmgrInfo input; /* of base; a domain's checks come after: see orm_value_check */
	Oid input_param;
	FmgrInfo output;		 /* of base */
	FmgrInfo to_json;		 /* to_json() of exactly this type; set where has_json_cast, and for rows */
	bool has_json_cast;		 /* class OTHER and to_json does not print the output function's text */
	bool takes_number;		 /* a number in a document may become a value of the type */
	struct OrmType *element; /* of an array */
	int nfields;			 /* of a composite: see orm_type_open_row */
	OrmField *fields;
	uint64 row_version;	   /* of the composite's definition that the fields were made from */
	void *domain_cache;	   /* for domain_check */
	bool busy;			   /* an input function or a domain's check is running */
	MemoryContext context; /* where this lives */
} OrmType;

/* Looks up the properties of a type, in the current memory context. */
extern OrmType *orm_type_make(Oid type, int32 typmod, Oid collation);

/*
 * The row descriptor of a composite, pinned (ReleaseTupleDesc); the type's
 * fields are brought in line with it first, as ALTER TYPE may have changed
 * them since.  A caller that loops takes its own copy of the pointer to the
 * fields: they are replaced, never changed.
 */
extern TupleDesc orm_type_open_row(const OrmType *type);

/*
 * The equality operator by which values of a type are compared and indexed
 * (of its default btree or hash operator class), or InvalidOid.
 */
extern Oid orm_type_equality(Oid type);

/* Are values of the type, under its collation, that this operator finds equal the same in every byte? */
extern bool orm_type_equal_is_same(const OrmType *type);

/* A value of any type as text, by the type's output function. */
extern char *orm_type_text(Oid type, Datum value);

/* A type and a collation as a declaration has them: qualified unless in pg_catalog. */
extern char *orm_type_name(Oid type, int32 typmod);
extern char *orm_type_collation_name(Oid collation);

/* Is it one of the two json types, or a domain over one? */
static inline bool
orm_type_is_json(const OrmType *type)
{
	return type->class == ORM_TYPE_JSON || type->class == ORM_TYPE_JSONB;
}

/* Whether a number in a document may become a value of the type. */
static inline bool
orm_type_takes_number(const OrmType *type)
{
	return type->takes_number;
}

#endif
