/*
 * scope.c - scopes of models; see scope.h.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/nearest.h"
#include "model/scope.h"

static const OrmMemberKey scope_keys[ORM_SCOPE_NPARTS] = {
	[ORM_SCOPE_WHERE] = {ORM_MEMBER_KEY("where"), .allowed = ORM_MEMBER_ALWAYS},
	[ORM_SCOPE_ORDER_BY] = {ORM_MEMBER_KEY("order_by"), .allowed = ORM_MEMBER_ALWAYS},
	[ORM_SCOPE_LIMIT] = {ORM_MEMBER_KEY("limit"), .allowed = ORM_MEMBER_ALWAYS},
	[ORM_SCOPE_LOAD] = {ORM_MEMBER_KEY("load"), .allowed = ORM_MEMBER_ALWAYS},
	[ORM_SCOPE_COMPUTE] = {ORM_MEMBER_KEY("compute"), .allowed = ORM_MEMBER_ALWAYS},
	[ORM_SCOPE_SCOPE] = {ORM_MEMBER_KEY("scope"), .allowed = ORM_MEMBER_ALWAYS},
	[ORM_SCOPE_PARAMETERS] = {ORM_MEMBER_KEY("parameters"), .allowed = ORM_MEMBER_ALWAYS},
};

static const OrmMemberTable scope_table = {.document = "scope", .noun = "key", ORM_MEMBER_RECORDS(scope_keys)};

void
orm_scope_take(const OrmDocument *query, const OrmPath *place, OrmJson *parts)
{
	orm_members_take(&scope_table, ORM_MEMBER_ALWAYS, orm_document_root(query), place, parts);
}

/* A copy of a path node, below the same parent. */
static OrmPath *
keep(OrmPath path)
{
	OrmPath *copy = palloc(sizeof(OrmPath));

	*copy = path;
	return copy;
}

/* Adds a name. */
static List *
add_name(List *names, OrmJson name, OrmJson arguments, OrmPath *place)
{
	OrmScopeName *added = palloc0(sizeof(OrmScopeName));

	added->name = orm_json_string(name);
	added->arguments = arguments;
	added->place = place;
	return lappend(names, added);
}

/* Adds a name, or the names of an object with arguments. */
static List *
add_item(List *names, OrmJson item, OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(item);
	OrmJson none = {0};

	if (orm_json_kind(item) == ORM_JSON_STRING)
		return add_name(names, item, none, place);
	if (orm_json_kind(item) != ORM_JSON_OBJECT)
		orm_members_raise_kind(item, "the name of a scope, or an object of names and arguments", place);
	while (orm_json_next(&walk))
	{
		OrmPath *here = keep(orm_path_key(place, orm_json_string(walk.key)));

		if (orm_json_kind(walk.value) != ORM_JSON_OBJECT)
			orm_members_raise_kind(walk.value, "an object of arguments", here);
		names = add_name(names, walk.key, walk.value, here);
	}
	return names;
}

List *
orm_scope_read_names(OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk = orm_json_walk(json);
	List *names = NIL;

	if (orm_json_kind(json) != ORM_JSON_ARRAY)
		return add_item(NIL, json, keep(*place));
	while (orm_json_next(&walk))
		names = add_item(names, walk.value, keep(orm_path_index(place, walk.index)));
	return names;
}

bool
orm_scope_has_parameter(const OrmJson *parts, OrmJson name)
{
	OrmJsonWalk walk;

	if (parts[ORM_SCOPE_PARAMETERS].node == NULL)
		return false;
	walk = orm_json_walk(parts[ORM_SCOPE_PARAMETERS]);
	while (orm_json_next(&walk))
		if (walk.value.node->length == name.node->length &&
			memcmp(orm_json_bytes(walk.value), orm_json_bytes(name), name.node->length) == 0)
			return true;
	return false;
}

void
orm_scope_raise_no_parameter(const char *scope, bool is_default, OrmJson name, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_PARAMETER),
			errmsg("scope \"%s\" has no parameter \"%s\"", scope, orm_error_clip(orm_json_string(name))),
			orm_error_place(place),
			is_default ? errhint("A default scope has no parameters.")
					   : errhint("\"parameters\" of a scope has the names of its parameters."));
}

/* ---- Declarations ---- */

/* The place of a key of a scope. */
static const OrmPath *
place_of(OrmElementPlace *place, const OrmDeclaredScope *scope, const char *key)
{
	return orm_declaration_place(place, scope->position, "scope", key);
}

