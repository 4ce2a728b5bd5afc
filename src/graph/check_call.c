/*
 * check_call.c - the option "validate": "all"; see check_call.h.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"

#include "graph/check_call.h"

void
orm_check_call_raise(const OrmFindings *findings, const char *what)
{
	int n = orm_finding_count(findings);

	if (n > 0)
		ereport(ERROR, errcode(orm_finding_first(findings)),
				errmsg_plural("%s has %d violation", "%s has %d violations", n, what, n),
				errdetail_internal("%s", TextDatumGetCString(orm_finding_violations(findings))));
}

void
orm_check_call_objects(const OrmModel *model, OrmVerb verb, const OrmDocument *document, const OrmGraphOptions *options,
					   OrmFindLabel find_label)
{
	const OrmFindings *findings = orm_check_document(model, verb, orm_document_root(document), options, find_label);

	orm_check_call_raise(findings, psprintf("object of model \"%s\"", model->name));
}

/* Appends a member of an object: its key, a colon, and the value. */
static void
append_member(StringInfo out, const char *key, const char *value, int length)
{
	appendStringInfoChar(out, out->len > 0 ? ',' : '{');
	escape_json(out, key);
	appendStringInfoChar(out, ':');
	appendBinaryStringInfo(out, value, length);
}

/* Is it an attribute of the primary key? */
static bool
is_in_key(const OrmModel *model, const char *name)
{
	for (int i = 0; i < model->primary_key->nattributes; i++)
		if (strcmp(model->attributes[model->primary_key->attributes[i]].name, name) == 0)
			return true;
	return false;
}

/* A patch with the key of its object, where the patch gives none: null is none. */
static OrmDocument *
with_key(const OrmModel *model, const Datum *key, const OrmDocument *patch)
{
	OrmJsonWalk walk = orm_json_walk(orm_document_root(patch));
	StringInfoData text;
	OrmJson given;

	initStringInfo(&text);
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];
		StringInfoData value;

		if (orm_json_member(orm_document_root(patch), attribute->name, &given) && orm_json_kind(given) != ORM_JSON_NULL)
			continue;
		initStringInfo(&value);
		escape_json(&value, orm_type_text(attribute->type->oid, key[i]));
		append_member(&text, attribute->name, value.data, value.len);
	}
	while (orm_json_next(&walk))
	{
		const char *name = orm_json_string(walk.key);
		int length;
		const char *value = orm_json_source(walk.value, &length);

		if (orm_json_kind(walk.value) != ORM_JSON_NULL || !is_in_key(model, name))
			append_member(&text, name, value, length);
	}
	appendStringInfoChar(&text, '}');
	return orm_document_parse(text.data, text.len);
}

void
orm_check_call_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch, const OrmGraphOptions *options,
					 OrmFindLabel find_label)
{
	if (key != NULL && orm_json_kind(orm_document_root(patch)) == ORM_JSON_OBJECT)
		orm_check_call_objects(model, ORM_VERB_UPDATE, with_key(model, key, patch), options, find_label);
}
