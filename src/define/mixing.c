/*
 * mixing.c - see mixing.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/attempt.h"
#include "base/body.h"
#include "base/members.h"
#include "base/names.h"
#include "base/nearest.h"
#include "base/sql.h"
#include "define/declare.h"
#include "define/mixing.h"
#include "define/model_function.h"
#include "exec/execute.h"
#include "model/canonical.h"
#include "model/use.h"
#include "registry/model_text.h"
#include "registry/proc.h"

/* The elements of a document; false: it has none. */
static bool
elements_of(const OrmDocument *document, OrmJson *elements)
{
	OrmJson root = orm_document_root(document);

	return orm_json_kind(root) == ORM_JSON_OBJECT && orm_json_member(root, "elements", elements) &&
		orm_json_kind(*elements) == ORM_JSON_ARRAY;
}

/* The mixin that an element uses, NULL: it is another element; *use receives its value. */
static char *
used_by(OrmJson element, OrmJson *use)
{
	OrmJson name;

	if (orm_json_kind(element) != ORM_JSON_OBJECT || !orm_json_member(element, "use", use) ||
		orm_json_kind(*use) != ORM_JSON_OBJECT || !orm_json_member(*use, "name", &name) ||
		orm_json_kind(name) != ORM_JSON_STRING)
		return NULL;
	return orm_json_string(name);
}

List *
orm_mixing_names(const char *document)
{
	OrmDocument *parsed = orm_document_parse(document, strlen(document));
	List *names = NIL;
	OrmJson elements;
	OrmJsonWalk walk;

	if (!elements_of(parsed, &elements))
		return NIL;
	walk = orm_json_walk(elements);
	while (orm_json_next(&walk))
	{
		OrmJson use;
		char *name = used_by(walk.value, &use);

		if (name != NULL && !orm_name_is_among(names, name))
			names = lappend(names, name);
	}
	return names;
}

/* Raises 42704 for a mixin that does not exist. */
static void
raise_unknown(const char *name, const OrmPath *place)
{
	List *mixins = orm_mixin_function_all();
	const char **names = palloc(sizeof(char *) * Max(list_length(mixins), 1));
	int n = 0;
	ListCell *cell;

	foreach(cell, mixins)
		names[n++] = ((OrmMixin *) lfirst(cell))->name;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("mixin \"%s\" does not exist", name),
			orm_error_place(place), orm_nearest_hint("mixin", name, names, n));
}

/* Raises 42P17 for a mixin that is among its own users. */
static void
check_circle(const List *users, const char *name, const OrmPath *place)
{
	StringInfoData way;
	ListCell *cell;

	if (!orm_name_is_among(users, name))
		return;
	initStringInfo(&way);
	foreach(cell, users)
		appendStringInfo(&way, "%s -> ", (char *) lfirst(cell));
	ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION), errmsg("mixin \"%s\" uses itself", name),
			errdetail("At %s. %s%s", orm_path_text(place), way.data, name));
}

/*
 * Appends the elements of a mixin's document, with those of the mixins that it
 * uses in their places.  "users" are the mixins on the way to it, itself the
 * last; errors have the place of what is declared.
 */
static void
append_elements(StringInfo out, const char *document, const List *users, const OrmPath *place)
{
	OrmDocument *parsed = orm_document_parse(document, strlen(document));
	OrmJson elements;
	OrmJsonWalk walk;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (!elements_of(parsed, &elements))
		return;
	walk = orm_json_walk(elements);
	while (orm_json_next(&walk))
	{
		OrmJson use;
		char *name = used_by(walk.value, &use);
		OrmMixin *mixin;
		int length;
		const char *source = orm_json_source(walk.value, &length);

		if (name == NULL)
		{
			appendStringInfoString(out, out->len > 0 ? ", " : "");
			appendBinaryStringInfo(out, source, length);
			continue;
		}
		check_circle(users, name, place);
		mixin = orm_mixin_function_find(name);
		if (mixin == NULL)
			raise_unknown(name, place);
		append_elements(out, mixin->document, lappend(list_copy(users), name), place);
	}
}

/* All elements of a mixin, separated by commas. */
static char *
elements_text(const char *name, const OrmPath *place)
{
	OrmMixin *mixin = orm_mixin_function_find(name);
	StringInfoData out;

	if (mixin == NULL)
		raise_unknown(name, place);
	initStringInfo(&out);
	append_elements(&out, mixin->document, list_make1(mixin->name), place);
	return out.data;
}

const char *
orm_mixing_complete(const char *document)
{
	OrmDocument *parsed = orm_document_parse(document, strlen(document));
	const char *text = orm_document_text(parsed);
	int done = 0;
	StringInfoData out;
	OrmJson elements;
	OrmJsonWalk walk;

	if (!elements_of(parsed, &elements))
		return document;
	initStringInfo(&out);
	walk = orm_json_walk(elements);
	while (orm_json_next(&walk))
	{
		OrmElementPlace place;
		OrmJson use;
		OrmJson given;
		char *name = used_by(walk.value, &use);
		const char *source;
		int length;

		if (name == NULL || orm_json_member(use, "elements", &given))
			continue;
		source = orm_json_source(use, &length);
		appendBinaryStringInfo(&out, text + done, (int) (source + length - 1 - text) - done);
		appendStringInfo(&out, ", \"elements\": [%s]",
						 elements_text(name, orm_declaration_place(&place, walk.index, "use", "name")));
		done = (int) (source + length - 1 - text);
	}
	if (done == 0)
		return document;
	appendBinaryStringInfo(&out, text + done, (int) parsed->text_length - done);
	return out.data;
}

