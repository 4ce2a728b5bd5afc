/*
 * model.c - building an OrmModel from its registry row, its relation and the
 * catalogs.
 *
 * Attributes, keys and defaults come from the relcache.  The registry's document adds attribute names, the
 * key of a view, relationships, the version and accessors.  All data is copied into the model's memory context.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/primnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/kept_name.h"
#include "base/nearest.h"
#include "model/counter.h"
#include "model/position.h"
#include "model/after.h"
#include "model/naming.h"
#include "model/cascade.h"
#include "model/computed.h"
#include "model/scope.h"
#include "model/column_default.h"
#include "model/follow.h"
#include "model/foreign.h"
#include "model/in_force.h"
#include "model/index.h"
#include "model/hook.h"
#include "model/kept.h"
#include "model/view.h"
#include "model/model.h"
#include "model/relationship.h"
#include "model/row_expression.h"
#include "model/soft_delete.h"
#include "model/unique_key.h"

/* Does the expression call nextval()? */
static bool
calls_nextval(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == F_NEXTVAL)
		return true;
	return expression_tree_walker(node, calls_nextval, context);
}

/* Can the expression raise an error or have side effects?  Assumed of all functions but these. */
static bool
is_not_plain(Node *node, void *context)
{
	static const Oid plain[] = {F_NOW, F_TRANSACTION_TIMESTAMP, F_STATEMENT_TIMESTAMP, F_CLOCK_TIMESTAMP,
								F_GEN_RANDOM_UUID};

	if (node == NULL || IsA(node, Const) || IsA(node, SQLValueFunction))
		return false;
	if (IsA(node, RelabelType))
		return expression_tree_walker(node, is_not_plain, context);
	if (IsA(node, FuncExpr))
		for (int i = 0; i < (int) lengthof(plain); i++)
			if (((FuncExpr *) node)->funcid == plain[i])
				return false;
	return true;
}

/* Fills in the members about the default of a column. */
static void
fill_default(OrmAttribute *attribute, TupleDesc descriptor)
{
	char *stored = attribute->generated ? NULL : orm_column_default_stored(descriptor, attribute->attnum);
	Node *expression = stored == NULL ? NULL : stringToNode(stored);

	attribute->numbered = attribute->identity || calls_nextval(expression, NULL);
	attribute->sequence = orm_column_default_sequence(expression);
	attribute->plain_default = !attribute->generated && !is_not_plain(expression, NULL);
}

/* Fills in what is declared about an attribute. */
static void
fill_behaviour(OrmAttribute *attribute, const OrmDeclaredColumn *declared)
{
	attribute->deferred = declared->deferred == ORM_YES;
	attribute->hidden = declared->hidden == ORM_YES;
	attribute->read_only = declared->read_only == ORM_YES;
	attribute->write_once = declared->write_once == ORM_YES;
}

/* Fills in an attribute from a column of the relation. */
static void
fill_attribute(OrmAttribute *attribute, TupleDesc descriptor, Form_pg_attribute column,
			   const OrmDeclaration *declaration)
{
	OrmDeclaredColumn *declared = orm_declaration_column(declaration, NameStr(column->attname));

	attribute->column = pstrdup(NameStr(column->attname));
	attribute->name = declared && declared->attribute ? pstrdup(declared->attribute)
													  : orm_naming_attribute(declaration, attribute->column);
	attribute->attnum = column->attnum;
	attribute->type = orm_type_make(column->atttypid, column->atttypmod, column->attcollation);
	attribute->not_null = column->attnotnull;
	attribute->generated = column->attgenerated != '\0';
	attribute->identity = column->attidentity != '\0';
	attribute->identity_always = column->attidentity == ATTRIBUTE_IDENTITY_ALWAYS;
	attribute->has_default = column->atthasdef || attribute->identity;
	fill_default(attribute, descriptor);
	if (declared != NULL)
		fill_behaviour(attribute, declared);
	attribute->read_only = attribute->read_only || orm_counter_find(declaration, attribute->column) != NULL;
	attribute->equality = orm_type_equality(column->atttypid);
	attribute->equal_is_same = orm_type_equal_is_same(attribute->type);
}

