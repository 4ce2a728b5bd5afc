/*
 * naming.c - see naming.h.
 */
#include "postgres.h"

#include "access/relation.h"
#include "utils/rel.h"

#include "base/error.h"
#include "base/names.h"
#include "base/sql.h"
#include "model/naming.h"

char *
orm_naming_attribute(const OrmDeclaration *declaration, const char *column)
{
	return orm_declaration_attribute_name(declaration->namings != NIL ? orm_name_camel(column) : column);
}

char *
orm_naming_column(const OrmDeclaration *declaration, const char *attribute)
{
	char *column = orm_name_snake(attribute);

	if (declaration->namings == NIL || strcmp(orm_naming_attribute(declaration, column), attribute) != 0)
		return pstrdup(attribute);
	return column;
}

void
orm_naming_apply(OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->columns)
	{
		OrmDeclaredColumn *column = lfirst(cell);

		if (column->attribute != NULL && !column->named_by_rule)
			continue;
		column->named_by_rule = declaration->namings != NIL;
		column->attribute = column->named_by_rule ? orm_naming_attribute(declaration, column->name) : NULL;
	}
}

/* Raises 42701 for two columns whose attributes have one name. */
static void
raise_conflict(const OrmDeclaration *declaration, const char *first, const char *second, const char *attribute)
{
	const OrmDeclaredNaming *naming = linitial(declaration->namings);
	OrmElementPlace place;

	ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
			errmsg("columns \"%s\" and \"%s\" both have the attribute \"%s\"", first, second, attribute),
			orm_error_place(orm_declaration_place(&place, naming->position, "naming", NULL)),
			errhint("Give one of them a name of its own: orm.column('%s', attribute => ...).", second));
}

/* The attribute of a declared column. */
static const char *
attribute_of(const OrmDeclaredColumn *column)
{
	return column->attribute != NULL ? column->attribute : column->name;
}

void
orm_naming_check(const OrmDeclaration *declaration)
{
	OrmElementPlace place;

	if (list_length(declaration->namings) > 1)
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN), errmsg("element \"%s\" is given twice", "naming"),
				orm_error_place(orm_declaration_place(
					&place, ((OrmDeclaredNaming *) lsecond(declaration->namings))->position, "naming", NULL)));
	for (int i = 0; declaration->namings != NIL && i < list_length(declaration->columns); i++)
		for (int j = 0; j < i; j++)
		{
			const OrmDeclaredColumn *first = list_nth(declaration->columns, j);
			const OrmDeclaredColumn *second = list_nth(declaration->columns, i);

			if ((first->named_by_rule || second->named_by_rule) &&
				strcmp(attribute_of(first), attribute_of(second)) == 0 && strcmp(first->name, second->name) != 0)
				raise_conflict(declaration, first->name, second->name, attribute_of(second));
		}
}

void
orm_naming_check_relation(const OrmDeclaration *declaration, Oid relid)
{
	OrmDeclaration whole = *declaration;
	Relation relation;

	if (declaration->namings == NIL)
		return;
	whole.columns = NIL;
	relation = relation_open(relid, AccessShareLock);
	for (int i = 0; i < RelationGetNumberOfAttributes(relation); i++)
	{
		Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), i);
		OrmDeclaredColumn *declared;

		if (column->attisdropped)
			continue;
		declared = orm_declaration_column(declaration, NameStr(column->attname));
		whole.columns = lappend(
			whole.columns,
			declared != NULL ? declared : orm_declaration_make_column(pstrdup(NameStr(column->attname)), NULL, 0));
	}
	relation_close(relation, NoLock);
	orm_naming_apply(&whole);
	orm_naming_check(&whole);
}
