/*
 * use.c - see use.h.
 */
#include "postgres.h"

#include "base/members.h"
#include "model/element.h"
#include "model/element_list.h"
#include "model/use.h"

/* Builders of elements that are one model's, or count once. */
static const char *const not_brought[] = {"table",	 "comment_on_table", "accessors",	 "naming",
										  "removed", "data_step",		 "renamed_from", "table_renamed_from"};

void
orm_use_check_element(OrmJson element, const OrmPath *path)
{
	OrmJson body;

	if (orm_json_kind(element) != ORM_JSON_OBJECT)
		return;
	for (int i = 0; i < (int) lengthof(not_brought); i++)
		if (orm_json_member(element, not_brought[i], &body))
		{
			OrmPath here = orm_path_key(path, not_brought[i]);

			orm_members_raise_not_allowed("element", not_brought[i], &here,
										  "A mixin has elements that several models can have.");
		}
}

/* Raises 42701 for a second use of a mixin. */
static void
check_once(const OrmDeclaration *declaration, const OrmDeclaredUse *use)
{
	OrmElementPlace place;
	ListCell *cell;

	foreach(cell, declaration->uses)
		if (lfirst(cell) != use && strcmp(((OrmDeclaredUse *) lfirst(cell))->name, use->name) == 0)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("mixin \"%s\" is used more than once", use->name),
					orm_error_place(orm_declaration_place(&place, use->position, "use", NULL)));
}

void
orm_use_read(OrmDeclaration *declaration, OrmDeclaredUse *use, bool mapped)
{
	OrmElementPlace place;
	OrmJsonWalk walk;

	check_once(declaration, use);
	use->brought = palloc0(sizeof(OrmDeclaration));
	use->brought->stored = declaration->stored;
	use->brought->all_accessors = true;
	if (use->elements == NULL)
		return;
	walk = orm_json_walk(orm_document_root(use->elements));
	while (orm_json_next(&walk))
	{
		int position = ORM_POSITION_IN_USE(use->position, walk.index);

		if (walk.index >= PG_INT32_MAX / ORM_POSITIONS_PER_USE - 1)
			ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("mixin \"%s\" has too many elements", use->name));
		orm_use_check_element(walk.value, orm_declaration_place(&place, position, NULL, NULL));
		orm_element_read(use->brought, walk.value, position, mapped);
		if (use->brought->uses != NIL)
			orm_members_raise_not_allowed("element", "use", orm_declaration_place(&place, position, "use", NULL),
										  "The elements of that mixin are given in its place.");
	}
	for (OrmElementList list = ORM_LIST_COLUMNS; list <= ORM_LIST_REMOVALS; list++)
	{
		List **all = orm_element_list_of(declaration, list);

		*all = list_concat(*all, *orm_element_list_of(use->brought, list));
	}
}

/* Copies a declaration with the elements that are (or are not) in another one. */
static OrmDeclaration *
filter(const OrmDeclaration *declaration, OrmDeclaration *other, bool are, int *n)
{
	OrmDeclaration *copy = palloc(sizeof(OrmDeclaration));

	*copy = *declaration;
	*n = 0;
	for (OrmElementList list = ORM_LIST_COLUMNS; list <= ORM_LIST_REMOVALS; list++)
	{
		List **elements = orm_element_list_of(copy, list);
		const List *others = *orm_element_list_of(other, list);
		List *kept = NIL;
		ListCell *cell;

		foreach(cell, *elements)
			if (list_member_ptr(others, lfirst(cell)) == are)
				kept = lappend(kept, lfirst(cell));
		*elements = kept;
		*n += list_length(kept);
	}
	return copy;
}

const OrmDeclaration *
orm_use_brought(const OrmDeclaration *declaration, const OrmDeclaredUse *use)
{
	OrmDeclaration all = *declaration;
	OrmDeclaration *brought;
	int n;

	if (use->brought == NULL)
		return NULL;
	brought = filter(use->brought, &all, true, &n);
	return n > 0 ? brought : NULL;
}

const OrmDeclaration *
orm_use_own(const OrmDeclaration *declaration)
{
	const OrmDeclaration *own = declaration;
	ListCell *cell;
	int n;

	foreach(cell, declaration->uses)
	{
		OrmDeclaredUse *use = lfirst(cell);

		if (use->brought != NULL)
			own = filter(own, use->brought, false, &n);
	}
	return own;
}

/* The elements of a list that are like these, in the order of the list. */
static List *
find_like(List *elements, OrmElementList list, const List *brought)
{
	List *found = NIL;
	List *like = NIL;
	ListCell *cell;

	foreach(cell, brought)
	{
		ListCell *one = orm_element_list_like(elements, list, lfirst(cell));

		if (one != NULL)
			like = list_append_unique_ptr(like, lfirst(one));
	}
	foreach(cell, elements)
	{
		if (list_member_ptr(like, lfirst(cell)))
			found = lappend(found, lfirst(cell));
		else if (list == ORM_LIST_COLUMNS && found != NIL)
			break;
	}
	return found;
}

void
orm_use_resume(OrmDeclaration *declaration, const OrmDeclaredUse *use)
{
	OrmDeclaredUse *again = palloc0(sizeof(OrmDeclaredUse));

	again->name = use->name;
	again->position = ORM_POSITIONS_PER_USE - 1;
	again->brought = palloc0(sizeof(OrmDeclaration));
	for (OrmElementList list = ORM_LIST_COLUMNS; use->brought != NULL && list <= ORM_LIST_REMOVALS; list++)
		*orm_element_list_of(again->brought, list) = find_like(*orm_element_list_of(declaration, list), list,
															   *orm_element_list_of(use->brought, list));
	if (again->brought->columns != NIL)
		again->position = ((OrmDeclaredColumn *) linitial(again->brought->columns))->position;
	declaration->uses = lappend(declaration->uses, again);
}

bool
orm_use_take_out(OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;
	int n;

	foreach(cell, declaration->uses)
	{
		OrmDeclaredUse *use = lfirst(cell);

		if (strcmp(use->name, name) != 0)
			continue;
		if (use->brought != NULL)
			*declaration = *filter(declaration, use->brought, false, &n);
		declaration->uses = list_delete_ptr(list_copy(declaration->uses), use);
		return true;
	}
	return false;
}
