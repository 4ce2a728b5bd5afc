/*
 * position.h - the element "position": the place of a row in a list, 1 to n without gaps.
 *
 *     orm.position('position', 'author')
 *
 * The rows that a belongs_to gives one key are a list; rows without a key have no position.  Without a
 * relationship all rows are one list.  Triggers of the table (model/shared_trigger.h) number the lists anew that a
 * statement has changed: a row whose position was given, or has changed, is put there and moves the others, one
 * whose position is NULL, or that comes from another list as it is, is put at the end.  Who changes a list waits
 * for the end of others who do so: a lock of the table's lists is taken before rows are locked.  A column that no
 * element declares is implied, where the table is made here.
 */
#ifndef ORM_MODEL_POSITION_H
#define ORM_MODEL_POSITION_H

#include "model/model.h"
#include "model/shared_trigger.h"

/* A position whose column and list are there. */
typedef struct OrmPositioning
{
	const OrmModel *model;
	const OrmDeclaredPosition *position;
	AttrNumber column;
	int nlist;
	AttrNumber list[INDEX_MAX_KEYS]; /* columns that make the list; none: all rows are one */
} OrmPositioning;

/* Adds the columns that no element declares. */
extern void orm_position_imply(OrmDeclaration *declaration);

/*
 * Checks positions: 42701 for a column or list twice, 42703 for a relationship that is not declared, 22023 for
 * one that is no belongs_to, with the place.
 */
extern void orm_position_check(const OrmDeclaration *declaration);

/* What the trigger calls the list of a position: the relationship, or "". */
extern const char *orm_position_list(const OrmDeclaredPosition *position);

/* The position of a list of that name, or NULL. */
extern const OrmDeclaredPosition *orm_position_find(const OrmDeclaration *declaration, const char *list);

/* Do two declarations of a model say the same of a list? */
extern bool orm_position_is_same(const OrmDeclaration *one, const OrmDeclaration *other, const char *list);

/* What a position is called while it is pending, and those of a model that are: List of char *. */
extern char *orm_position_label(const OrmDeclaredPosition *position);
extern List *orm_position_pending(const OrmModel *model);

/* Is a position among the attributes of a key?  A row with a taken one moves the others, so it finds no row. */
extern bool orm_position_is_in_key(const OrmModel *model, const OrmKey *key);

/* Finds the columns of a list; false: they are not all there, or there is no primary key. */
extern bool orm_position_open(const OrmModel *model, const char *list, OrmPositioning *positioning);

/* The place of a key of a position. */
extern const OrmPath *orm_position_place(OrmElementPlace *place, const OrmDeclaredPosition *position, const char *key);

/*
 * Appends the condition under which a row of the table, called by an alias, stands in a list: it has a key, and is
 * not marked as deleted.  Other rows have no position.
 */
extern void orm_position_append_condition(StringInfo sql, const OrmPositioning *positioning, const char *alias);

/* Appends an UPDATE that numbers the lists anew that an event has changed. */
extern void orm_position_renumber_changed(StringInfo sql, const OrmPositioning *positioning, OrmSharedEvent event);

/*
 * Appends an UPDATE that numbers rows in the order of arrays, which are parameters, one for each attribute of the
 * primary key.
 */
extern void orm_position_reorder(StringInfo sql, const OrmPositioning *positioning);

/* Appends a SELECT of the rows that are wrong: the key as JSON, "was" and "is"; and an UPDATE that sets all right. */
extern void orm_position_wrong(StringInfo sql, const OrmPositioning *positioning);
extern void orm_position_renumber(StringInfo sql, const OrmPositioning *positioning);

#endif
