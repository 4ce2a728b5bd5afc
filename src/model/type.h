/*
 * type.h - properties of types.
 *
 * An OrmType contains initialized FmgrInfos of the input and output functions.  It
 * is allocated in the current memory context, usually that of its model, and must
 * not be referenced from contexts that live longer.
 */
#ifndef ORM_MODEL_TYPE_H
#define ORM_MODEL_TYPE_H

#include "access/tupdesc.h"
#include "fmgr.h"

struct TypeName;

/* Classes of types by their JSON form; domains have the class of their base type. */
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
	ORM_TYPE_OTHER /* a string, or the result of a cast to json */
} OrmTypeClass;

typedef struct OrmField
{
	char *name; /* NULL: a dropped column of the row type */
	struct OrmType *type;
} OrmField;

typedef struct OrmType
{
	Oid oid;	  /* declared type, may be a domain */
	Oid base;	  /* base type of a domain, else oid */
	int32 typmod; /* of the column or the domain */
	Oid collation;
	int16 length;
	bool by_value;
	char align;
	bool is_domain;
	OrmTypeClass class;
	FmgrInfo input; /* of base, without domain checks: see orm_value_check */
	Oid input_param;
	FmgrInfo output;		 /* of base */
	FmgrInfo to_json;		 /* to_json() for this type; set with has_json_cast and for composites */
	bool has_json_cast;		 /* class OTHER, and to_json() does not print the output function's text */
	bool takes_number;		 /* accepts a JSON number */
	struct OrmType *element; /* of an array */
	int nfields;			 /* of a composite: see orm_type_open_row */
	OrmField *fields;
	uint64 row_version;	   /* tupDesc_identifier of the definition that the fields were made from */
	void *domain_cache;	   /* for domain_check */
	bool busy;			   /* the input function or the domain check is running; see value.c */
	MemoryContext context; /* context of this struct */
} OrmType;

/* Looks up the properties of a type; allocated in the current memory context. */
extern OrmType *orm_type_make(Oid type, int32 typmod, Oid collation);

/*
 * The row descriptor of a composite, pinned; the caller releases it by
 * ReleaseTupleDesc.  The type's fields are rebuilt first if ALTER TYPE has changed
 * the descriptor.  Old fields are not freed, so a caller that loops over them copies
 * the pointer.
 */
extern TupleDesc orm_type_open_row(const OrmType *type);

/*
 * The equality operator of a type's default btree or hash operator class, or
 * InvalidOid.
 */
extern Oid orm_type_equality(Oid type);

/* Are equal values of the type, under its collation, byte-wise identical? */
extern bool orm_type_equal_is_same(const OrmType *type);

/* The output function's text of a value, palloc'd. */
extern char *orm_type_text(Oid type, Datum value);

/*
 * An unqualified name means the type of pg_catalog if there is one, so that the
 * meaning of a document does not depend on search_path.
 */
extern void orm_type_prefer_catalog(struct TypeName *name);

/* The type of a name in a document.  Raises as the parser does. */
extern Oid orm_type_find(const char *name, int32 *typmod);

/* The name of a type or a collation in declarations, palloc'd: qualified unless in pg_catalog. */
extern char *orm_type_name(Oid type, int32 typmod);
extern char *orm_type_collation_name(Oid collation);

/* Is the type json or jsonb, or a domain over one of them? */
static inline bool
orm_type_is_json(const OrmType *type)
{
	return type->class == ORM_TYPE_JSON || type->class == ORM_TYPE_JSONB;
}

/* Does the type accept a JSON number? */
static inline bool
orm_type_takes_number(const OrmType *type)
{
	return type->takes_number;
}

#endif
