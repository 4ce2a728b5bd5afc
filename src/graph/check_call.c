/*
 * check_call.c - the option "validate": "all"; see check_call.h.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"

#include "graph/check_call.h"

void
orm_check_call_objects(const OrmModel *model, OrmVerb verb, const OrmDocument *document, const OrmGraphOptions *options,
					   OrmFindLabel find_label)
{
	const OrmFindings *findings = orm_check_document(model, verb, orm_document_root(document), options, find_label);
	int n = orm_finding_count(findings);

	if (n > 0)
		ereport(ERROR, errcode(orm_finding_first(findings)),
				errmsg_plural("object of model \"%s\" has %d violation", "object of model \"%s\" has %d violations", n,
							  model->name, n),
				errdetail_internal("%s", TextDatumGetCString(orm_finding_violations(findings))));
}

/* A patch with the key of its object. */
static OrmDocument *
with_key(const OrmModel *model, const Datum *key, const OrmDocument *patch)
{
	const char *members = strchr(orm_document_text(patch), '{') + 1;
	StringInfoData text;
	OrmJson given;

	initStringInfo(&text);
	for (int i = 0; i < model->primary_key->nattributes; i++)
	{
		const OrmAttribute *attribute = &model->attributes[model->primary_key->attributes[i]];

		if (orm_json_member(orm_document_root(patch), attribute->name, &given))
			continue;
		appendStringInfoChar(&text, text.len > 0 ? ',' : '{');
		escape_json(&text, attribute->name);
		appendStringInfoChar(&text, ':');
		escape_json(&text, orm_type_text(attribute->type->oid, key[i]));
	}
	appendStringInfoChar(&text, text.len == 0 ? '{' : orm_document_root(patch).node->count > 0 ? ',' : ' ');
	appendBinaryStringInfo(&text, members, patch->text_length - (members - orm_document_text(patch)));
	return orm_document_parse(text.data, text.len);
}

void
orm_check_call_patch(const OrmModel *model, const Datum *key, const OrmDocument *patch, const OrmGraphOptions *options,
					 OrmFindLabel find_label)
{
	if (key != NULL && orm_json_kind(orm_document_root(patch)) == ORM_JSON_OBJECT)
		orm_check_call_objects(model, ORM_VERB_UPDATE, with_key(model, key, patch), options, find_label);
}