/* Makes attribute names unique by appending "_": names made from column names can be equal. */
static void
make_names_differ(OrmModel *model)
{
	for (int i = 1; i < model->nattributes; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(model->attributes[i].name, model->attributes[j].name) == 0)
			{
				model->attributes[i].name = psprintf("%s_", model->attributes[i].name);
				j = -1;
			}
}

/* Fills in what the trigger of the table keeps of attributes, and adds to the pending ones what it does not. */
static void
fill_kept(OrmModel *model, Relation relation)
{
	List *list = orm_kept_of(relation);

	for (int i = 0; i < model->nattributes; i++)
	{
		OrmAttribute *attribute = &model->attributes[i];
		const OrmDeclaredColumn *declared = orm_declaration_column(model->declaration, attribute->column);
		const OrmKept *normalized = orm_kept_find(list, ORM_KEPT_NORMALIZED, attribute->attnum);

		if (declared == NULL)
			continue;
		if (declared->normalizes != NULL && normalized != NULL)
			attribute->normalizes = normalized->expression;
		if ((declared->normalizes != NULL && normalized == NULL) ||
			(attribute->write_once && orm_kept_find(list, ORM_KEPT_ONCE, attribute->attnum) == NULL))
			model->pending = lappend(model->pending, attribute->name);
	}
}

/* Adds the composite types inside a type to *depends: ALTER TYPE changes them independently. */
static void
depend_on_row_types(const OrmType *type, List **depends)
{
	check_stack_depth();
	if (type->class == ORM_TYPE_COMPOSITE)
		*depends = list_append_unique_oid(*depends, typeOrDomainTypeRelid(type->oid));
	if (type->element != NULL)
		depend_on_row_types(type->element, depends);
	for (int i = 0; i < type->nfields; i++)
		if (type->fields[i].type != NULL)
			depend_on_row_types(type->fields[i].type, depends);
}

/* Fills in all attributes of the relation, in table order. */
static void
fill_attributes(OrmModel *model, Relation relation)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	Bitmapset *leaders = orm_index_leaders(relation), *computed = orm_view_computed(relation);

	model->natts = descriptor->natts;
	model->attributes = palloc0(sizeof(OrmAttribute) * Max(descriptor->natts, 1));
	model->shown = palloc0(sizeof(bool) * Max(descriptor->natts, 1));
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);
		OrmAttribute *attribute = &model->attributes[model->nattributes];

		if (column->attisdropped || orm_kept_name_read(NameStr(column->attname), NULL))
			continue;
		fill_attribute(attribute, descriptor, column, model->declaration);
		attribute->generated = attribute->generated || bms_is_member(column->attnum, computed);
		attribute->leads_index = bms_is_member(column->attnum, leaders);
		model->hides = model->hides || attribute->hidden;
		model->shown[model->nattributes++] = !attribute->deferred && !attribute->hidden;
	}
	make_names_differ(model);
}

int
orm_model_attribute_over(const OrmModel *model, AttrNumber column)
{
	for (int i = 0; i < model->nattributes; i++)
		if (model->attributes[i].attnum == column)
			return i;
	return -1;
}

/* Is this the version trigger of the column?  Its WHEN condition reads the column (define/version.c). */
static bool
is_counter(const Trigger *trigger, Oid function, AttrNumber column)
{
	Bitmapset *columns = NULL;

	if (trigger->tgfoid != function || trigger->tgqual == NULL)
		return false;
	pull_varattnos(stringToNode(trigger->tgqual), PRS2_OLD_VARNO, &columns);
	return bms_is_member(column - FirstLowInvalidHeapAttributeNumber, columns);
}

