/*
 * extend.c - see extend.h.
 */
#include "postgres.h"

#include "base/members.h"
#include "base/names.h"
#include "base/nearest.h"
#include "define/declare.h"
#include "define/counting.h"
#include "define/extend.h"
#include "define/model_function.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "define/removal.h"
#include "define/scopes.h"
#include "define/keep.h"
#include "define/positioning.h"
#include "model/cache.h"
#include "model/element_list.h"
#include "model/hook.h"
#include "model/managed.h"
#include "model/relationship.h"
#include "model/use.h"
#include "registry/binding.h"
#include "model/validation.h"
#include "query/named_scope.h"

#define KIND(kind) (1 << (kind))
#define ALL_KINDS 0xff

/* Kinds of elements, as orm.drop_element has them: builders, and words for several of them. */
static const struct
{
	const char *name;
	OrmElementList list;
	int kinds; /* of constraints or relationships, as bits */
} element_kinds[] = {
	{"column", ORM_LIST_COLUMNS, 0},
	{"primary_key", ORM_LIST_CONSTRAINTS, KIND(ORM_CONSTRAINT_PRIMARY_KEY)},
	{"unique", ORM_LIST_CONSTRAINTS, KIND(ORM_CONSTRAINT_UNIQUE)},
	{"index", ORM_LIST_CONSTRAINTS, KIND(ORM_CONSTRAINT_INDEX)},
	{"check", ORM_LIST_CONSTRAINTS, KIND(ORM_CONSTRAINT_CHECK)},
	{"foreign_key", ORM_LIST_CONSTRAINTS, KIND(ORM_CONSTRAINT_FOREIGN_KEY)},
	{"exclude", ORM_LIST_CONSTRAINTS, KIND(ORM_CONSTRAINT_EXCLUDE)},
	{"constraint", ORM_LIST_CONSTRAINTS, ALL_KINDS & ~KIND(ORM_CONSTRAINT_INDEX)},
	{"belongs_to", ORM_LIST_RELATIONSHIPS, KIND(ORM_BELONGS_TO)},
	{"has_many", ORM_LIST_RELATIONSHIPS, KIND(ORM_HAS_MANY)},
	{"has_one", ORM_LIST_RELATIONSHIPS, KIND(ORM_HAS_ONE)},
	{"many_to_many", ORM_LIST_RELATIONSHIPS, KIND(ORM_MANY_TO_MANY)},
	{"related", ORM_LIST_RELATIONSHIPS, KIND(ORM_RELATED)},
	{"relationship", ORM_LIST_RELATIONSHIPS, ALL_KINDS},
	{"enum", ORM_LIST_ENUMS, 0},
	{"computed", ORM_LIST_COMPUTED, 0},
	{"scope", ORM_LIST_SCOPES, 0},
	{"validates", ORM_LIST_VALIDATIONS, 0},
	{"on", ORM_LIST_HOOKS, 0},
	{"publish", ORM_LIST_PUBLICATIONS, 0},
	{"counter", ORM_LIST_COUNTERS, 0},
	{"position", ORM_LIST_POSITIONS, 0},
	{"timestamps", ORM_LIST_TIMESTAMPS, 0},
	{"stamp", ORM_LIST_STAMPS, 0},
	{"soft_delete", ORM_LIST_SOFT_DELETES, 0},
	{"version", ORM_LIST_VERSIONS, 0},
	{"table", ORM_LIST_TABLES, 0},
	{"statement", ORM_LIST_STATEMENTS, 0},
	{"removed", ORM_LIST_REMOVALS, 0},
	{"use", ORM_LIST_USES, 0},
	{"naming", ORM_LIST_NAMINGS, 0},
	{"data_step", ORM_LIST_DATA_STEPS, 0},
	{"renamed_from", ORM_LIST_RENAMES, 0},
	{"table_renamed_from", ORM_LIST_TABLE_RENAMES, 0},
	{"comment_on_table", ORM_LIST_COMMENT, 0},
	{"accessors", ORM_LIST_ACCESSORS, 0},
};

