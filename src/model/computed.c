/*
 * computed.c - computed attributes; see computed.h.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/dependency.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_type.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/attempt.h"
#include "base/error.h"
#include "base/settings.h"
#include "base/sql.h"
#include "model/computed.h"
#include "model/row_expression.h"
#include "registry/answers.h"
#include "registry/proc.h"

/* ---- Declarations ---- */

/* The declared computed attribute of that name, or NULL. */
static const OrmDeclaredColumn *
find_declared(const OrmDeclaration *declaration, const char *name)
{
	ListCell *cell;

	foreach(cell, declaration->computed)
		if (strcmp(((OrmDeclaredColumn *) lfirst(cell))->name, name) == 0)
			return lfirst(cell);
	return NULL;
}

/* A walk through names that computed attributes are made of. */
typedef struct Walk
{
	const OrmDeclaration *declaration;
	const OrmDeclaredColumn *of;
	struct Walk *outer;
} Walk;

/* Raises 42P17 for a name that is among those of the walk. */
static void
refuse_circle(const Walk *walk, const OrmDeclaredColumn *named)
{
	OrmElementPlace place;

	for (const Walk *outer = walk; outer != NULL; outer = outer->outer)
		if (outer->of == named)
			ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
					errmsg("computed attribute \"%s\" of model \"%s\" is made of itself", named->name,
						   walk->declaration->model),
					orm_error_place(orm_declaration_place(&place, walk->of->position, "computed", "expr")),
					walk->of == named ? 0 : errhint("\"%s\" names \"%s\".", walk->of->name, named->name));
}

/* Walker over raw trees: follows names of computed attributes. */
static bool
follow_names(Node *node, void *context)
{
	Walk *walk = context;
	const OrmDeclaredColumn *named = NULL;

	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef) && list_length(((ColumnRef *) node)->fields) == 1 &&
		IsA(linitial(((ColumnRef *) node)->fields), String))
		named = find_declared(walk->declaration, strVal(linitial(((ColumnRef *) node)->fields)));
	if (named != NULL)
	{
		Walk inner = {walk->declaration, named, walk};

		check_stack_depth();
		refuse_circle(walk, named);
		follow_names(orm_row_expression_parse(named->generated), &inner);
	}
	return raw_expression_tree_walker(node, follow_names, context);
}

void
orm_computed_check_circles(const OrmDeclaration *declaration)
{
	ListCell *cell;

	foreach(cell, declaration->computed)
	{
		Walk walk = {declaration, lfirst(cell), NULL};

		follow_names(orm_row_expression_parse(walk.of->generated), &walk);
	}
}

/* ---- Analyzing ---- */

/* Arguments of the hook. */
typedef struct HookArgument
{
	Oid relid;
	Walk *walk;
} HookArgument;

static Node *analyze(Oid relid, Walk *walk);

/* PostParseColumnRefHook: a name that is no column can be that of another computed attribute. */
static Node *
resolve_computed(ParseState *state, ColumnRef *reference, Node *column)
{
	const HookArgument *analysis = state->p_ref_hook_state;
	const OrmDeclaredColumn *named;
	Walk inner = {analysis->walk->declaration, NULL, analysis->walk};
	Node *node;
	int depth = 0;

	if (column != NULL || list_length(reference->fields) != 1 || !IsA(linitial(reference->fields), String))
		return NULL;
	named = find_declared(analysis->walk->declaration, strVal(linitial(reference->fields)));
	if (named == NULL)
		return NULL;
	refuse_circle(analysis->walk, named);
	inner.of = named;
	node = analyze(analysis->relid, &inner);
	for (const ParseState *outer = state->parentParseState; outer != NULL; outer = outer->parentParseState)
		depth++;
	IncrementVarSublevelsUp(node, depth, 0);
	return node;
}

