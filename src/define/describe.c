/*
 * describe.c - orm.describe.
 */
#include "postgres.h"

#include "define/describe.h"
#include "define/register.h"
#include "model/cache.h"
#include "model/reflect.h"

/* The document, without the notes that the extension keeps in it. */
static char *
print(OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->relationships)
		((OrmDeclaredRelationship *) lfirst(cell))->made = ORM_NOT_GIVEN;
	return orm_declaration_print(declaration);
}

char *
orm_describe_model(const char *name)
{
	const OrmModel *model;
	OrmRegistered *row = orm_registry_find(name);

	if (row != NULL && !row->mapped)
		return print(orm_register_declaration(row));
	model = orm_cache_open(name, AccessShareLock);
	return print(orm_reflect_model(model, orm_register_name_target, NULL));
}
