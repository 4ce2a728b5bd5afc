/*
 * objects.c - writing the objects of a document; see objects.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "graph/check_call.h"
#include "graph/flat.h"
#include "graph/objects.h"
#include "graph/return_query.h"
#include "graph/reorder.h"
#include "graph/reread.h"
#include "graph/result.h"
#include "graph/writer.h"
#include "model/after.h"
#include "store/batch.h"
#include "store/conflict_key.h"
#include "store/record_error.h"
#include "store/insert.h"
#include "store/key_order.h"
#include "store/update.h"
#include "store/upsert.h"

/* State of a call. */
typedef struct Call
{
	OrmWrite write; /* must be first: argument of writers of records */
	OrmVerb verb;
	const OrmWriteOptions *options;
	OrmFindLabel find_label;
	const Datum *key; /* of the object to update, in key order; NULL for other verbs */
	OrmGraphOptions graph_options;
	bool array;
	int n;
	OrmRecord *records; /* objects at the root */
	OrmReader *reader;
	OrmGraph *graph;	/* NULL: not needed */
	OrmObject **roots;	/* objects at the root, by index */
	OrmQuery *readback; /* query of "return", or NULL */
} Call;

/* The condition of the option "where". */
static const OrmAssigned *
read_where(const OrmModel *model, const OrmWriteOptions *options)
{
	OrmPath path = orm_path_key(NULL, "options");
	OrmPath here = orm_path_key(&path, "where");

	return orm_assigned_condition(model, options->where, &here);
}

OrmGraphOptions
orm_objects_options(const OrmModel *model, OrmVerb verb, const OrmWriteOptions *options)
{
	bool updates = verb == ORM_VERB_UPSERT && options->on_conflict == ORM_CONFLICT_ERROR;

	return (OrmGraphOptions){
		.action = options->action,
		.may_skip = options->may_skip,
		.unscoped = options->unscoped,
		.reorder = options->reorder,
		.on_conflict = updates ? ORM_CONFLICT_UPDATE : options->on_conflict,
		.where = options->where.node != NULL ? read_where(model, options) : NULL,
	};
}

/* The write of records without a graph. */
static OrmWrite
write_of(const OrmModel *model, const OrmGraphOptions *options)
{
	return (OrmWrite){
		.model = model,
		.on_conflict = options->on_conflict,
		.where = options->where,
		.may_skip = options->may_skip,
		.unscoped = options->unscoped,
	};
}

OrmIntent
orm_objects_intent(OrmVerb verb, const OrmGraphOptions *options)
{
	if (verb == ORM_VERB_UPSERT || (verb == ORM_VERB_CREATE && options->on_conflict == ORM_CONFLICT_UPDATE))
		return ORM_INTENT_UPSERT;
	return verb == ORM_VERB_UPDATE ? ORM_INTENT_UPDATE : verb == ORM_VERB_SAVE ? ORM_INTENT_SAVE : ORM_INTENT_CREATE;
}

/* The intent of the objects at the root of a call. */
static OrmIntent
root_intent(const Call *call)
{
	return orm_objects_intent(call->verb, &call->graph_options);
}

/* The place of the i-th object, in the caller's storage; NULL for a single object. */
static const OrmPath *
root_place(const Call *call, int i, OrmPath *path)
{
	if (!call->array)
		return NULL;
	*path = orm_path_index(NULL, i);
	return path;
}

/* Adds an object to the graph for a record that was read. */
static void
adopt(Call *call, int i)
{
	OrmGroup *group = orm_graph_group(call->graph, call->write.model);
	OrmPath *place = call->array ? palloc(sizeof(OrmPath)) : NULL;

	root_place(call, i, place);
	call->roots[i] = orm_graph_adopt(call->graph, group, root_intent(call), &call->records[i], place);
}

/* Makes a graph of the first n objects. */
static void
make_graph(Call *call, int n)
{
	OrmGraph *graph = orm_graph_make();

	graph->labels.find = call->find_label;
	graph->options = call->graph_options;
	graph->options.result = !call->options->no_result && call->readback == NULL;
	orm_graph_group(graph, call->write.model)->returned.keyed = call->readback != NULL;
	call->graph = graph;
	call->roots = palloc_extended(sizeof(OrmObject *) * Max(call->n, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
		adopt(call, i);
}

/* The events of the write on the objects' table. */
static int
events_of(const Call *call)
{
	if (call->verb == ORM_VERB_UPDATE)
		return ORM_AFTER_UPDATE;
	return root_intent(call) == ORM_INTENT_CREATE ? ORM_AFTER_INSERT : ORM_AFTER_INSERT | ORM_AFTER_UPDATE;
}

/* Is a graph needed even for flat objects? */
static bool
needs_graph(const Call *call)
{
	const OrmModel *model = call->write.model;

	return call->options->action || call->readback != NULL ||
		(!call->options->no_result && model->primary_key != NULL && (model->after_events & events_of(call)));
}

/* Sets the key in the record of the updated object; raises 22023 if the document gives another one. */
static void
set_key(const OrmModel *model, const Datum *key, OrmRecord *record)
{
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		int attribute = model->primary_key->attributes[i];
		OrmPath here = orm_path_key(NULL, model->attributes[attribute].name);

		if (record->given[attribute] && !orm_key_order_same_value(model, attribute, record->values[attribute], key[i]))
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("key attribute \"%s\" of model \"%s\" cannot be changed", model->attributes[attribute].name,
						   model->name),
					orm_error_place(&here), errhint("The key says which object is meant; update never changes it."));
	}
	orm_record_copy_key(record, model->primary_key, key);
}

