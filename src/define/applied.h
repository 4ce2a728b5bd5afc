/*
 * applied.h - what a migration leaves in orm.migration.
 *
 *     OrmApplied applied = {.action = "migrate", .name = ...};
 *
 *     orm_applied_note(&applied, &difference);   before the steps of each round are run
 *     orm_applied_write(&applied, steps);        when all is done; nothing without steps
 *
 * The declaration before is the text that was in force (orm_binding_former), else that of the
 * latest migration of the model, else the present one.
 */
#ifndef ORM_DEFINE_APPLIED_H
#define ORM_DEFINE_APPLIED_H

#include "base/document.h"
#include "define/difference.h"
#include "model/declaration.h"

typedef struct OrmApplied
{
	const char *action;
	char *name;	   /* NULL: none */
	int64 undoes;  /* 0: none */
	char *note;	   /* NULL: none */
	bool planned;  /* it is run later, online */
	List *changes; /* of the models: see applied.c */
	List *history; /* of OrmHistory *, the latest first; read once, when a model needs it */
	bool has_history;
} OrmApplied;

/* Notes the declarations of the models that steps are about or that were declared again; before the steps are run. */
extern void orm_applied_note(OrmApplied *applied, const OrmDifference *difference);

/* The same of one model; "present": what it was before is what it is now. */
extern void orm_applied_note_model(OrmApplied *applied, const char *model, bool present);

/* Notes how a model, which has been noted, is declared now, with the words that count once. */
extern void orm_applied_note_declared(const OrmApplied *applied, const char *model);

/* Writes the row, and returns its id. */
extern int64 orm_applied_write(const OrmApplied *applied, const List *steps);

/* Writes the declarations that the models of an online migration have now, with its state. */
extern void orm_applied_write_after(int64 id, const List *models, const char *state);

/* The declaration of a model in one of the JSON columns of orm.migration; NULL: none.  Raises 22023 for another's. */
extern OrmDeclaration *orm_applied_declaration(const char *json, const char *model);

/* The declaration of a model in a document, by its place (NULL: none); null: NULL. */
extern OrmDeclaration *orm_applied_read(OrmJson value, const char *model, const OrmPath *place);

/*
 * A declaration out of a history or document, checked as a new one; join tables that are to be made anew
 * lose their names.  A note that a join table was made counts only where the present text of one of the two
 * models has it.
 */
extern OrmDeclaration *orm_applied_prepare(OrmDeclaration *declaration);

/* Declares a model so; raises 42501 unless the current user may. */
extern void orm_applied_declare(OrmDeclaration *declaration);

/* Steps as a JSON array, palloc'd. */
extern char *orm_applied_print_steps(const List *steps);

#endif
