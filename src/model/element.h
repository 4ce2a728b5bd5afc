/*
 * element.h - the builders of the elements of a model document, and the records that they are read into.
 *
 * element.c has the tables of them, and reads by them; element_print.c prints by them.
 */
#ifndef ORM_MODEL_ELEMENT_H
#define ORM_MODEL_ELEMENT_H

#include "base/members.h"
#include "model/element_key.h"

/* A kind of record, as a bit. */
#define ORM_ELEMENT_KIND(kind) (1 << (kind))

/* A kind of record. */
typedef struct OrmElementRecord
{
	Size size;	 /* 0: the declaration itself is the record */
	size_t list; /* offset of its list in the declaration */
	size_t kind; /* offset of the kind in the record; only with has_kind */
	bool has_kind;
	size_t position;
	OrmMemberTable table; /* of OrmElementKey */
} OrmElementRecord;

/* A builder: the kind of record that an element is read into. */
typedef struct OrmElementBuilder
{
	OrmMemberKey member;
	const OrmElementRecord *record;
	int kind;
} OrmElementBuilder;

/* The builder of that name. */
extern const OrmElementBuilder *orm_element_builder(const char *name);

/* An empty record of a builder. */
extern void *orm_element_make(const OrmElementBuilder *builder, int position);

/* The i-th key of a kind of record. */
static inline const OrmElementKey *
orm_element_key_at(const OrmElementRecord *record, int i)
{
	return (const OrmElementKey *) orm_members_record(&record->table, i);
}

/* Reads an element into the declaration; "position" is its index in "elements".  Raises errors with the place. */
extern void orm_element_read(OrmDeclaration *declaration, OrmJson element, int position, bool mapped);

/* The builder name of a kind of constraint: "primary_key"... */
extern const char *orm_element_constraint_name(OrmConstraintKind kind);

/* The same of a kind of relationship: "belongs_to"... */
extern const char *orm_element_relationship_name(OrmRelationshipKind kind);

/* The kind of builder of a constraint: ORM_CONSTRAINT_VERBATIM if it is given as SQL. */
extern OrmConstraintKind orm_element_constraint_kind(const OrmDeclaredConstraint *constraint);

#endif
