/*
 * failed_patch.c - finding the record whose patch failed; see failed_patch.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/attempt.h"
#include "store/failed_patch.h"
#include "store/statement_run.h"

/* A statement that evaluates the patches of a record. */
typedef struct PatchTrial
{
	OrmStatement statement;
	OrmRecord *record;
} PatchTrial;

static void
evaluate(void *argument)
{
	PatchTrial *trial = argument;

	orm_statement_run(&trial->statement, &trial->record, 1, NULL);
}

int
orm_failed_patch_row(const OrmStatement *statement, const OrmBatch *batch, const ErrorData *error)
{
	PatchTrial trial = {
		.statement =
			{
				.kind = ORM_KIND_STORED,
				.model = statement->model,
				.bound = statement->bound,
				.patch = statement->patch,
				.source = statement->source,
				.assigned = statement->assigned,
				.key = statement->key,
				.given_back = statement->given_back,
				.patched = true,
			},
	};

	if (error->datatype_name == NULL || statement->kind != ORM_KIND_UPDATE || statement->patch == NULL)
		return -1;
	for (int i = 0; i < batch->n; i++)
	{
		ErrorData *raised;

		CHECK_FOR_INTERRUPTS();
		trial.record = batch->records[i];
		raised = orm_attempt(evaluate, &trial, ORM_ATTEMPT_UNDO);
		if (raised != NULL && raised->sqlerrcode == error->sqlerrcode)
			return i;
	}
	return -1;
}