/* Puts the elements of one list into a declaration, in place of those they are like; returns whether of any. */
static bool
merge_list(OrmDeclaration *declaration, const List *additions, OrmElementList list, int position)
{
	List **elements = orm_element_list_of(declaration, list);
	bool replaced = false;
	ListCell *cell;

	foreach(cell, additions)
	{
		void *addition = lfirst(cell);
		ListCell *like = orm_element_list_like(*elements, list, addition);
		int *place = orm_element_list_position(list, addition);

		/* one of the same call is not replaced: what is given twice is an error */
		if (like != NULL && list_member_ptr(additions, lfirst(like)))
			like = NULL;
		if (place != NULL)
			*place = like != NULL && !ORM_POSITION_IS_IN_USE(*place)
				? ORM_POSITION_OF_USE(*orm_element_list_position(list, lfirst(like)))
				: position + *place;
		if (like != NULL)
			lfirst(like) = addition;
		else
			*elements = lappend(*elements, addition);
		replaced = replaced || like != NULL;
	}
	return replaced;
}

/* Takes out the removals of columns that are declared again. */
static void
take_back_removals(OrmDeclaration *declaration, const OrmDeclaration *addition)
{
	ListCell *cell;

	foreach(cell, declaration->removals)
	{
		const char *column = ((const OrmDeclaredRemoval *) lfirst(cell))->column;

		if (column != NULL && orm_declaration_column(addition, column) != NULL)
			declaration->removals = foreach_delete_current(declaration->removals, cell);
	}
}

/* The first place behind all elements. */
static int
next_position(OrmDeclaration *declaration)
{
	int next = 0;
	ListCell *cell;

	for (OrmElementList list = ORM_LIST_COLUMNS; list <= ORM_LIST_USES; list++)
		foreach(cell, *orm_element_list_of(declaration, list))
		{
			const int *position = orm_element_list_position(list, lfirst(cell));

			if (position != NULL)
				next = Max(next, ORM_POSITION_OF_USE(*position) + 1);
		}
	return next;
}

/* Puts elements into a declaration; returns whether any of its own were replaced. */
static bool
merge(OrmDeclaration *declaration, OrmDeclaration *addition)
{
	int position = next_position(declaration);
	bool replaced = addition->has_accessors || addition->namings != NIL;
	ListCell *cell;

	take_back_removals(declaration, addition);
	foreach(cell, addition->uses)
		replaced = orm_use_take_out(declaration, ((OrmDeclaredUse *) lfirst(cell))->name) || replaced;
	for (OrmElementList list = ORM_LIST_COLUMNS; list <= ORM_LIST_TABLE_RENAMES; list++)
		replaced = merge_list(declaration, *orm_element_list_of(addition, list), list, position) || replaced;
	if (addition->comment != NULL)
		declaration->comment = addition->comment;
	if (addition->has_accessors)
	{
		declaration->has_accessors = true;
		declaration->prefix = addition->prefix;
		declaration->accessor_schema = addition->accessor_schema;
		declaration->include = addition->include;
		declaration->all_accessors = addition->all_accessors;
	}
	return replaced;
}

/* A declaration that has been changed, read again as a new one. */
static OrmDeclaration *
read_again(OrmDeclaration *declaration)
{
	declaration->stored = false;
	return orm_register_read_again(declaration, declaration->by_map);
}

/* Writes a changed declaration, and makes of the model what it says now. */
static void
apply(OrmRegistered *row, const OrmDeclaration *before, OrmDeclaration *declaration, bool replaced, List **changes)
{
	const OrmModel *model = row->mapped ? orm_cache_open(row->name, AccessShareLock) : NULL;
	char *former = row->text;

	orm_declare_check_inverses(declaration);
	if (row->by_map)
		orm_declare_check_columns(declaration, row->relid);
	if (model != NULL)
	{
		orm_removal_complete(declaration, before, row->relid);
		orm_reconcile_drop_stale(model, declaration, changes);
		orm_keep_reconcile(row->relid, row->name, declaration, false, changes);
		orm_counting_drop_changed(model, declaration, changes);
		orm_positioning_drop_changed(model, declaration, changes);
	}
	if (model == NULL)
	{
		orm_model_function_write(row, declaration, InvalidOid);
		return;
	}
	orm_register_mapped(row, declaration, row->relid);
	if (!row->by_map)
		orm_binding_keep(row->function, former);
	orm_register_check_relationships(row->name, row->by_map);
	orm_register_pin(row->name);
	model = orm_cache_open(row->name, AccessShareLock);
	orm_scopes_check(model);
	if (orm_named_scope_any(model) || orm_scope_hides_rows(before))
		orm_scopes_refresh_bodies(model);
	orm_keep_reconcile(row->relid, row->name, model->declaration, true, changes);
	orm_counting_make(row->name, true, changes);
	orm_positioning_make(row->name, true, changes);
	orm_reconcile_accessors(orm_cache_open(row->name, AccessShareLock), !replaced, changes);
}