/* tgenabled of the version trigger of a column, preferably of an enabled one; '\0' without such a trigger. */
static char
find_counter(Relation relation, AttrNumber column)
{
	Oid function = LookupFuncName(list_make2(makeString("orm"), makeString("count_version")), 0, NULL, true);
	char enabled = '\0';

	for (int i = 0; relation->trigdesc != NULL && i < relation->trigdesc->numtriggers; i++)
		if ((enabled == '\0' || enabled == TRIGGER_DISABLED) &&
			is_counter(&relation->trigdesc->triggers[i], function, column))
			enabled = relation->trigdesc->triggers[i].tgenabled;
	return enabled;
}

/* Fills in the version attribute.  A dropped column, or one in the primary key, is not a version. */
static void
fill_version(OrmModel *model, Relation relation)
{
	char *column = orm_declaration_version(model->declaration);
	int attribute = column == NULL ? -1 : orm_model_attribute_over(model, get_attnum(model->relid, column));

	model->version = attribute >= 0 && !model->attributes[attribute].in_key ? attribute : -1;
	if (model->version >= 0)
		model->version_trigger = find_counter(relation, model->attributes[attribute].attnum);
}

/* Fills in the relationships of the document, resolving those whose tables and keys exist. */
static void
fill_relationships(OrmModel *model, List **depends)
{
	ListCell *cell;

	model->relationships = palloc0(sizeof(OrmRelationship) * Max(list_length(model->declaration->relationships), 1));
	foreach(cell, model->declaration->relationships)
	{
		OrmRelationship *relationship = &model->relationships[model->nrelationships++];
		const OrmDeclaredRelationship *declared = lfirst(cell);

		relationship->resolved = orm_relationship_resolve(model, declared, relationship, depends, false);
		relationship->cascade = orm_cascade_read(declared->cascade, declared->kind);
		if (relationship->cascade & ORM_CASCADE_DELETE)
			model->cascades = true;
		if (model->primary_key != NULL && !model->has_rules && orm_model_may_unlink(relationship))
			model->deletes_along = true;
	}
	model->deletes_along |= model->cascades || orm_soft_delete_any(model);
}

/* Appends a key to the fingerprint. */
static void
print_key(StringInfo out, const char *what, const OrmKey *key)
{
	appendStringInfo(out, "%s %s %d%d%d", what, key->name ? key->name : "", key->single, key->nulls_equal,
					 key->deferrable);
	for (int i = 0; i < key->nattributes; i++)
		appendStringInfo(out, " %d", key->attributes[i]);
	if (key->terms != NULL)
		appendStringInfo(out, " %u %d %s %s", key->terms->index, key->nexpressed, nodeToString(key->terms->expressions),
						 nodeToString(key->terms->predicate));
	appendStringInfoChar(out, '\n');
}

/* The text that is compared between builds: everything that plans and functions of the model depend on. */
static char *
make_fingerprint(const OrmModel *model)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfo(&out, "%s\n%u %c %u %u %d %d%d%d%d%d%d %d\n%s.%s\n", model->name, model->relid, model->relkind,
					 model->owner, model->row_type, model->natts, model->before_insert_row_trigger,
					 model->plain_inserts, model->has_checks, model->has_rules, model->has_foreign_rows,
					 model->after_events, model->version_trigger, model->schema, model->relation);
	for (int i = 0; i < model->nattributes; i++)
	{
		const OrmAttribute *a = &model->attributes[i];

		appendStringInfo(&out, "%s|%s|%d|%u|%d|%u|%d%d%d%d%d%d%d%d|%u|%u\n", a->name, a->column, a->attnum,
						 a->type->oid, a->type->typmod, a->type->collation, a->not_null, a->has_default, a->generated,
						 a->identity, a->identity_always, a->numbered, a->plain_default, a->leads_index, a->sequence,
						 a->equality);
		if (a->normalizes != NULL)
			appendStringInfo(&out, "normalized %s\n", orm_row_expression_print(a->normalizes, model->relid, NULL));
	}
	for (int i = 0; i < model->ncomputed; i++)
		appendStringInfo(&out, "computed %s %s\n", model->computed[i].name,
						 orm_row_expression_print(model->computed[i].expression, model->relid, ORM_COMPUTED_ROW));
	if (model->primary_key)
		print_key(&out, "key", model->primary_key);
	for (int i = 0; i < model->nunique; i++)
		print_key(&out, "unique", &model->unique[i]);
	for (int i = 0; i < model->nconditional; i++)
		print_key(&out, "conditional", &model->conditional[i]);
	for (int i = 0; i < model->nrelationships; i++)
		orm_relationship_print(&out, &model->relationships[i]);
	appendStringInfoString(&out, orm_declaration_print(model->declaration));
	foreach(cell, model->pending)
		appendStringInfo(&out, "|%s", (char *) lfirst(cell));
	return out.data;
}

