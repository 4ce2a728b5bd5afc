/*
 * check_patch.c - the results of an object's patches; see check_patch.h.
 */
#include "postgres.h"

#include "executor/tuptable.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "exec/receiver.h"
#include "graph/check_patch.h"
#include "graph/finding.h"
#include "model/key.h"
#include "store/statement_run.h"

/* The computation of one patch. */
typedef struct PatchCheck
{
	OrmSubject *subject;
	const OrmKey *key;
	int attribute;
} PatchCheck;

/* Receives the new value, in the second column. */
static void
take_value(void *argument, TupleTableSlot *slot)
{
	const PatchCheck *check = argument;
	OrmSubject *subject = check->subject;
	const OrmType *type = subject->model->attributes[check->attribute].type;
	MemoryContext caller = MemoryContextSwitchTo(subject->graph->context);
	bool isnull;
	Datum value = slot_getattr(slot, 2, &isnull);

	subject->known[check->attribute] = true;
	subject->isnull[check->attribute] = isnull;
	subject->values[check->attribute] = isnull ? (Datum) 0 : datumCopy(value, type->by_value, type->length);
	MemoryContextSwitchTo(caller);
}

/* Computes the patch of one attribute. */
static void
compute(void *argument)
{
	PatchCheck *check = argument;
	const OrmModel *model = check->subject->model;
	OrmRecord *record = check->subject->object->record;
	bool *bound = orm_key_flags(model, check->key);
	uint8 *patch = palloc0(model->nattributes);
	OrmStatement statement = {
		.kind = ORM_KIND_STORED,
		.model = model,
		.bound = bound,
		.patch = patch,
		.source = record->source,
		.assigned = record->assigned,
		.key = check->key,
		.patched = true,
	};
	OrmReceiver receiver;

	bound[check->attribute] = true;
	patch[check->attribute] = record->patch[check->attribute];
	orm_receiver_init(&receiver, take_value, check);
	orm_statement_run(&statement, &record, 1, &receiver.pub);
	MemoryContextDelete(receiver.per_row);
}

void
orm_check_patch_all(OrmSubject *subject, const OrmKey *key)
{
	const OrmModel *model = subject->model;
	const OrmRecord *record = subject->object->record;
	PatchCheck check = {subject, key, 0};

	if (!subject->exists || key == NULL || record->patch == NULL)
		return;
	for (int i = 0; i < model->nattributes; i++)
	{
		OrmPath here = orm_path_key(subject->object->place, model->attributes[i].name);

		if (!record->given[i] || record->patch[i] == ORM_PATCH_SET || orm_key_has(key, i) ||
			model->attributes[i].generated)
			continue;
		check.attribute = i;
		orm_finding_try(subject->graph->findings, compute, &check, &here);
	}
}