void
orm_extend_model(const char *name, int nelements, const OrmDocument *const *elements, List **changes)
{
	OrmRegistered *row = orm_declare_lock(name);
	OrmDeclaration *declaration;
	StringInfoData document;
	bool replaced;

	if (row == NULL)
		orm_cache_raise_unknown(name);
	initStringInfo(&document);
	orm_declaration_compose(&document, name, name, nelements, elements);
	declaration = orm_register_declaration(row);
	replaced = merge(declaration, orm_declare_read_part(document.data, row->by_map));
	if (row->mapped)
		orm_declare_keep_pins(declaration, orm_register_declaration(row));
	apply(row, orm_register_declaration(row), read_again(declaration), replaced, changes);
}

/* Clears a key of a column that is what a constraint of that kind would say; false: it is not given. */
static bool
clear_key(OrmDeclaredColumn *column, OrmConstraintKind kind)
{
	OrmChoice *choice = NULL;
	char **text = NULL;

	switch (kind)
	{
		case ORM_CONSTRAINT_PRIMARY_KEY:
			choice = &column->primary_key;
			break;
		case ORM_CONSTRAINT_UNIQUE:
			choice = &column->is_unique;
			break;
		case ORM_CONSTRAINT_INDEX:
			choice = &column->indexed;
			break;
		case ORM_CONSTRAINT_CHECK:
			text = &column->check_expr;
			break;
		case ORM_CONSTRAINT_FOREIGN_KEY:
			text = &column->foreign_key;
			column->on_delete = column->on_update = NULL;
			break;
		case ORM_CONSTRAINT_EXCLUDE:
		case ORM_CONSTRAINT_VERBATIM:
			return false;
	}
	if (choice != NULL ? *choice != ORM_YES : *text == NULL)
		return false;
	if (choice != NULL)
		*choice = ORM_NOT_GIVEN;
	else
		*text = NULL;
	return true;
}

/*
 * Takes out a key of a column by the name of the column, or by the name that
 * the constraint has in the catalogs.
 */
static bool
drop_key(OrmDeclaration *declaration, const OrmRegistered *row, int kinds, const char *name)
{
	ListCell *cell;

	foreach(cell, orm_managed_of(declaration))
	{
		const OrmManaged *thing = lfirst(cell);
		OrmDeclaredColumn *column;

		if (thing->is_column || thing->made || thing->name != NULL || thing->rule != NULL ||
			!(kinds & KIND(thing->kind)) || list_length(thing->columns) != 1)
			continue;
		column = orm_declaration_column(declaration, linitial(thing->columns));
		if (column == NULL)
			continue;
		if (strcmp(column->name, name) == 0 ||
			(row->mapped && orm_managed_find(row->relid, thing) != NULL &&
			 strcmp(orm_managed_find(row->relid, thing), name) == 0))
			return clear_key(column, thing->kind);
	}
	return false;
}

/* Is an element called so: in the declaration, or in the catalogs? */
static bool
is_called(const OrmDeclaration *declaration, const OrmRegistered *row, OrmElementList list, void *element,
		  const char *name)
{
	const OrmDeclaredConstraint *constraint = element;
	OrmManaged thing = {.declaration = declaration};
	char *found;

	if (strcmp(orm_element_list_label(list, element), name) == 0)
		return true;
	if (list == ORM_LIST_HOOKS)
		return strcmp(((const OrmDeclaredHook *) element)->function, name) == 0;
	if (list != ORM_LIST_CONSTRAINTS || constraint->name != NULL || !row->mapped)
		return false;
	thing.kind = constraint->kind;
	thing.columns = constraint->columns;
	thing.marked = constraint->kind == ORM_CONSTRAINT_UNIQUE && declaration->soft_deletes != NIL;
	found = orm_managed_find(row->relid, &thing);
	return found != NULL && strcmp(found, name) == 0;
}