void
orm_mixing_tie(Oid function, const List *names)
{
	List *functions = NIL;
	ListCell *cell;

	foreach(cell, names)
	{
		OrmMixin *mixin = orm_mixin_function_find_any(lfirst(cell));

		if (mixin == NULL || mixin->function == function)
			continue;
		LockDatabaseObject(ProcedureRelationId, mixin->function, 0, AccessShareLock);
		if (SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(mixin->function)))
			functions = lappend_oid(functions, mixin->function);
	}
	orm_proc_tie_mixins(function, functions, get_language_oid("orm", false));
}

/* Checks the elements of a mixin's document, each by itself; returns them. */
static OrmDeclaration *
check_elements(const char *name, const char *document)
{
	OrmDocument *parsed = orm_document_parse(document, strlen(document));
	OrmJsonWalk walk;
	OrmJson elements;
	StringInfoData whole;
	int length;
	const char *source;

	orm_name_check(name, "mixin");
	if (!elements_of(parsed, &elements) || elements.node->count == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("mixin \"%s\" has no elements", name));
	walk = orm_json_walk(elements);
	while (orm_json_next(&walk))
	{
		OrmElementPlace place;
		const OrmPath *path = orm_declaration_place(&place, walk.index, NULL, NULL);
		OrmJson use;
		OrmJson given;

		orm_use_check_element(walk.value, path);
		if (used_by(walk.value, &use) != NULL && orm_json_member(use, "elements", &given))
			orm_members_raise_not_allowed("key", "elements",
										  orm_declaration_place(&place, walk.index, "use", "elements"),
										  "A mixin takes the elements of another as they are.");
	}
	source = orm_json_source(elements, &length);
	initStringInfo(&whole);
	appendStringInfo(&whole, "{\"model\": \"m\", \"table\": \"m\", \"elements\": %.*s}", length, source);
	return orm_declare_read_elements(whole.data);
}

/* Checks that the mixins that a mixin uses are there, and that no way leads back to it. */
static void
check_uses(const char *name, const char *document)
{
	OrmPath place = orm_path_key(NULL, "elements");
	StringInfoData out;

	initStringInfo(&out);
	append_elements(&out, document, list_make1(pstrdup(name)), &place);
}

/* What a new function is called in a schema. */
static char *
choose_name(const char *mixin, Oid schema)
{
	char *names[ORM_MODEL_FUNCTION_NAMES];

	orm_model_text_mixin_functions(mixin, names);
	return OidIsValid(orm_proc_exact(schema, names[0], 0, NULL)) ? names[1] : names[0];
}

/* Makes the function, with CREATE FUNCTION, as anybody could. */
static void
make_function(const char *mixin, const char *text)
{
	List *path = fetch_search_path(false);
	StringInfoData sql;
	Oid schema;

	if (path == NIL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_SCHEMA), errmsg("no schema has been selected to create in"));
	schema = linitial_oid(path);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "CREATE FUNCTION ");
	orm_sql_qualified(&sql, get_namespace_name(schema), choose_name(mixin, schema));
	appendStringInfoString(&sql, "() RETURNS pg_catalog.json LANGUAGE orm STABLE AS ");
	orm_sql_literal(&sql, text);
	orm_execute_statement(sql.data);
}

/* The mixin of a name that is locked, or NULL; DROP and ALTER FUNCTION, which do not ask for the name, wait for it. */
static OrmMixin *
find_locked(const char *name)
{
	OrmMixin *mixin = orm_mixin_function_find(name);

	if (mixin == NULL)
		return NULL;
	LockDatabaseObject(ProcedureRelationId, mixin->function, 0, AccessShareLock);
	return orm_mixin_function_find(name);
}

char *
orm_mixing_declare(const char *name, int nelements, const OrmDocument *const *elements)
{
	StringInfoData document;
	OrmMixin *mixin;
	char *text;

	orm_name_check(name, "mixin");
	initStringInfo(&document);
	orm_declaration_compose(&document, name, name, nelements, elements);
	text = orm_declaration_mixin_text(check_elements(name, document.data), name);
	orm_registry_lock_name(name);
	mixin = find_locked(name);
	if (mixin != NULL && !has_privs_of_role(GetUserId(), mixin->owner))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of mixin \"%s\"", name));
	check_uses(name, document.data);
	orm_model_function_check_length("mixin", name, text);
	if (mixin == NULL)
		make_function(name, text);
	else if (orm_proc_set_body(mixin->function, text))
		orm_mixing_tie(mixin->function, orm_mixing_names(document.data));
	return psprintf("%s: declared", name);
}

