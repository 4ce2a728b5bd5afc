/*
 * return_query.c - the option "return": query; see return_query.h.
 */
#include "postgres.h"

#include "exec/json.h"
#include "exec/run.h"
#include "graph/return_query.h"
#include "graph/result.h"

/* The place of the query. */
static const OrmPath options_place = {NULL, "options", 0};
static const OrmPath query_place = {&options_place, "return", 0};

static const OrmDocument *
document_of(OrmJson query)
{
	int length;
	const char *text = orm_json_source(query, &length);

	return orm_document_parse(text, length);
}

OrmQuery *
orm_return_query_open(const OrmModel *model, const OrmWriteOptions *options)
{
	OrmQueryRequest request;

	if (options->query.node == NULL)
		return NULL;
	if (model->primary_key == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				errmsg("model \"%s\" has no primary key to read its objects back by", model->name),
				orm_error_place(&query_place), errhint("Without the option, what was stored is returned."));
	orm_query_request(&request, ORM_QUERY_KEYS, model, document_of(options->query), NULL);
	request.place = &query_place;
	return orm_query_open(&request);
}

/* The primary key of a stored object, in key order, or NULL. */
static const Datum *
key_of(const OrmObject *object)
{
	const OrmKey *key = object->group->model->primary_key;
	Datum *values = palloc(sizeof(Datum) * key->nattributes);

	return orm_graph_key(object, values) ? values : NULL;
}

bool
orm_return_query_run(OrmQuery *query, const OrmGraph *graph, OrmObject *const *roots, int n, bool array, Datum *result)
{
	OrmWanted *wanted = palloc_extended(sizeof(OrmWanted) * Max(n, 1), MCXT_ALLOC_HUGE);
	StringInfoData json;
	int found;

	for (int i = 0; i < n; i++)
	{
		wanted[i].key = roots[i]->returned.stored ? key_of(roots[i]) : NULL;
		wanted[i].also = graph->options.action ? orm_result_action(roots[i]) : NULL;
	}
	orm_json_begin(&json);
	if (array)
		orm_json_put(&json, "[", 1);
	found = orm_run_wanted(query, wanted, n, &json);
	if (array)
		orm_json_put(&json, "]", 1);
	*result = orm_json_end(&json);
	orm_query_close(query);
	return array || found > 0;
}