/* Raises 42704 for an element that the declaration does not have. */
static void
raise_no_element(OrmDeclaration *declaration, int kind, const char *name)
{
	const List *elements = *orm_element_list_of(declaration, element_kinds[kind].list);
	const char **names = palloc(sizeof(char *) * Max(list_length(elements), 1));
	const char *word = element_kinds[kind].name;
	int n = 0;
	ListCell *cell;

	foreach(cell, elements)
		if (element_kinds[kind].kinds == 0 ||
			(element_kinds[kind].kinds & KIND(orm_element_list_kind(element_kinds[kind].list, lfirst(cell)))))
			names[n++] = orm_element_list_label(element_kinds[kind].list, lfirst(cell));
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("%s \"%s\" of model \"%s\" does not exist", word, orm_error_clip(name), declaration->model),
			orm_nearest_hint(word, name, names, n));
}

/* Takes out what a declaration has once. */
static bool
drop_single(OrmDeclaration *declaration, OrmElementList list)
{
	bool had = false;

	if (list == ORM_LIST_COMMENT)
	{
		had = declaration->comment != NULL;
		declaration->comment = NULL;
	}
	else if (list == ORM_LIST_TABLES)
	{
		had = declaration->tables != NIL;
		declaration->tables = NIL;
	}
	else
	{
		had = declaration->has_accessors;
		declaration->has_accessors = false;
		declaration->all_accessors = true;
		declaration->prefix = declaration->accessor_schema = NULL;
		declaration->include = NIL;
	}
	return had;
}

/* Takes an element out of a declaration; of "validates" all of the attribute. */
static void
drop_element(OrmDeclaration *declaration, const OrmRegistered *row, int kind, const char *name)
{
	OrmElementList list = element_kinds[kind].list;
	int kinds = element_kinds[kind].kinds;
	List **elements = orm_element_list_of(declaration, list);
	bool found = false;
	ListCell *cell;

	if (elements == NULL || list == ORM_LIST_TABLES)
	{
		if (!drop_single(declaration, list))
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("model \"%s\" has no element \"%s\"", declaration->model, element_kinds[kind].name));
		return;
	}
	if (name == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("element must not be null"));
	if (list == ORM_LIST_USES && orm_use_take_out(declaration, name))
		return;
	foreach(cell, *elements)
		if ((kinds == 0 || (kinds & KIND(orm_element_list_kind(list, lfirst(cell))))) &&
			is_called(declaration, row, list, lfirst(cell), name))
		{
			*elements = foreach_delete_current(*elements, cell);
			found = true;
			if (list != ORM_LIST_VALIDATIONS)
				return;
		}
	if (found)
		return;
	if (list != ORM_LIST_CONSTRAINTS || !drop_key(declaration, row, kinds, name))
		raise_no_element(declaration, kind, name);
}

/* The number of a kind; raises 22023. */
static int
find_kind(const char *kind)
{
	const char *names[lengthof(element_kinds)];

	for (int i = 0; i < (int) lengthof(element_kinds); i++)
	{
		names[i] = element_kinds[i].name;
		if (strcmp(names[i], kind) == 0)
			return i;
	}
	orm_members_raise_unrecognized("kind", kind, NULL, names, lengthof(element_kinds));
}

void
orm_extend_drop_element(const char *name, const char *kind, const char *element, List **changes)
{
	int number = find_kind(kind);
	OrmRegistered *row = orm_declare_lock(name);
	OrmDeclaration *before;
	OrmDeclaration *declaration;

	if (row == NULL)
		orm_cache_raise_unknown(name);
	declaration = orm_register_declaration(row);
	drop_element(declaration, row, number, element);
	before = orm_register_declaration(row);

	/* a removal is only written, so it is only taken back here */
	if (element_kinds[number].list == ORM_LIST_REMOVALS)
		before->removals = declaration->removals;
	apply(row, before, read_again(declaration), true, changes);
}
