/*
 * canonical.c - see canonical.h.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "utils/builtins.h"

#include "model/canonical.h"
#include "model/element_print.h"
#include "model/once.h"

/* A constraint as an element. */
static char *
print_constraint(const OrmDeclaredConstraint *constraint)
{
	StringInfoData text;

	initStringInfo(&text);
	orm_element_print_constraint(&text, constraint);
	return text.data;
}

static int
compare_constraints(const ListCell *a, const ListCell *b)
{
	return strcmp(print_constraint(lfirst(a)), print_constraint(lfirst(b)));
}

static int
compare_columns(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmDeclaredColumn *) lfirst(a))->name, ((OrmDeclaredColumn *) lfirst(b))->name);
}

static int
compare_relationships(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmDeclaredRelationship *) lfirst(a))->name, ((OrmDeclaredRelationship *) lfirst(b))->name);
}

static int
compare_enums(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmDeclaredEnum *) lfirst(a))->name, ((OrmDeclaredEnum *) lfirst(b))->name);
}

/* Elements are printed by their positions: columns, constraints, relationships. */
static void
set_positions(OrmDeclaration *declaration)
{
	int position = 0;
	ListCell *cell;

	foreach(cell, declaration->columns)
		((OrmDeclaredColumn *) lfirst(cell))->position = position++;
	foreach(cell, declaration->constraints)
		((OrmDeclaredConstraint *) lfirst(cell))->position = position++;
	foreach(cell, declaration->relationships)
		((OrmDeclaredRelationship *) lfirst(cell))->position = position++;
}

char *
orm_canonical_text(OrmDeclaration *declaration)
{
	orm_once_take_out(declaration);
	declaration->uses = NIL; /* what mixins have brought are elements like others */
	list_sort(declaration->columns, compare_columns);
	list_sort(declaration->computed, compare_columns);
	list_sort(declaration->relationships, compare_relationships);
	list_sort(declaration->enums, compare_enums);
	list_sort(declaration->constraints, compare_constraints);
	set_positions(declaration);
	return orm_declaration_print(declaration);
}

static int
compare_models(const ListCell *a, const ListCell *b)
{
	return strcmp(((OrmDeclaration *) lfirst(a))->model, ((OrmDeclaration *) lfirst(b))->model);
}

char *
orm_canonical_hash(const List *declarations)
{
	List *sorted = list_copy(declarations);
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	StringInfoData texts;
	char *hash = palloc(2 * sizeof(digest) + 1);
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	ListCell *cell;

	initStringInfo(&texts);
	list_sort(sorted, compare_models);
	foreach(cell, sorted)
	{
		appendStringInfoString(&texts, orm_canonical_text(lfirst(cell)));
		appendStringInfoChar(&texts, '\n');
	}
	if (context == NULL || pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) texts.data, texts.len) < 0 ||
		pg_cryptohash_final(context, digest, sizeof(digest)) < 0)
		ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute the hash of declarations"));
	pg_cryptohash_free(context);
	hash[hex_encode((const char *) digest, sizeof(digest), hash)] = '\0';
	return hash;
}