/*
 * Fills in the members about triggers, checks, rules and policies.  Partitioned and foreign tables do not have
 * plain inserts: partitions and foreign servers can have triggers of their own.
 */
static void
fill_watchers(OrmModel *model, Relation relation)
{
	const TriggerDesc *triggers = relation->trigdesc;
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	model->before_insert_row_trigger = triggers != NULL && triggers->trig_insert_before_row;
	model->has_checks = constraints != NULL && constraints->num_check > 0;
	model->has_rules = relation->rd_rel->relhasrules && model->relkind != RELKIND_VIEW;
	model->plain_inserts = model->relkind == RELKIND_RELATION && !model->has_rules &&
		!relation->rd_rel->relrowsecurity && !relation->rd_rel->relhassubclass &&
		(triggers == NULL ||
		 !(triggers->trig_insert_before_row || triggers->trig_insert_before_statement ||
		   triggers->trig_insert_after_statement));
}

/* Fills in the model.  CurrentMemoryContext is the model's context. */
static void
fill_model(OrmModel *model, const OrmRegistered *row, Relation relation, List **depends)
{
	model->name = pstrdup(row->name);
	model->relid = RelationGetRelid(relation);
	model->relkind = relation->rd_rel->relkind;
	model->owner = relation->rd_rel->relowner;
	model->row_type = relation->rd_rel->reltype;
	model->schema = get_namespace_name(RelationGetNamespace(relation));
	model->relation = pstrdup(RelationGetRelationName(relation));
	fill_watchers(model, relation);
	model->after_events = orm_after_events(model->relid, ORM_AFTER_INSERT | ORM_AFTER_UPDATE, depends);
	model->has_foreign_rows = orm_foreign_rows(model->relid, depends);
	*depends = list_delete_oid(*depends, model->relid);
	model->declaration = orm_follow_declaration(row);
	orm_in_force_reduce(model->declaration, model->relid, &model->pending, depends);
	fill_attributes(model, relation);
	for (int i = 0; i < model->nattributes; i++)
		depend_on_row_types(model->attributes[i].type, depends);
	orm_computed_fill(model, depends);
	orm_scope_fill(model);
	fill_kept(model, relation);
	model->pending = list_concat(model->pending, orm_hook_pending(model->declaration, relation));
	orm_unique_key_fill(model, relation);
	fill_version(model, relation);
	orm_soft_delete_fill(model);
	fill_relationships(model, depends);
	model->pending = list_concat(model->pending, orm_counter_pending(model));
	model->pending = list_concat(model->pending, orm_position_pending(model));
	model->fingerprint = make_fingerprint(model);
}