/* Analyzes the expression of walk->of. */
static Node *
analyze(Oid relid, Walk *walk)
{
	HookArgument analysis = {relid, walk};
	Oid type;
	int32 typmod;
	int level;

	check_stack_depth();
	level = orm_settings_pin(get_namespace_name(get_rel_namespace(relid)));
	typenameTypeIdAndMod(NULL, orm_sql_parse_type(walk->of->type), &type, &typmod);
	orm_settings_leave(level);
	return orm_row_expression_analyze(relid, walk->of->generated, type, typmod, COERCE_EXPLICIT_CAST,
									  EXPR_KIND_SELECT_TARGET, resolve_computed, &analysis);
}

Node *
orm_computed_analyze(Oid relid, const OrmDeclaration *declaration, const OrmDeclaredColumn *computed)
{
	MemoryContext caller = CurrentMemoryContext;
	Walk walk = {declaration, computed, NULL};
	OrmElementPlace place;
	Node *volatile node = NULL;

	PG_TRY();
	{
		node = analyze(relid, &walk);
	}
	PG_CATCH();
	{
		orm_error_rethrow_at(orm_declaration_place(&place, computed->position, "computed", "expr"), caller);
	}
	PG_END_TRY();
	return node;
}

/* ---- Functions ---- */

/* Has the function the body of a computed attribute? */
static bool
has_body(HeapTuple tuple)
{
	bool isnull;
	Datum source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);

	return !heap_attisnull(tuple, Anum_pg_proc_prosqlbody, NULL) ||
		(!isnull && strncmp(TextDatumGetCString(source), ORM_COMPUTED_LOOSE, strlen(ORM_COMPUTED_LOOSE)) == 0);
}

/* Is this function a computed attribute of rows of that type: made by the extension, one row in, one value out? */
static bool
is_computed(Oid function, Oid row_type)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	bool is;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	is = form->prolang == SQLlanguageId && form->pronargs == 1 && form->proargtypes.values[0] == row_type &&
		!form->proretset && has_body(tuple);
	ReleaseSysCache(tuple);
	return is && orm_proc_is_marked(function);
}

List *
orm_computed_functions(Oid relid)
{
	Oid row_type = get_rel_type_id(relid);
	List *functions = NIL;
	ListCell *cell;

	foreach(cell, orm_proc_depending_on(TypeRelationId, row_type, DEPENDENCY_NORMAL))
		if (is_computed(lfirst_oid(cell), row_type))
			functions = list_append_unique_oid(functions, lfirst_oid(cell));
	return functions;
}

Oid
orm_computed_find(Oid relid, const char *name)
{
	Oid types[1] = {get_rel_type_id(relid)};
	Oid function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
								   PointerGetDatum(buildoidvector(types, 1)),
								   ObjectIdGetDatum(get_rel_namespace(relid)));

	return OidIsValid(function) && is_computed(function, types[0]) ? function : InvalidOid;
}

/* Mutator: the row is range table entry 1, not the argument; "context" is the depth of sub-selects. */
static Node *
row_for_argument(Node *node, void *context)
{
	int depth = *(int *) context;

	if (node == NULL)
		return NULL;
	if (IsA(node, FieldSelect) && IsA(((FieldSelect *) node)->arg, Param))
	{
		const FieldSelect *field = (FieldSelect *) node;

		return (Node *) makeVar(1, field->fieldnum, field->resulttype, field->resulttypmod, field->resultcollid, depth);
	}
	if (IsA(node, Param))
		return (Node *) makeVar(1, InvalidAttrNumber, ((Param *) node)->paramtype, -1, InvalidOid, depth);
	if (IsA(node, Query))
	{
		int inner = depth + 1;

		return (Node *) query_tree_mutator((Query *) node, row_for_argument, &inner, 0);
	}
	return expression_tree_mutator(node, row_for_argument, context);
}

Node *
orm_computed_expression(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool isnull = true;
	Datum body = HeapTupleIsValid(tuple) ? SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &isnull) : 0;
	Node *node = isnull ? NULL : stringToNode(TextDatumGetCString(body));
	int depth = 0;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (node == NULL || !IsA(node, Query))
		return NULL;
	return row_for_argument((Node *) linitial_node(TargetEntry, ((Query *) node)->targetList)->expr, &depth);
}

/* ---- Models ---- */

