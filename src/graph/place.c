/*
 * place.c - the current place while a graph is read; see place.h.
 */
#include "postgres.h"

#include "base/members.h"
#include "graph/identity.h"
#include "graph/place.h"
#include "model/key.h"

const OrmPath *
orm_place_keep(const OrmGraph *graph, OrmPath path)
{
	OrmPath *kept = MemoryContextAlloc(graph->context, sizeof(OrmPath));

	*kept = path;
	return kept;
}

OrmPlace
orm_place_key(const OrmPlace *place, const char *key)
{
	OrmPlace below = *place;

	below.path = orm_place_keep(place->graph, orm_path_key(place->path, key));
	return below;
}

OrmPlace
orm_place_index(const OrmPlace *place, int index)
{
	OrmPlace below = *place;

	below.path = orm_place_keep(place->graph, orm_path_index(place->path, index));
	return below;
}

void
orm_place_wrong_kind(const OrmPlace *place, const char *wanted, OrmJson json, const char *hint)
{
	OrmJsonKind kind = orm_json_kind(json);

	ereport(ERROR, errcode(kind == ORM_JSON_NULL ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("relationship \"%s\" takes %s, not %s", place->edge->relationship->name, wanted,
				   orm_json_kind_name(kind)),
			orm_error_place(place->path), hint ? errhint("%s", hint) : 0);
}

/* Is it the name of any instruction? */
static bool
is_instruction(const char *name)
{
	static const char *const all[] = {"$set",		 "$save",	"$connect", "$connect_or_create",
									  "$disconnect", "$delete", "$upsert",	"$ref"};

	for (int i = 0; i < (int) lengthof(all); i++)
		if (strcmp(name, all[i]) == 0)
			return true;
	return false;
}

void
orm_place_wrong_instruction(const OrmPlace *place, const char *name, const char *const *names, int nnames)
{
	OrmPath here = orm_path_key(place->path, name);

	for (int i = 0; i < nnames; i++)
		if (strcmp(name, names[i]) == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("instruction \"%s\" must be the only key of its object", name), orm_error_place(&here));
	if (is_instruction(name))
		orm_members_raise_not_allowed("instruction", name, &here, NULL);
	orm_members_raise_unrecognized("instruction", name, &here, names, nnames);
}
