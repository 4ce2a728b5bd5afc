/*
 * pending.c - the pending entries of the unit of work; see pending.h.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"

#include "model/cache.h"
#include "model/hidden.h"
#include "session/pending.h"
#include "session/queue.h"

/* The key of a REMOVE as text: 1, or (1,2). */
static const char *
key_text(const OrmEntry *entry)
{
	StringInfoData text;

	if (entry->nkey == 1)
		return entry->key[0];
	initStringInfo(&text);
	for (int i = 0; i < entry->nkey; i++)
		appendStringInfo(&text, "%s%s", i ? "," : "(", entry->key[i]);
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* The object of an entry, without the values of hidden attributes. */
static const char *
object_text(const OrmEntry *entry)
{
	const OrmModel *model = orm_cache_open_if_any(entry->model, AccessShareLock);

	return model != NULL ? orm_hidden_mask(model, orm_document_root(entry->object))
						 : pnstrdup(orm_document_text(entry->object), entry->object->text_length);
}

void
orm_pending_each(void (*function)(void *argument, const OrmPending *pending), void *argument)
{
	static const char *const actions[] = {
		[ORM_OPERATION_ADD] = "add",
		[ORM_OPERATION_MERGE] = "merge",
		[ORM_OPERATION_REMOVE] = "remove",
	};
	int position = 0;
	ListCell *cell;

	foreach(cell, orm_queue_entries())
	{
		const OrmEntry *entry = lfirst(cell);
		OrmPending pending = {
			.position = position + 1,
			.action = actions[entry->kind],
			.model = entry->model,
			.label = entry->label,
			.role = entry->role,
		};

		if (!orm_queue_is_pending(entry))
			continue;
		position++;
		if (!has_privs_of_role(GetUserId(), entry->role))
			pending.label = NULL;
		else
			pending.object = entry->object == NULL ? key_text(entry) : object_text(entry);
		function(argument, &pending);
	}
}