/* Reads the i-th object. */
static void
read_root(Call *call, int i, OrmJson json)
{
	OrmPath room;
	int nested = orm_reader_read(call->reader, json, root_place(call, i, &room), call->verb, &call->records[i]);

	call->records[i].index = call->array ? i : -1;
	if (call->key != NULL)
		set_key(call->write.model, call->key, call->records);
	if (nested > 0 && call->graph == NULL)
		make_graph(call, i);
	if (call->graph == NULL)
		return;
	adopt(call, i);
	orm_read_relationships(call->graph, call->roots[i], json, nested);
}

/* Reads the whole document. */
static void
read_document(Call *call, const OrmDocument *document)
{
	OrmJson root = orm_document_root(document);
	OrmJsonWalk walk;

	call->array = orm_json_kind(root) == ORM_JSON_ARRAY && call->verb != ORM_VERB_UPDATE;
	call->n = call->array ? root.node->count : 1;
	call->records = orm_record_make(call->write.model, call->n);
	call->reader = orm_reader_make(call->write.model);
	call->readback = orm_return_query_open(call->write.model, call->options);
	if (needs_graph(call))
		make_graph(call, 0);
	if (!call->array)
	{
		read_root(call, 0, root);
		return;
	}
	walk = orm_json_walk(root);
	while (orm_json_next(&walk))
	{
		CHECK_FOR_INTERRUPTS();
		read_root(call, walk.index, walk.value);
	}
}

/* Raises 22023: nested objects of an object that is left alone would not be connected. */
static void
refuse_where(const OrmGraph *graph)
{
	const OrmEdge *edge = linitial(graph->edges);

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("orm.upsert with \"where\" takes no nested objects"),
			errdetail("Relationship \"%s\" is given.", edge->relationship->name));
}

/* Raises 22023: nested objects of an object that is not stored would have no parent. */
static void
refuse_ignore(const OrmGraph *graph)
{
	const OrmEdge *edge = linitial(graph->edges);

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("orm.create with \"on_conflict\": \"ignore\" takes no nested objects"),
			errdetail("Relationship \"%s\" is given.", edge->relationship->name),
			errhint("orm.upsert with the same option does."));
}

/* Writes the graph. */
static bool
write_graph(Call *call, Datum *result)
{
	OrmGraph *graph = call->graph;

	if (root_intent(call) == ORM_INTENT_CREATE && graph->options.on_conflict == ORM_CONFLICT_IGNORE &&
		graph->edges != NIL)
		refuse_ignore(graph);
	if (call->write.where != NULL && graph->edges != NIL)
		refuse_where(graph);
	orm_writer_run(graph);
	orm_reorder_run(graph);
	if (call->readback != NULL)
		return orm_return_query_run(call->readback, graph, call->roots, call->n, call->array, result);
	if (!graph->options.result)
		return false;
	if (graph->reorders != NIL || orm_reread_is_due(graph))
		orm_reread_run(graph);
	*result = orm_result_json(graph, call->roots, call->n, call->array);
	return call->array || !orm_result_is_left_out(call->roots[0]);
}

/* An OrmFlatWriter: writes records by unique keys. */
static void
write_by_unique_key(const OrmWrite *write, OrmRecord *records, int n)
{
	const Call *call = (const Call *) write;
	OrmBatch batch = orm_batch_make(write, records, n);

	orm_conflict_key_upsert(&batch, call->graph_options.conflict_on.n, call->graph_options.conflict_on.names,
							write->on_conflict);
}

bool
orm_objects_write(const OrmModel *model, OrmVerb verb, const OrmDocument *document, const OrmWriteOptions *options,
				  OrmFindLabel find_label, int nconflict_on, char *const *conflict_on, Datum *result)
{
	Call call = {
		.verb = verb,
		.options = options,
		.find_label = find_label,
		.graph_options = orm_objects_options(model, verb, options),
	};

	call.graph_options.conflict_on = (OrmConflictOn){nconflict_on, conflict_on};
	call.write = write_of(model, &call.graph_options);
	if (options->validate_all)
		orm_check_call_objects(model, verb, document, &call.graph_options, find_label);
	read_document(&call, document);
	if (call.graph != NULL)
		return write_graph(&call, result);
	if (options->reorder)
		orm_reorder_raise();
	return orm_flat_write(root_intent(&call) == ORM_INTENT_UPSERT ? write_by_unique_key
							  : verb == ORM_VERB_SAVE			  ? orm_upsert_save_records
																  : orm_insert_records,
						  &call.write, options, call.records, call.n, call.array, result);
}

/* An OrmFlatWriter: updates the only record, whose row must exist. */
static void
update_existing(const OrmWrite *write, OrmRecord *records, int n)
{
	bool missing;

	orm_update_records(write, records, n, &missing);
	if (missing)
		orm_record_error_missing(write->model, write->model->primary_key, records);
}

bool
orm_objects_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch, const OrmWriteOptions *options,
				  OrmFindLabel find_label, Datum *result)
{
	Call call = {
		.verb = ORM_VERB_UPDATE,
		.options = options,
		.find_label = find_label,
		.key = key,
		.graph_options = orm_objects_options(model, ORM_VERB_UPDATE, options),
	};

	call.write = write_of(model, &call.graph_options);
	if (options->validate_all)
		orm_check_call_patch(model, key, patch, &call.graph_options, find_label);
	read_document(&call, patch);
	if (key == NULL)
		orm_record_error_missing(model, model->primary_key, NULL);
	if (call.graph != NULL)
		return write_graph(&call, result);
	if (options->reorder)
		orm_reorder_raise();
	return orm_flat_write(update_existing, &call.write, options, call.records, 1, false, result);
}
