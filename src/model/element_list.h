/*
 * element_list.h - the lists of elements that a declaration has, and what elements are called.
 */
#ifndef ORM_MODEL_ELEMENT_LIST_H
#define ORM_MODEL_ELEMENT_LIST_H

#include "model/declaration.h"

typedef enum OrmElementList
{
	ORM_LIST_COLUMNS,
	ORM_LIST_CONSTRAINTS,
	ORM_LIST_RELATIONSHIPS,
	ORM_LIST_ENUMS,
	ORM_LIST_COMPUTED,
	ORM_LIST_SCOPES,
	ORM_LIST_VALIDATIONS,
	ORM_LIST_HOOKS,
	ORM_LIST_PUBLICATIONS,
	ORM_LIST_COUNTERS,
	ORM_LIST_POSITIONS,
	ORM_LIST_TIMESTAMPS,
	ORM_LIST_STAMPS,
	ORM_LIST_SOFT_DELETES,
	ORM_LIST_VERSIONS,
	ORM_LIST_TABLES,
	ORM_LIST_STATEMENTS,
	ORM_LIST_REMOVALS, /* the last that a mixin has elements for */
	ORM_LIST_USES,
	ORM_LIST_NAMINGS,
	ORM_LIST_DATA_STEPS,
	ORM_LIST_RENAMES,
	ORM_LIST_TABLE_RENAMES, /* the last that is a list */
	ORM_LIST_COMMENT,
	ORM_LIST_ACCESSORS
} OrmElementList;

/* The list of a declaration; NULL: what it has once. */
extern List **orm_element_list_of(OrmDeclaration *declaration, OrmElementList list);

/* What an element is called; empty for one that is the only one of its kind. */
extern const char *orm_element_list_label(OrmElementList list, const void *element);

/* The kind of an element within its list. */
extern int orm_element_list_kind(OrmElementList list, const void *element);

/* The cell of an element that this one takes the place of, or NULL. */
extern ListCell *orm_element_list_like(List *elements, OrmElementList list, const void *element);

/* The place of an element in the order of the document; NULL: its list has no order among others. */
extern int *orm_element_list_position(OrmElementList list, void *element);

#endif