/* The declared scope of that name, or NULL. */
static const OrmDeclaredScope *
find_declared(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->scopes)
		if (strcmp(((const OrmDeclaredScope *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	return NULL;
}

/* Raises 42704 for a name that is none of a scope. */
static void
raise_unknown(const char *model, const char *name, const char **names, int n, const OrmPath *place)
{
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
			errmsg("scope \"%s\" of model \"%s\" does not exist", orm_error_clip(name), model), orm_error_place(place),
			orm_nearest_hint("scope", name, names, n));
}

/* The same, of a declaration. */
static void
raise_undeclared(const OrmDeclaration *declaration, const char *name, const OrmPath *place)
{
	const char **names = palloc(sizeof(char *) * list_length(declaration->scopes));
	int n = 0;
	ListCell *cell;

	foreach(cell, declaration->scopes)
		names[n++] = ((const OrmDeclaredScope *) lfirst(cell))->name;
	raise_unknown(declaration->model, name, names, n, place);
}

/* "parameters" is an array of names, each of them once. */
static void
check_parameters(OrmJson parameters, const OrmPath *place)
{
	OrmPath here = orm_path_key(place, "parameters");
	OrmJsonWalk walk;

	if (parameters.node == NULL)
		return;
	if (orm_json_kind(parameters) != ORM_JSON_ARRAY)
		orm_members_raise_kind(parameters, "an array of names", &here);
	walk = orm_json_walk(parameters);
	while (orm_json_next(&walk))
	{
		OrmPath element = orm_path_index(&here, walk.index);
		OrmJsonWalk before = orm_json_walk(parameters);

		if (orm_json_kind(walk.value) != ORM_JSON_STRING)
			orm_members_raise_kind(walk.value, "the name of a parameter", &element);
		while (orm_json_next(&before) && before.index < walk.index)
			if (orm_json_equals(walk.value, orm_json_string(before.value)))
				orm_members_raise_twice("parameter", orm_json_string(walk.value), &element);
	}
}

/* The only member of {"$": name}; false for other JSON. */
static bool
is_parameter(OrmJson json, OrmJson *name)
{
	OrmJsonWalk walk;

	if (orm_json_kind(json) != ORM_JSON_OBJECT || json.node->count != 1)
		return false;
	walk = orm_json_walk(json);
	orm_json_next(&walk);
	*name = walk.value;
	return orm_json_equals(walk.key, "$") && orm_json_kind(walk.value) == ORM_JSON_STRING;
}

/* Can a parameter be below this key?  Operators of symbols (@>) and "$value" may have JSON of the user's. */
static bool
holds_conditions(OrmJson key)
{
	const char *bytes = orm_json_bytes(key);

	return key.node->length > 0 && !orm_json_equals(key, "$value") && strchr("<>=@?|&#~!*+-/%^", bytes[0]) == NULL;
}

/* Raises 42704 for a parameter in conditions that the scope does not have. */
static void
check_uses(const OrmDeclaredScope *scope, const OrmJson *parts, OrmJson json, const OrmPath *place)
{
	OrmJsonWalk walk;
	OrmJson name;

	check_stack_depth();
	if (is_parameter(json, &name) && !orm_scope_has_parameter(parts, name))
	{
		OrmPath here = orm_path_key(place, "$");

		orm_scope_raise_no_parameter(scope->name, scope->is_default == ORM_YES, name, &here);
	}
	if (orm_json_kind(json) != ORM_JSON_OBJECT && orm_json_kind(json) != ORM_JSON_ARRAY)
		return;
	walk = orm_json_walk(json);
	while (orm_json_next(&walk))
	{
		bool element = orm_json_kind(json) == ORM_JSON_ARRAY;
		OrmPath below = element ? orm_path_index(place, walk.index) : orm_path_key(place, orm_json_string(walk.key));

		if (element || holds_conditions(walk.key))
			check_uses(scope, parts, walk.value, &below);
	}
}

/* Raises 22023 for a part that default scopes do not have. */
static void
refuse_part(const OrmDeclaration *declaration, const OrmDeclaredScope *scope, OrmScopePart part,
			const OrmDeclaredScope *holder)
{
	OrmElementPlace place;
	OrmPath here = orm_path_key(place_of(&place, holder, "query"), scope_keys[part].key);

	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("key \"%s\" is not allowed in default scope \"%s\" of model \"%s\"", scope_keys[part].key,
				   scope->name, declaration->model),
			orm_error_place(&here), errhint("A default scope has \"where\", and \"order_by\" and \"load\" for lists."));
}

/* A walk through scopes that name others. */
typedef struct Naming
{
	const OrmDeclaredScope *scope;
	const struct Naming *outer;
} Naming;

/* Checks a scope and the scopes that it names; "outermost" is the one that is checked. */
static void
check_names(const OrmDeclaration *declaration, const Naming *walk, const OrmDeclaredScope *outermost)
{
	const OrmDeclaredScope *scope = walk->scope;
	OrmElementPlace element;
	const OrmPath *place = place_of(&element, scope, "query");
	OrmPath here = orm_path_key(place, "scope");
	OrmJson parts[ORM_SCOPE_NPARTS];
	ListCell *cell;

	check_stack_depth();
	orm_scope_take(scope->query, place, parts);
	check_parameters(parts[ORM_SCOPE_PARAMETERS], place);
	if (outermost->is_default == ORM_YES && parts[ORM_SCOPE_LIMIT].node != NULL)
		refuse_part(declaration, outermost, ORM_SCOPE_LIMIT, scope);
	if (outermost->is_default == ORM_YES && parts[ORM_SCOPE_COMPUTE].node != NULL)
		refuse_part(declaration, outermost, ORM_SCOPE_COMPUTE, scope);
	if (scope->is_default == ORM_YES && parts[ORM_SCOPE_PARAMETERS].node != NULL)
		refuse_part(declaration, scope, ORM_SCOPE_PARAMETERS, scope);
	if (parts[ORM_SCOPE_WHERE].node != NULL)
	{
		OrmPath where = orm_path_key(place, scope_keys[ORM_SCOPE_WHERE].key);

		check_uses(scope, parts, parts[ORM_SCOPE_WHERE], &where);
	}
	if (parts[ORM_SCOPE_SCOPE].node == NULL)
		return;
	foreach(cell, orm_scope_read_names(parts[ORM_SCOPE_SCOPE], &here))
	{
		const OrmScopeName *name = lfirst(cell);
		Naming inner = {find_declared(declaration, name->name), walk};

		if (inner.scope == NULL)
			raise_undeclared(declaration, name->name, name->place);
		for (const Naming *outer = walk; outer != NULL; outer = outer->outer)
			if (outer->scope == inner.scope)
				ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
						errmsg("scope \"%s\" of model \"%s\" is made of itself", name->name, declaration->model),
						orm_error_place(name->place));
		check_names(declaration, &inner, outermost);
	}
}