/* Walker: the relations of sub-selects. */
static bool
add_relations(Node *node, void *depends)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		if (((RangeTblEntry *) node)->rtekind == RTE_RELATION)
			*(List **) depends = list_append_unique_oid(*(List **) depends, ((RangeTblEntry *) node)->relid);
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, add_relations, depends, QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, add_relations, depends);
}

void
orm_computed_fill(OrmModel *model, List **depends)
{
	ListCell *cell;

	model->computed = palloc0(sizeof(OrmComputed) * Max(list_length(model->declaration->computed), 1));
	foreach(cell, model->declaration->computed)
	{
		const OrmDeclaredColumn *declared = lfirst(cell);
		Oid function = orm_computed_find(model->relid, declared->name);
		Node *expression = OidIsValid(function) ? orm_computed_expression(function) : NULL;
		OrmComputed *computed;

		orm_answers_note_function(declared->name, get_rel_namespace(model->relid), get_rel_type_id(model->relid));
		if (expression == NULL)
		{
			model->pending = lappend(model->pending, declared->name);
			continue;
		}
		computed = &model->computed[model->ncomputed++];
		computed->name = declared->name;
		computed->expression = expression;
		computed->shown = declared->deferred != ORM_YES;
		computed->type = orm_type_make(exprType(expression), exprTypmod(expression), exprCollation(expression));
		add_relations(expression, depends);
	}
	*depends = list_delete_oid(*depends, model->relid);
}

int
orm_computed_number(const OrmModel *model, const char *name, int length)
{
	for (int i = 0; i < model->ncomputed; i++)
		if (strncmp(model->computed[i].name, name, length) == 0 && model->computed[i].name[length] == '\0')
			return i;
	return -1;
}

bool
orm_computed_is_readable(const OrmModel *model, int computed, const bool *readable)
{
	Bitmapset *columns = NULL;
	int column = -1;

	if (readable == NULL)
		return true;
	pull_varattnos(model->computed[computed].expression, 1, &columns);
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		int attribute = orm_model_attribute_over(model, column + FirstLowInvalidHeapAttributeNumber);

		if (attribute < 0 || !readable[attribute])
			return false;
	}
	return true;
}

void
orm_computed_raise_given(const OrmModel *model, const char *name, const OrmPath *path)
{
	ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
			errmsg("attribute \"%s\" of model \"%s\" cannot be given", name, model->name),
			errdetail("At %s. It is computed.", orm_path_text(path)));
}

/* Arguments of compare(). */
typedef struct TextComparison
{
	Oid relid;
	const OrmDeclaration *declaration;
	const OrmDeclaredColumn *computed;
	const char *function; /* its text */
	bool same;
} TextComparison;

/* Does the declared text mean what the function does? */
static void
compare(void *argument)
{
	TextComparison *c = argument;
	Node *node = orm_computed_analyze(c->relid, c->declaration, c->computed);

	c->same = strcmp(orm_row_expression_print(node, c->relid, NULL), c->function) == 0;
}

/* The text of a computed attribute. */
static char *
text_of(Oid relid, const OrmDeclaration *declaration, const OrmDeclaredColumn *computed, bool in_force)
{
	Oid function = orm_computed_find(relid, computed->name);
	Node *node = OidIsValid(function) ? orm_computed_expression(function) : NULL;
	TextComparison comparison = {.relid = relid, .declaration = declaration, .computed = computed};
	bool failed;

	if (node == NULL)
		return computed->generated;
	comparison.function = orm_row_expression_print(node, relid, NULL);
	failed = orm_attempt(compare, &comparison, ORM_ATTEMPT_UNDO) != NULL;
	return failed || (in_force && !comparison.same) ? unconstify(char *, comparison.function) : computed->generated;
}

void
orm_computed_follow(Oid relid, OrmDeclaration *declaration, bool in_force)
{
	List *computed = NIL;
	ListCell *cell;

	foreach(cell, declaration->computed)
	{
		OrmDeclaredColumn *copy = palloc(sizeof(OrmDeclaredColumn));

		*copy = *(OrmDeclaredColumn *) lfirst(cell);
		copy->generated = text_of(relid, declaration, copy, in_force);
		computed = lappend(computed, copy);
	}
	declaration->computed = computed;
}