bool
orm_mixing_is_mixin(Oid function)
{
	return orm_model_function_has_verb(function, "mixin");
}

/* Raises 42P13 for a function that cannot be a mixin's. */
static void
check_form(Form_pg_proc form, const OrmMixin *mixin)
{
	const char *what = NULL;
	char *names[ORM_MODEL_FUNCTION_NAMES] = {NULL};

	if (mixin == NULL)
		what = "It must have no arguments and return json.";
	else if (form->provolatile != PROVOLATILE_STABLE)
		what = "It must be STABLE.";
	else if (isAnyTempNamespace(form->pronamespace))
		what = "It would be dropped at the end of the session.";
	else if (!orm_mixin_function_is_well_named(mixin))
	{
		what = psprintf("Its name does not follow from that of mixin \"%s\".", mixin->name);
		orm_model_text_mixin_functions(mixin->name, names);
	}
	if (what != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				errmsg("function \"%s\" cannot declare a mixin", NameStr(form->proname)), errdetail("%s", what),
				names[0] != NULL ? errhint("Name it %s, or %s.", orm_sql_quoted(names[0]), orm_sql_quoted(names[1]))
								 : 0);
}

/* Makes the function the only one of its mixin, or raises 42710. */
static void
claim_name(const OrmMixin *mixin)
{
	Oid other;

	orm_registry_lock_name(mixin->name);
	other = orm_mixin_function_other(mixin->name, mixin->function);
	if (OidIsValid(other))
		ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("mixin \"%s\" already exists", mixin->name),
				errdetail("Function %s declares it.", orm_registry_function_name(other)));
}

void
orm_mixing_validate(Oid function, bool check_bodies)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	OrmMixin *mixin;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("function with OID %u does not exist", function));
	orm_model_function_check_same(function, "mixin");
	mixin = orm_mixin_function_read(function);
	if (check_bodies)
		check_form((Form_pg_proc) GETSTRUCT(tuple), mixin);
	ReleaseSysCache(tuple);
	if (mixin == NULL)
		return;
	if (check_bodies && !orm_mixin_function_may_declare(mixin->owner))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for function orm.mixin"),
				errdetail("Who creates the function of a mixin must have EXECUTE on it."));

	/* who may not declare holds up nobody */
	if (orm_mixin_function_is_well_named(mixin) && orm_mixin_function_may_declare(mixin->owner))
		claim_name(mixin);
	if (check_bodies)
	{
		check_elements(mixin->name, mixin->document);
		check_uses(mixin->name, mixin->document);
	}
	orm_mixing_tie(function, orm_mixing_names(mixin->document));
}

/* The elements of a use and those of its mixin now, each as a document. */
typedef struct UseComparison
{
	const OrmDeclaration *model;
	const char *mixin;
	const char *brought;
	bool equal;
} UseComparison;

/* Elements in a document, read as a new declaration would be: a type is the type that its name means now. */
static OrmDeclaration *
read_as_new(const UseComparison *comparison, const char *document)
{
	return orm_declaration_parse_part(orm_document_parse(document, strlen(document)), comparison->model->by_map);
}

/* What a declaration says of its elements, apart from what catalogs know of those of mapped models. */
static char *
comparable(const UseComparison *comparison, OrmDeclaration *declaration)
{
	if (comparison->model->by_map)
		orm_declaration_strip(declaration, true);
	return orm_canonical_text(declaration);
}

/* Compares them; for orm_attempt. */
static void
compare(void *argument)
{
	UseComparison *comparison = argument;
	OrmPath place = orm_path_key(NULL, "elements");
	OrmDeclaration *now = read_as_new(
		comparison,
		psprintf("{\"model\": \"m\", \"table\": \"m\", \"elements\": [%s]}", elements_text(comparison->mixin, &place)));
	OrmDeclaration *then = read_as_new(comparison, comparison->brought);

	orm_declare_keep_pins(now, then);
	comparison->equal = strcmp(comparable(comparison, now), comparable(comparison, then)) == 0;
}

char *
orm_mixing_behind(const OrmDeclaration *declaration, const char *name)
{
	UseComparison comparison = {declaration, name, NULL, false};
	OrmDeclaration brought = {0};
	ErrorData *error;
	ListCell *cell;

	foreach(cell, declaration->uses)
	{
		const OrmDeclaration *shared = orm_use_brought(declaration, lfirst(cell));

		if (shared != NULL && strcmp(((OrmDeclaredUse *) lfirst(cell))->name, name) == 0)
			brought = *shared;
	}
	brought.model = brought.relation = "m";
	comparison.brought = orm_declaration_print(&brought);
	if (orm_mixin_function_find_any(name) == NULL)
		return psprintf("The mixin \"%s\" does not exist.", name);
	error = orm_attempt(compare, &comparison, ORM_ATTEMPT_UNDO);
	if (error != NULL)
		return psprintf("The elements of mixin \"%s\" cannot be read: %s.", name, error->message);
	return comparison.equal ? NULL : psprintf("The mixin \"%s\" has changed since the model was declared.", name);
}