OrmModel *
orm_model_build(const OrmRegistered *row, MemoryContext parent, List **depends)
{
	static uint64 last_epoch = 0;
	Relation relation = try_relation_open(row->relid, NoLock);
	MemoryContext context;
	MemoryContext caller;
	OrmModel *model;

	Assert(row->mapped && OidIsValid(row->relid));
	if (relation == NULL)
		return NULL;
	context = AllocSetContextCreate(parent, "orm model", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	model = palloc0(sizeof(OrmModel));
	model->context = context;
	model->epoch = ++last_epoch;
	*depends = NIL;
	fill_model(model, row, relation, depends);
	MemoryContextCopyAndSetIdentifier(context, model->name);
	MemoryContextSwitchTo(caller);
	relation_close(relation, NoLock);
	return model;
}

Relation
orm_model_table(const OrmModel *model)
{
	Relation relation = try_relation_open(model->relid, NoLock);

	if (relation == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
				errmsg("relation \"%s.%s\" does not exist", model->schema, model->relation),
				errdetail("It was dropped during the call."));
	return relation;
}

bool
orm_model_equal(const OrmModel *a, const OrmModel *b)
{
	return strcmp(a->fingerprint, b->fingerprint) == 0;
}

int
orm_model_attribute(const OrmModel *model, const char *name, int length)
{
	for (int i = 0; i < model->nattributes; i++)
		if (strncmp(model->attributes[i].name, name, length) == 0 && model->attributes[i].name[length] == '\0')
			return i;
	return -1;
}

/* Is it a computed attribute that is declared? */
static bool
is_declared_computed(const OrmModel *model, const char *name)
{
	ListCell *cell;

	foreach(cell, model->declaration->computed)
		if (strcmp(((const OrmDeclaredColumn *) lfirst(cell))->name, name) == 0)
			return true;
	return false;
}

void
orm_model_refuse_pending(const OrmModel *model, const char *name, const OrmPath *path)
{
	const char *place = path != NULL ? psprintf("At %s. ", orm_path_text(path)) : "";
	bool computed = is_declared_computed(model, name);
	ListCell *cell;

	foreach(cell, model->pending)
		if (strcmp(lfirst(cell), name) == 0)
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
					errmsg("\"%s\" of model \"%s\" is pending", orm_error_clip(name), model->name),
					errdetail("%sIt is declared, but table \"%s\" does not have its %s.", place, model->relation,
							  computed ? "function" : "column"),
					computed ? errhint("orm.migrate() or orm.sync() makes it.")
							 : errhint("SELECT * FROM orm.migrate(); adds what is declared."));
}

void
orm_model_no_attribute(const OrmModel *model, const char *name, const OrmPath *path)
{
	const char **names = palloc(sizeof(char *) * Max(model->nattributes, 1));

	orm_model_refuse_pending(model, name, path);
	for (int i = 0; i < model->nattributes; i++)
		names[i] = model->attributes[i].name;
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("attribute \"%s\" of model \"%s\" does not exist", orm_error_clip(name), model->name),
			orm_error_place(path), orm_nearest_hint("attribute", name, names, model->nattributes));
}

/* Why objects do not set an attribute, as a sentence. */
static const char *
reason_not_settable(const OrmModel *model, const OrmAttribute *attribute)
{
	if (attribute->generated)
		return model->relkind == RELKIND_VIEW ? "Its column is computed by the view."
											  : "Its column is a generated column.";
	return attribute->identity_always ? "Its column is an identity column defined as GENERATED ALWAYS."
									  : "It is read-only.";
}

void
orm_model_raise_generated(const OrmModel *model, const OrmAttribute *attribute, const OrmPath *path)
{
	ereport(ERROR, errcode(ERRCODE_GENERATED_ALWAYS),
			errmsg("attribute \"%s\" of model \"%s\" cannot be given", attribute->name, model->name),
			errdetail("At %s. %s", orm_path_text(path), reason_not_settable(model, attribute)));
}

const OrmKey *
orm_model_need_key(const OrmModel *model)
{
	if (model->primary_key == NULL)
		ereport(
			ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION), errmsg("model \"%s\" has no primary key", model->name),
			errhint("Add one to the table, or map it with the columns that identify a row: orm.primary_key(...), or "
					"option \"key\" of orm.reflect."));
	return model->primary_key;
}

const OrmRelationship *
orm_model_relationship(const OrmModel *model, const char *name)
{
	for (int i = 0; i < model->nrelationships; i++)
		if (strcmp(model->relationships[i].name, name) == 0)
			return &model->relationships[i];
	return NULL;
}