void
orm_scope_check(const OrmDeclaration *declaration)
{
	OrmElementPlace place;
	ListCell *cell;

	foreach(cell, declaration->scopes)
	{
		Naming walk = {lfirst(cell), NULL};

		if (find_declared(declaration, walk.scope->name) != walk.scope)
			ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
					errmsg("%s \"%s\" is declared more than once", "scope", walk.scope->name),
					orm_error_place(place_of(&place, walk.scope, "name")));
		check_names(declaration, &walk, walk.scope);
	}
}

/* ---- Models ---- */

bool
orm_scope_hides_rows(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->scopes)
		if (((const OrmDeclaredScope *) lfirst(cell))->is_default == ORM_YES)
			return true;
	return declaration->soft_deletes != NIL;
}

void
orm_scope_fill(OrmModel *model)
{
	ListCell *cell;

	model->scopes = palloc0(sizeof(OrmModelScope) * Max(list_length(model->declaration->scopes), 1));
	foreach(cell, model->declaration->scopes)
	{
		const OrmDeclaredScope *declared = lfirst(cell);
		OrmModelScope *scope = &model->scopes[model->nscopes++];

		scope->name = declared->name;
		scope->query = declared->query;
		scope->is_default = declared->is_default == ORM_YES;
		model->default_scoped |= scope->is_default;
	}
}

const OrmModelScope *
orm_scope_need(const OrmModel *model, const char *name, const OrmPath *place)
{
	const char **names = palloc(sizeof(char *) * Max(model->nscopes, 1));

	for (int i = 0; i < model->nscopes; i++)
	{
		names[i] = model->scopes[i].name;
		if (strcmp(names[i], name) == 0)
			return &model->scopes[i];
	}
	raise_unknown(model->name, name, names, model->nscopes, place);
	return NULL;
}
