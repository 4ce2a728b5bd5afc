/*
 * extend.c - orm.extend.
 */
#include "postgres.h"

#include "base/error.h"
#include "define/declare.h"
#include "define/extend.h"
#include "define/model_function.h"
#include "define/reconcile.h"
#include "define/register.h"
#include "model/cache.h"

/* Raises 22023 for an element that is no relationship; -1: its place is not known. */
static void
refuse_element(int position, const char *what)
{
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is not allowed here", what),
			position >= 0 ? orm_error_place(orm_declaration_place(&place, position, NULL, NULL)) : 0,
			errhint("orm.extend adds relationships: orm.belongs_to, orm.has_many, orm.has_one, orm.many_to_many."));
}

/* Checks that there are relationships only. */
static void
check_elements(const OrmDeclaration *addition)
{
	if (addition->columns != NIL)
		refuse_element(((OrmDeclaredColumn *) linitial(addition->columns))->position, "a column");
	if (addition->constraints != NIL)
		refuse_element(((OrmDeclaredConstraint *) linitial(addition->constraints))->position, "a key or constraint");
	if (addition->enums != NIL)
		refuse_element(((OrmDeclaredEnum *) linitial(addition->enums))->position, "an enum");
	if (addition->comment != NULL)
		refuse_element(-1, "orm.comment_on_table");
	if (addition->versions != NIL)
		refuse_element(((OrmDeclaredVersion *) linitial(addition->versions))->position, "a version");
	if (addition->has_accessors)
		refuse_element(-1, "orm.accessors");
}

/* Raises 42710 for a relationship that the model has. */
static void
check_new(const OrmDeclaration *declaration, const OrmDeclaredRelationship *relationship)
{
	OrmElementPlace place;

	if (orm_declaration_relationship(declaration, relationship->name) != NULL)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("relationship \"%s\" of model \"%s\" already exists", relationship->name, declaration->model),
				orm_error_place(orm_declaration_place(&place, relationship->position, NULL, NULL)));
}

/* The declaration with the relationships behind its elements, read again as a whole. */
static OrmDeclaration *
merge(OrmDeclaration *declaration, const OrmDeclaration *addition, bool mapped)
{
	int position = list_length(declaration->columns) + list_length(declaration->constraints) +
		list_length(declaration->relationships);
	ListCell *cell;

	foreach(cell, addition->relationships)
	{
		OrmDeclaredRelationship *relationship = lfirst(cell);

		check_new(declaration, relationship);
		relationship->position = position++;
	}
	declaration->relationships = list_concat(declaration->relationships, addition->relationships);
	return orm_register_read_again(declaration, mapped);
}

void
orm_extend_model(const char *name, int nelements, const OrmDocument *const *elements, List **changes)
{
	OrmRegistered *row = orm_declare_lock(name);
	OrmDeclaration *addition;
	OrmDeclaration *declaration;
	StringInfoData document;

	if (row == NULL)
		orm_cache_raise_unknown(name);
	initStringInfo(&document);
	orm_declaration_compose(&document, name, name, nelements, elements);
	addition = orm_declare_read(document.data, row->mapped);
	check_elements(addition);
	declaration = merge(orm_register_declaration(row), addition, row->by_map);
	orm_declare_check_inverses(declaration);
	orm_model_function_write(row, declaration, row->relid);
	if (!row->mapped)
		return;
	orm_register_check_relationships(name);
	orm_register_pin(name);
	orm_reconcile_accessors(orm_cache_open(name, AccessShareLock), true, changes);
}
